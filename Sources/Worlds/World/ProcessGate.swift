// What separates a crashed instance from the rest of the world: nothing that it still does has an effect.

import Kernel
import Synchronization
import Wire

/// The way out of one instance of a service, closed for good when it crashes.
///
/// A real process that dies does nothing more. Tasks of a crashed instance end only when they notice their cancellation;
/// until then the gate keeps them from stores and other services.
final class ProcessGate: Sendable {
    private enum State: UInt8, AtomicRepresentable { case preparing, serving, closed }

    private let state = Atomic(State.preparing)
    /// Until when the instance does nothing; its clock heeds it too.
    let pause = ClockPause()

    /// Whether the instance serves, so that faults may happen to what it does.
    var isServing: Bool { state.load(ordering: .relaxed) == .serving }

    /// The instance begins to serve.
    func open() { state.store(.serving, ordering: .relaxed) }

    /// The instance is dead.
    func close() { state.store(.closed, ordering: .relaxed) }

    /// Throws `CancellationError` where the instance is dead.
    func check() throws {
        if state.load(ordering: .relaxed) == .closed { throw CancellationError() }
    }

    /// Returns when the instance may do something: at once, or after its pause. Throws `CancellationError` where it is dead.
    func pass() async throws {
        try check()
        while let left = pause.left {
            try await Task.sleep(for: left)
            try check()
        }
    }

    /// A caller that works only as long as the instance lives.
    func guarding(_ caller: Caller) -> Caller {
        Caller(
            service: caller.service,
            send: { [self] call in
                try await pass()
                return try await caller.send(call)
            },
            open: { [self] call, subprotocols in
                try await pass()
                return try await caller.open(call, subprotocols: subprotocols)
            })
    }
}
