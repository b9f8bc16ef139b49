// Starting a simulation: a fresh thread, the world entered, the loop, and what came of it.

import CInterpose
import Dispatch
import Synchronization

extension Simulation {
    /// What came of a simulation.
    public struct Outcome<Value: Sendable>: Sendable {
        /// What the body returned or threw; or why the simulation could not be carried to its end.
        public let result: Result<Value, any Error>
        /// The hash of the schedule and of the trace.
        public let fingerprint: Fingerprint
        /// How much virtual time passed until the body ended.
        public let elapsed: Duration
        /// How many steps ran.
        public let steps: UInt64
        /// A line for each task that did not end although the body had and it was cancelled.
        public let hungTasks: [String]
        /// What happened.
        public let trace: Trace
        /// The steps that could have run in another order, as they ran; empty unless the configuration asked for them.
        public let contestedSteps: [ContestedStep]

        /// The body's value, or the error that ended it.
        public var value: Value { get throws { try result.get() } }
    }

    /// Runs `body` in a simulation of its own and waits for its end. Several may run at once, each called from a
    /// thread of its own; inside a simulation it fails with ``SimulationError/nested``.
    public static func run<Value: Sendable>(
        _ configuration: Configuration, _ body: @escaping @Sendable (Simulation) async throws -> Value
    ) -> Outcome<Value> {
        let simulation = Simulation(configuration)
        guard backlot_current() == nil else { return simulation.failed(.nested) }
        SimulatedExecutors.install()
        let flight = Flight(simulation, body)
        let errno = backlot_thread(
            4 << 20,
            { argument in
                Unmanaged<AnyFlight>.fromOpaque(argument!).takeRetainedValue().fly()
                return nil
            }, Unmanaged<AnyFlight>.passRetained(flight).toOpaque())
        guard errno == 0 else {
            Unmanaged<AnyFlight>.passUnretained(flight).release()
            return simulation.failed(.noThread(errno: errno))
        }
        return flight.land()
    }

    /// Runs `body` in a simulation of its own, from asynchronous code.
    public static func start<Value: Sendable>(
        _ configuration: Configuration, _ body: @escaping @Sendable (Simulation) async throws -> Value
    ) async -> Outcome<Value> {
        if backlot_current() != nil { return Simulation(configuration).failed(.nested) }
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: run(configuration, body)) }
        }
    }

    fileprivate func failed<Value>(_ error: SimulationError) -> Outcome<Value> {
        Outcome(
            result: .failure(error), fingerprint: Fingerprint(value: schedule.value), elapsed: elapsed, steps: steps,
            hungTasks: [], trace: trace, contestedSteps: recorder?.steps ?? [])
    }
}

/// A simulation on its way, whatever its value: what the thread's entry point can hold.
private class AnyFlight {
    func fly() {}
}

/// One simulation on its thread, and the hand-over of its outcome to whoever waits.
private final class Flight<Value: Sendable>: AnyFlight, @unchecked Sendable {  // because the semaphore orders all access
    let simulation: Simulation
    let body: @Sendable (Simulation) async throws -> Value
    let landed = DispatchSemaphore(value: 0)
    let outcome = Mutex<Simulation.Outcome<Value>?>(nil)
    let result = Mutex<Result<Value, any Error>?>(nil)

    init(_ simulation: Simulation, _ body: @escaping @Sendable (Simulation) async throws -> Value) {
        self.simulation = simulation
        self.body = body
    }

    /// The simulation's thread, from its first to its last instruction.
    override func fly() {
        let world = simulation.world
        world.pointee.simulation = Unmanaged.passUnretained(simulation).toOpaque()
        world.pointee.fill = { simulation, buffer, count in
            Simulation.of(simulation).fill(UnsafeMutableRawBufferPointer(start: buffer, count: count))
        }
        world.pointee.pass = { Simulation.of($0).pass($1) }
        let ended: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void = {
            Simulation.of($0).leak(String(cString: $1!), caller: $2)
        }
        world.pointee.leak = ended
        simulation.onLeak = { [self] error in land(with: .failure(error), hung: []) }
        backlot_enter(world)
        launch()
        let limit = simulation.configuration.timeLimit.nanosecondsClamped
        let failure = simulation.loop(until: { $0.bodyHasEnded }, timeLimit: limit)
        let elapsed = simulation.elapsed
        let hung = simulation.tearDown()
        simulation.discard()
        backlot_enter(nil)
        let result = failure.map { .failure($0) } ?? self.result.withLock { $0! }
        land(with: result, hung: failure == nil ? hung : [], elapsed: elapsed)
    }

    private func launch() {
        Task.detached { [self] in
            let result: Result<Value, any Error>
            do { result = .success(try await body(simulation)) } catch { result = .failure(error) }
            self.result.withLock { $0 = result }
            simulation.bodyHasEnded = true
        }
    }

    private func land(with result: Result<Value, any Error>, hung: [String], elapsed: Duration? = nil) {
        let fingerprint = Fingerprint(value: simulation.schedule.value).combined(with: simulation.trace.fingerprint)
        let outcome = Simulation.Outcome(
            result: result, fingerprint: fingerprint, elapsed: elapsed ?? simulation.elapsed, steps: simulation.steps,
            hungTasks: hung, trace: simulation.trace, contestedSteps: simulation.recorder?.steps ?? [])
        self.outcome.withLock { $0 = outcome }
        landed.signal()
    }

    /// Waits for the outcome, and gives up on a step that takes longer than the patience allows.
    func land() -> Simulation.Outcome<Value> {
        let patience = simulation.configuration.patience
        var seen = simulation.progress.load(ordering: .relaxed)
        while true {
            let wait = DispatchTime.now() + .nanoseconds(Int(patience.nanosecondsClamped))
            if landed.wait(timeout: wait) == .success { return outcome.withLock { $0! } }
            let now = simulation.progress.load(ordering: .relaxed)
            if now == seen { return simulation.failed(.unresponsive(patience)) }
            seen = now
        }
    }
}

extension Simulation {
    fileprivate static func of(_ pointer: UnsafeMutableRawPointer?) -> Simulation {
        Unmanaged<Simulation>.fromOpaque(pointer!).takeUnretainedValue()
    }

    /// Ends the simulation from inside a call that cannot be simulated. What is on the thread's stack can neither go
    /// on nor be unwound, so the thread is parked, and the outcome handed over without it.
    fileprivate func leak(_ call: String, caller: UnsafeMutableRawPointer?) -> Never {
        backlot_enter(nil)
        let from = caller.flatMap { backlot_symbol($0) }.map { String(cString: $0) } ?? ""
        onLeak?(.leak(call: call, from: from))
        backlot_park()
    }
}
