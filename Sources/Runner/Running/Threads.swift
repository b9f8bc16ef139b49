// Work that blocks its thread, on several threads at once.

import Dispatch
import Foundation
import Synchronization

/// Runs blocking work.
enum Threads {
    /// The result of `body`, which may block, on a thread that no task waits for.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }

    /// The results of `body` for 0..<count, in order, `width` of them at a time, one of them on the calling thread, which it
    /// blocks. `body` may block. The others have threads of their own: those of Dispatch may all be waiting for this.
    static func map<Value: Sendable>(
        _ count: Int, width: Int = ProcessInfo.processInfo.activeProcessorCount, _ body: @escaping @Sendable (Int) -> Value
    ) -> [Value] {
        let next = Atomic<Int>(0)
        let results = Mutex<[Int: Value]>([:])
        @Sendable func work() {
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                let value = body(index)
                results.withLock { $0[index] = value }
            }
        }
        let group = DispatchGroup()
        for _ in 1..<max(1, min(width, count)) {
            group.enter()
            Thread.detachNewThread {
                work()
                group.leave()
            }
        }
        work()
        group.wait()
        return results.withLock { results in (0..<count).compactMap { results[$0] } }
    }
}
