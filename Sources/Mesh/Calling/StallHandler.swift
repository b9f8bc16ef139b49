// Ends a connection whose peer has gone silent in the middle of a call.

import NIOCore
import Wire

/// Ends the connection if a call is under way and nothing has come for a while.
///
/// A call is under way from the first write after the connection was idle until ``CallEnded`` is triggered. One timer
/// per connection, set anew only when it fires: a call costs no timer of its own.
final class StallHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    /// The call that was under way has its whole reply: silence is no fault any more.
    struct CallEnded: Sendable {}

    /// The connection has become something else than a carrier of calls, such as a WebSocket: it may be silent.
    struct CallsOver: Sendable {}

    private let limit: Duration
    private var isOver = false
    private var lastMoved = NIODeadline.uptimeNanoseconds(0)
    private var isUnderWay = false
    private var isWatching = false
    private var context: ChannelHandlerContext?

    init(limit: Duration) { self.limit = limit }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if !isOver {
            isUnderWay = true
            lastMoved = context.eventLoop.now
            if !isWatching { watch(context, in: TimeAmount(limit)) }
        }
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastMoved = context.eventLoop.now
        context.fireChannelRead(data)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is CallEnded || event is CallsOver else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        isUnderWay = false
        if event is CallsOver { isOver = true }
        promise?.succeed(())
    }

    private func watch(_ context: ChannelHandlerContext, in wait: TimeAmount) {
        isWatching = true
        context.eventLoop.assumeIsolated().scheduleTask(in: wait) { [weak self] in self?.check() }
    }

    private func check() {
        isWatching = false
        guard let context, isUnderWay else { return }
        let silence = context.eventLoop.now - lastMoved
        guard silence >= TimeAmount(limit) else { return watch(context, in: TimeAmount(limit) - silence) }
        context.fireErrorCaught(StallError(limit: limit))
        context.close(promise: nil)
    }
}

/// The peer went silent in the middle of a call.
struct StallError: Error, CustomStringConvertible {
    let limit: Duration
    var description: String { "nothing came for \(limit)" }
}
