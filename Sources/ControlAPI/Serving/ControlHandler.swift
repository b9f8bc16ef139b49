// HTTP/1.1 for the control API: collects each request, has it answered, writes the answer.

import NIOCore
import NIOHTTP1

/// One connection of a client of the control API. Requests come one at a time: the pipeline holds the next one back.
final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// The longest body; longer ones are refused.
    static let bodyLimit = 4 << 20

    private let respond: @Sendable (ControlRequest) async -> ControlResponse
    private let requestID: @Sendable () -> String
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var isTooLong = false
    private var isAnswering = false
    /// Whether the client has nothing more to say.
    private var hasInputEnded = false

    init(
        respond: @escaping @Sendable (ControlRequest) async -> ControlResponse, requestID: @escaping @Sendable () -> String
    ) {
        self.respond = respond
        self.requestID = requestID
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = ByteBuffer()
            isTooLong = false
            if head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" }) {
                let go = HTTPResponseHead(version: head.version, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
            }
        case .body(var part):
            if body.readableBytes + part.readableBytes > Self.bodyLimit { isTooLong = true }
            if isTooLong { body.clear() } else { body.writeBuffer(&part) }
        case .end: answer(context)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard let head else { return }
        self.head = nil
        isAnswering = true
        if isTooLong {
            let error = ControlError(message: "bad request body: http: request body too large", status: 413)
            return write(error.response, to: head, context)
        }
        let request = ControlRequest(
            method: head.method.rawValue, target: head.uri, userAgent: head.headers.first(name: "user-agent") ?? "", body: body)
        body = ByteBuffer()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.makeFutureWithTask { [respond] in await respond(request) }.whenSuccess { response in
            let (handler, context) = bound.value
            handler.write(response, to: head, context)
        }
    }

    private func write(_ response: ControlResponse, to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        isAnswering = false
        guard context.channel.isActive else { return }
        let isLast = !request.isKeepAlive || hasInputEnded || response.endsConnection
        var headers = HTTPHeaders()
        if let type = response.contentType { headers.add(name: "Content-Type", value: type) }
        if response.isPlainError { headers.add(name: "X-Content-Type-Options", value: "nosniff") }
        if response.status != 204 { headers.add(name: "Content-Length", value: "\(response.body.utf8.count)") }
        if let location = response.location { headers.add(name: "Location", value: location) }
        if response.isRouted { headers.add(name: "X-Toxiproxy-Request-Id", value: requestID()) }
        if isLast { headers.add(name: "Connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: response.status)
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        if !response.body.isEmpty, request.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: response.body)))), promise: nil)
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        if isLast {
            let channel = context.channel
            written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            hasInputEnded = true
            if !isAnswering { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
