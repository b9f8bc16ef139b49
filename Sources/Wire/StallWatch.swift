// Notices that a peer has gone silent in the middle of an exchange.

import NIOCore

/// Watches, on one event loop, that something keeps coming while something is awaited.
///
/// One timer per connection, set anew only when it fires: an exchange costs no timer of its own.
final class StallWatch {
    /// How long nothing may come; nil for ever.
    private let limit: Duration?
    private var lastMoved = NIODeadline.uptimeNanoseconds(0)
    private var isAwaiting = false
    private var isWatching = false
    private var isHeld = false
    private let onStall: (_ reason: String) -> Void

    /// A watch that calls `onStall`, with a reason for people, each time nothing has come for `limit`.
    init(limit: Duration?, onStall: @escaping (_ reason: String) -> Void) {
        self.limit = limit
        self.onStall = onStall
    }

    /// Something is awaited from now on.
    func begin(on loop: any EventLoop) {
        guard let limit else { return }
        isAwaiting = true
        moved(on: loop)
        if !isWatching { watch(loop, in: TimeAmount(limit)) }
    }

    /// Something came, or may come again.
    func moved(on loop: any EventLoop) {
        guard isAwaiting else { return }
        isHeld = false
        lastMoved = loop.now
    }

    /// Until something moves it is for this end's sake that nothing comes: it does not read.
    func hold() { isHeld = true }

    /// Nothing is awaited any more: silence is no fault.
    func end() { isAwaiting = false }

    private func watch(_ loop: any EventLoop, in wait: TimeAmount) {
        isWatching = true
        loop.assumeIsolated().scheduleTask(in: wait) { [weak self] in self?.check(loop) }
    }

    private func check(_ loop: any EventLoop) {
        isWatching = false
        guard isAwaiting, let limit else { return }
        if isHeld { return watch(loop, in: TimeAmount(limit)) }
        let silence = loop.now - lastMoved
        guard silence >= TimeAmount(limit) else { return watch(loop, in: TimeAmount(limit) - silence) }
        isAwaiting = false
        onStall("nothing came for \(limit)")
    }
}
