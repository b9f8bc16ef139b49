// Timers without a closure and a promise each, for handlers that set them often.

import Kernel
import NIOCore

/// A handler that a strand pokes when its time has come.
private final class HandlerCallback<Handler: NIOScheduledCallbackHandler>: StrandTarget {
    let handler: Handler
    let loop: SimulatedEventLoop

    init(_ handler: Handler, _ loop: SimulatedEventLoop) {
        self.handler = handler
        self.loop = loop
    }

    override func poked(_ reason: UInt64) { handler.handleScheduledCallback(eventLoop: loop) }
    override func dropped() { handler.didCancelScheduledCallback(eventLoop: loop) }
}

extension SimulatedEventLoop {
    func scheduleCallback(
        at deadline: NIODeadline, handler: some (NIOScheduledCallbackHandler & Sendable)
    ) -> NIOScheduledCallback {
        _scheduleCallbackIsolatedUnsafeUnchecked(in: deadline - now, handler: handler)
    }

    func scheduleCallback(
        in amount: TimeAmount, handler: some (NIOScheduledCallbackHandler & Sendable)
    ) -> NIOScheduledCallback {
        _scheduleCallbackIsolatedUnsafeUnchecked(in: amount, handler: handler)
    }

    func _scheduleCallbackIsolatedUnsafeUnchecked(
        at deadline: NIODeadline, handler: some NIOScheduledCallbackHandler
    ) -> NIOScheduledCallback {
        _scheduleCallbackIsolatedUnsafeUnchecked(in: deadline - now, handler: handler)
    }

    func _scheduleCallbackIsolatedUnsafeUnchecked(
        in amount: TimeAmount, handler: some NIOScheduledCallbackHandler
    ) -> NIOScheduledCallback {
        NIOScheduledCallback(self, id: append(.poke(HandlerCallback(handler, self), 0), after: amount.nanoseconds))
    }

    func cancelScheduledCallback(_ callback: NIOScheduledCallback) {
        guard let token = callback.customCallbackID, let item = take(token) else { return }
        if case .poke(let target, _) = item { target.dropped() }
    }
}
