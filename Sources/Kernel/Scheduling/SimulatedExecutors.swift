// The process-wide executors: a simulation's queue for threads inside one, the platform's for all others.

import CInterpose
@_spi(ExperimentalCustomExecutors) @_spi(ExperimentalScheduling) import _Concurrency

/// Installs the executors once per process, before the first simulation.
enum SimulatedExecutors {
    private static let installed: Void = _createExecutors(factory: Factory.self)

    static func install() { installed }

    private struct Factory: ExecutorFactory {
        static let mainExecutor: any MainExecutor = RoutingMainExecutor()
        static let defaultExecutor: any TaskExecutor = RoutingExecutor()
    }
}

/// The delay of a clock's duration in nanoseconds. The standard clocks, and every clock whose duration is `Duration`.
private func nanoseconds<Amount>(_ delay: Amount) -> Int64 {
    guard let duration = delay as? Duration else {
        preconditionFailure("a clock whose Duration is \(Amount.self) cannot be slept on in a simulation: use Duration")
    }
    return duration.nanosecondsClamped
}

private func pointer(_ job: consuming ExecutorJob) -> UnsafeMutableRawPointer {
    unsafeBitCast(UnownedJob(job), to: UnsafeMutableRawPointer.self)
}

/// What both executors do: whatever a thread inside a simulation asks for goes to that simulation, all else to the
/// platform.
private protocol RoutingScheduler: SchedulingExecutor {
    /// Whether the jobs are the main actor's.
    var isMain: Bool { get }
    /// The platform's executor.
    var fallback: any Executor { get }
}

extension RoutingScheduler {
    func route(_ job: consuming ExecutorJob) {
        if let simulation = Simulation.current {
            simulation.enqueue(pointer(job), isMain: isMain)
        } else {
            fallback.enqueue(job)
        }
    }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, after delay: C.Duration, tolerance: C.Duration?, clock: C
    ) {
        if let simulation = Simulation.current {
            simulation.enqueue(pointer(job), after: nanoseconds(delay), isMain: isMain)
        } else {
            scheduling(fallback).enqueue(job, after: delay, tolerance: tolerance, clock: clock)
        }
    }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, at instant: C.Instant, tolerance: C.Duration?, clock: C
    ) {
        if let simulation = Simulation.current {
            simulation.enqueue(pointer(job), after: nanoseconds(clock.now.duration(to: instant)), isMain: isMain)
        } else {
            scheduling(fallback).enqueue(job, at: instant, tolerance: tolerance, clock: clock)
        }
    }
}

/// The default executor of the process.
private final class RoutingExecutor: TaskExecutor, RoutingScheduler, @unchecked Sendable {  // because it has no state
    let isMain = false
    let fallback: any Executor = PlatformExecutorFactory.defaultExecutor

    func enqueue(_ job: consuming ExecutorJob) { route(job) }
}

/// The main actor's executor of the process.
private final class RoutingMainExecutor: MainExecutor, RoutingScheduler, @unchecked Sendable {  // because it has no state
    let isMain = true
    private let platform = PlatformExecutorFactory.mainExecutor
    var fallback: any Executor { platform }

    func enqueue(_ job: consuming ExecutorJob) { route(job) }

    func run() throws { try platform.run() }
    func runUntil(_ condition: () -> Bool) throws { try platform.runUntil(condition) }
    func stop() { platform.stop() }

    func isSameExclusiveExecutionContext(other: RoutingMainExecutor) -> Bool { other === self }

    func isIsolatingCurrentContext() -> Bool? {
        guard let simulation = Simulation.current else { return platform.isIsolatingCurrentContext() }
        return simulation.runsMainJob
    }

    func checkIsolated() {
        guard let simulation = Simulation.current else { return platform.checkIsolated() }
        precondition(simulation.runsMainJob, "this code runs outside the main actor")
    }
}

/// The platform's executors schedule; 6.3 does not say so in their types.
private func scheduling(_ executor: any Executor) -> any SchedulingExecutor {
    guard let scheduling = executor as? any SchedulingExecutor else {
        preconditionFailure("the platform's executor \(type(of: executor)) does not schedule: another toolchain than 6.3?")
    }
    return scheduling
}
