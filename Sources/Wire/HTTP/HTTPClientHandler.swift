// The shell around HTTPReceipt: writes calls as HTTP/1.1, and hands the responses to those who wait for them.

import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// The last handler of a client's pipeline.
final class HTTPClientHandler: ChannelDuplexHandler,
    @unchecked Sendable  // because its connection only hands it to the event loop, which alone uses it
{
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPClientRequestPart

    private var context: ChannelHandlerContext?
    private var receipt = HTTPReceipt()
    private var exchange: HTTPExchange?
    private var body: Inbox<ByteBuffer>?
    private let stallLimit: Duration?
    private lazy var watch = StallWatch(limit: stallLimit) { [unowned self] reason in
        if let context { perform(receipt.lose(reason), context) }
    }

    init(stallLimit: Duration?) { self.stallLimit = stallLimit }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        watch.end()
    }

    /// Sends a call; whoever waits for the exchange learns what becomes of it.
    func send(_ exchange: HTTPExchange) {
        guard let context, context.channel.isActive, receipt.send() else {
            return exchange.fail(exchange.connection.lost(exchange.summary, "the connection was closed"))
        }
        do {
            let head = try Self.head(of: exchange)
            self.exchange = exchange
            watch.begin(on: context.eventLoop)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if exchange.call.body.readableBytes > 0 {
                context.write(wrapOutboundOut(.body(.byteBuffer(exchange.call.body))), promise: nil)
            }
            // Where that fails the channel is closed, and the exchange told so.
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        } catch {
            exchange.fail(exchange.connection.lost(exchange.summary, "the request cannot be sent: \(error)"))
        }
    }

    func read(context: ChannelHandlerContext) {
        guard body?.mayRead() ?? true else { return watch.hold() }
        watch.moved(on: context.eventLoop)
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        watch.moved(on: context.eventLoop)
        perform(receipt.receive(unwrapInboundIn(data)), context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        perform(receipt.pause(), context)
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        perform(receipt.lose(Self.reason(error)), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        perform(receipt.lose("the connection was closed"), context)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The other end has nothing more to say: whatever was complete was read, so the rest will never come.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            perform(receipt.lose("the connection was closed"), context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func perform(_ actions: [HTTPReceipt.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .answer(let head, let body, let reusable):
                guard let exchange = release(reusable: reusable) else { continue }
                answer(exchange, head, ReplyBody(body))
            case .begin(let head, let first): begin(head, first, context)
            case .piece(let piece): body?.push(piece)
            case .finish(let reusable):
                let body = body.take()
                _ = release(reusable: reusable)
                body?.finish()
            case .fail(let reason): fail(reason)
            case .close:
                _ = release(reusable: false)
                context.close(promise: nil)
            }
        }
    }

    /// Lets go of the exchange, and tells its connection. Forgotten first: a pool may send the next call from within.
    private func release(reusable: Bool) -> HTTPExchange? {
        guard let exchange = exchange.take() else { return nil }
        watch.end()
        if reusable { exchange.connection.becomeIdle() } else { exchange.connection.end() }
        return exchange
    }

    private func begin(_ head: HTTPResponseHead, _ first: ByteBuffer, _ context: ChannelHandlerContext) {
        guard let exchange else { return }
        let (channel, connection) = (context.channel, exchange.connection)
        let inbox = Inbox<ByteBuffer>(limit: HTTPClientConnection.bodyLimit, cost: { $0.readableBytes }) { channel.read() }
        if first.readableBytes > 0 { inbox.push(first) }
        body = inbox
        answer(exchange, head, ReplyBody(BodyReader(inbox) { connection.close() }))
    }

    private func answer(_ exchange: HTTPExchange, _ head: HTTPResponseHead, _ body: ReplyBody) {
        do {
            exchange.answer(StreamedReply(head: try HTTPResponse(head), body: body))
        } catch {
            exchange.fail(exchange.connection.lost(exchange.summary, "\(head.status.code) is no status of HTTP"))
        }
    }

    private func fail(_ reason: String) {
        guard let exchange else { return }
        let error = exchange.connection.lost(exchange.summary, reason)
        if let body = body.take() {
            body.finish(throwing: error)
        } else {
            exchange.fail(error)
        }
    }

    /// The head as HTTP/1.1 has it: `Host`, and `Content-Length` wherever there may be a body.
    private static func head(of exchange: HTTPExchange) throws -> HTTPRequestHead {
        var request = exchange.call.head
        request.authority = exchange.authority
        var head = try HTTPRequestHead(request)
        let length = exchange.call.body.readableBytes
        let expectsBody = request.method == .post || request.method == .put || request.method == .patch
        head.headers.remove(name: "Transfer-Encoding")
        if length > 0 || expectsBody {
            head.headers.replaceOrAdd(name: "Content-Length", value: String(length))
        }
        return head
    }

    /// Why a connection failed, in words that are the same in every run.
    static func reason(_ error: any Error) -> String {
        switch error {
        case HTTPParserError.invalidEOFState: "the connection was closed in the middle of the response"
        case let error as HTTPParserError: "what came is no HTTP response (\(error))"
        case is ChannelError: "the connection was closed"
        case let error as TransportError: error.description
        case let error as IOError: "the connection failed: \(error.description)"
        default: "\(error)"
        }
    }
}
