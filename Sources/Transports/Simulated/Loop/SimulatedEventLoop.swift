// An event loop on virtual time: a strand of the simulation in NIO's terms.

import Dispatch
import Kernel
import NIOCore

/// NIO's event loop as a strand: tasks run first-in-first-out, timers on virtual time, and which loop runs next is
/// decided by the simulation's seed.
final class SimulatedEventLoop: Strand, EventLoop, NIOSerialEventLoopExecutor,
    @unchecked Sendable  // because a strand stays on its simulation's thread
{
    var inEventLoop: Bool { isCurrent }

    /// What `NIODeadline.now()` would say, without the way through the system call.
    var now: NIODeadline { .uptimeNanoseconds(UInt64(simulation.monotonicNanoseconds)) }

    func execute(_ task: @escaping @Sendable () -> Void) { append(.call(task)) }

    func _executeIsolatedUnsafeUnchecked(_ task: @escaping () -> Void) { append(.call(task)) }

    func scheduleTask<Value>(
        deadline: NIODeadline, _ task: @escaping @Sendable () throws -> Value
    ) -> Scheduled<Value> {
        scheduleTask(in: deadline - now, task)
    }

    func scheduleTask<Value>(
        in delay: TimeAmount, _ task: @escaping @Sendable () throws -> Value
    ) -> Scheduled<Value> {
        let promise = makePromise(of: Value.self)
        let token = append(.poke(ScheduledCall(task, promise), 0), after: delay.nanoseconds)
        return Scheduled(promise: promise) { [self] in take(token) }
    }

    func preconditionInEventLoop(file: StaticString, line: UInt) {
        precondition(inEventLoop, "not on the event loop '\(name)'", file: file, line: line)
    }

    func preconditionNotInEventLoop(file: StaticString, line: UInt) {
        precondition(!inEventLoop, "on the event loop '\(name)'", file: file, line: line)
    }

    /// A simulated loop ends with its simulation; there is nothing to wait for.
    func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        callback(EventLoopError.unsupportedOperation)
    }
}

/// A task that was scheduled for later, and the promise of its result.
private final class ScheduledCall<Value>: StrandTarget {
    let task: @Sendable () throws -> Value
    let promise: EventLoopPromise<Value>

    init(_ task: @escaping @Sendable () throws -> Value, _ promise: EventLoopPromise<Value>) {
        self.task = task
        self.promise = promise
    }

    override func poked(_ reason: UInt64) {
        do { promise.assumeIsolated().succeed(try task()) } catch { promise.fail(error) }
    }

    override func dropped() { promise.fail(EventLoopError.cancelled) }
}
