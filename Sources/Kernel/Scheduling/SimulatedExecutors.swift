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

/// The default executor of the process.
private final class RoutingExecutor: TaskExecutor, SchedulingExecutor, @unchecked Sendable {  // because it has no state
    private let platform = PlatformExecutorFactory.defaultExecutor

    func enqueue(_ job: consuming ExecutorJob) {
        if let simulation = Simulation.current {
            simulation.enqueue(pointer(job), isMain: false)
        } else {
            platform.enqueue(job)
        }
    }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, after delay: C.Duration, tolerance: C.Duration?, clock: C
    ) {
        if let simulation = Simulation.current {
            simulation.enqueue(pointer(job), after: nanoseconds(delay), isMain: false)
        } else {
            scheduling(platform).enqueue(job, after: delay, tolerance: tolerance, clock: clock)
        }
    }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, at instant: C.Instant, tolerance: C.Duration?, clock: C
    ) {
        if let simulation = Simulation.current {
            let delay = nanoseconds(clock.now.duration(to: instant))
            simulation.enqueue(pointer(job), after: delay, isMain: false)
        } else {
            scheduling(platform).enqueue(job, at: instant, tolerance: tolerance, clock: clock)
        }
    }
}

/// The main actor's executor of the process.
private final class RoutingMainExecutor: MainExecutor, SchedulingExecutor, @unchecked Sendable {  // because it has no state
    private let platform = PlatformExecutorFactory.mainExecutor

    func enqueue(_ job: consuming ExecutorJob) {
        if let simulation = Simulation.current {
            simulation.enqueue(pointer(job), isMain: true)
        } else {
            platform.enqueue(job)
        }
    }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, after delay: C.Duration, tolerance: C.Duration?, clock: C
    ) {
        if let simulation = Simulation.current {
            simulation.enqueue(pointer(job), after: nanoseconds(delay), isMain: true)
        } else {
            scheduling(platform).enqueue(job, after: delay, tolerance: tolerance, clock: clock)
        }
    }

    func enqueue<C: Clock>(
        _ job: consuming ExecutorJob, at instant: C.Instant, tolerance: C.Duration?, clock: C
    ) {
        if let simulation = Simulation.current {
            simulation.enqueue(pointer(job), after: nanoseconds(clock.now.duration(to: instant)), isMain: true)
        } else {
            scheduling(platform).enqueue(job, at: instant, tolerance: tolerance, clock: clock)
        }
    }

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
