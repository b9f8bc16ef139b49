// Holds what arrives with the answer to an upgrade until the HTTP decoder has left the pipeline.

import NIOCore

/// Stands before the handlers of a new WebSocket and holds reads, events and the end back until ``release()``.
final class UpgradeLeftovers: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum Held {
        case bytes(ByteBuffer)
        case event(Any)
        case error(any Error)
        case end
    }

    private var context: ChannelHandlerContext?
    private var held: [Held] = []
    private var isHolding = true

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { take(.bytes(unwrapInboundIn(data)), context) }
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { take(.event(event), context) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { take(.error(error), context) }
    func channelInactive(context: ChannelHandlerContext) { take(.end, context) }

    /// Hands on what was held, in its order, and leaves the pipeline.
    func release() {
        guard let context else { return }
        isHolding = false
        let bytesWereHeld = !held.isEmpty
        for item in held { pass(item, context) }
        held = []
        if bytesWereHeld { context.fireChannelReadComplete() }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func take(_ item: Held, _ context: ChannelHandlerContext) {
        if isHolding { held.append(item) } else { pass(item, context) }
    }

    private func pass(_ item: Held, _ context: ChannelHandlerContext) {
        switch item {
        case .bytes(let bytes): context.fireChannelRead(wrapInboundOut(bytes))
        case .event(let event): context.fireUserInboundEventTriggered(event)
        case .error(let error): context.fireErrorCaught(error)
        case .end: context.fireChannelInactive()
        }
    }
}
