// The handler that asks for an upgrade, and gives its place in the pipeline to the WebSocket once it is granted.

import NIOCore
import NIOHTTP1

/// The last handler of a client's pipeline until the upgrade is answered.
final class WebSocketUpgradeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// How much of a refusal's body is kept, in bytes.
    private static let bodyLimit = 64 << 10

    private let upgrade: WebSocketUpgrade
    private let encoder: HTTPRequestEncoder
    private let decoder: ByteToMessageHandler<HTTPResponseDecoder>
    private let key: String
    private lazy var watch = StallWatch(limit: upgrade.stallLimit) { [unowned self] in upgrade.lose($0) }
    private var wasSent = false
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()

    init(_ upgrade: WebSocketUpgrade, encoder: HTTPRequestEncoder, decoder: ByteToMessageHandler<HTTPResponseDecoder>) {
        self.upgrade = upgrade
        self.encoder = encoder
        self.decoder = decoder
        key = upgrade.makeKey()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { sendRequest(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        sendRequest(context)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { watch.end() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        watch.moved(on: context.eventLoop)
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(var piece):
            if body.readableBytes < Self.bodyLimit { body.writeBuffer(&piece) }
        case .end:
            guard let head else { return }
            receive(head, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        upgrade.lose(HTTPClientHandler.reason(error))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        upgrade.lose("the connection was closed")
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { upgrade.lose("the connection was closed") }
        context.fireUserInboundEventTriggered(event)
    }

    private func sendRequest(_ context: ChannelHandlerContext) {
        guard !wasSent else { return }
        wasSent = true
        watch.begin(on: context.eventLoop)
        do {
            context.write(wrapOutboundOut(.head(try upgrade.requestHead(key: key))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        } catch {
            upgrade.lose("the request cannot be sent: \(error)")
        }
    }

    private func receive(_ head: HTTPResponseHead, _ context: ChannelHandlerContext) {
        guard head.status == .switchingProtocols else { return upgrade.refuse(head.status, String(buffer: body)) }
        if let fault = upgrade.fault(in: head, key: key) { return upgrade.refuse(head.status, fault) }
        let leftovers = UpgradeLeftovers()
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(leftovers)
            let connection = try WebSocketConnection.install(
                on: context.channel, as: .client(maskKey: upgrade.maskKey),
                subprotocol: head.headers["Sec-WebSocket-Protocol"].first, messageLimit: upgrade.messageLimit)
            // The decoder goes last: it hands on the bytes that came after the answer, which are frames already. It takes all
            // that is written for requests as long as it is there, so whoever answers a frame has to wait for it to go.
            pipeline.removeHandler(encoder, promise: nil)
            pipeline.removeHandler(self, promise: nil)
            let removed = context.eventLoop.makePromise(of: Void.self)
            let bound = NIOLoopBound(leftovers, eventLoop: context.eventLoop)
            removed.futureResult.whenComplete { _ in bound.value.release() }
            pipeline.removeHandler(decoder, promise: removed)
            upgrade.finish(.success(connection))
        } catch {
            upgrade.lose("\(error)")
        }
    }
}
