// One socket of a proxied connection in its pipeline: tells the connection what happens, and reads when it may.

import NIOCore
import Wire

/// The two sockets of a proxied connection.
enum ProxySide {
    case client
    case server
}

/// Passes all events on to a ``ProxiedConnection``.
final class ProxyHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let connection: ProxiedConnection
    private let side: ProxySide
    private var context: ChannelHandlerContext?
    /// Whether the channel asked for a read while there was no room.
    private var isReadPending = false

    init(_ connection: ProxiedConnection, _ side: ProxySide) {
        self.connection = connection
        self.side = side
    }

    /// Reads now, if a read was asked for before.
    func resumeReading() {
        guard isReadPending, let context else { return }
        isReadPending = false
        context.read()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        if side == .client { connection.dial() }
        context.fireChannelActive()
    }

    func read(context: ChannelHandlerContext) {
        if connection.wantsInput(from: side) { context.read() } else { isReadPending = true }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.receive(unwrapInboundIn(data), from: side)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { connection.finish(from: side) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { connection.proceed(towards: side) }

    func channelInactive(context: ChannelHandlerContext) { connection.lost(side) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
