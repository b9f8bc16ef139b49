// Where the blocking calls of a real store's connection are made: a thread of its own, or, in a simulation, in place.

import Foundation
import Kernel

/// Makes the blocking calls of one connection, one after the other.
///
/// In a simulation a call is made in place, at one virtual instant. Elsewhere it is made by a thread of the lane's own,
/// so that no thread of Swift's pool ever waits for a server; the thread is started by the first call.
package final class BlockingLane: @unchecked Sendable {  // because the condition guards everything
    private let condition = NSCondition()
    private var queue: [@Sendable () -> Void] = []
    private var isStarted = false
    private var isStopped = false
    private var idle: (@Sendable () -> Void)?
    private let name: String

    /// A lane whose thread bears a name.
    package init(_ name: String) { self.name = name }

    /// Makes a call and returns what it returns. Calls that come after ``stop()`` throw `CancellationError`.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        if Simulation.current != nil { return try Simulation.withRealWorld(body) }
        return try await withUnsafeThrowingContinuation { waiter in
            let isTaken = add { waiter.resume(with: Swift.Result(catching: body)) }
            if !isTaken { waiter.resume(throwing: CancellationError()) }
        }
    }

    /// Has the lane's thread call `body` over and over while it has nothing else to do; `body` waits for something,
    /// for a short time. Has no effect in a simulation.
    package func whileIdle(_ body: (@Sendable () -> Void)?) {
        condition.lock()
        idle = body
        condition.signal()
        condition.unlock()
    }

    /// Ends the lane's thread after the calls that were made.
    package func stop() {
        condition.lock()
        isStopped = true
        idle = nil
        condition.signal()
        condition.unlock()
    }

    private func add(_ call: @escaping @Sendable () -> Void) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard !isStopped else { return false }
        queue.append(call)
        if !isStarted {
            isStarted = true
            let thread = Thread { [self] in work() }
            thread.name = name
            thread.start()
        }
        condition.signal()
        return true
    }

    private func work() {
        while let next = take() { next() }
    }

    private func take() -> (@Sendable () -> Void)? {
        condition.lock()
        defer { condition.unlock() }
        while queue.isEmpty {
            if isStopped { return nil }
            if let idle { return idle }
            condition.wait()
        }
        return queue.removeFirst()
    }
}
