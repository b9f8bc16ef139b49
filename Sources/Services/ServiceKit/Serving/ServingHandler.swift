// The shell around ServingMachine: the last handler of a served channel, between the HTTP codec and the service.

import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import NIOWebSocket
import Wire

/// What the task that answers a request asks the handler to do.
enum ServingCommand: Sendable {
    /// Write a whole response.
    case whole(HTTPResponse, ByteBuffer)
    /// Write the head of a response whose body follows.
    case head(HTTPResponse)
    /// Write a piece of the body, and say when it has left.
    case body(ByteBuffer, EventLoopPromise<Void>?)
    case end(HTTPFields?)
    /// Close without finishing the response.
    case abort
    /// Grant the upgrade.
    case upgrade(subprotocol: String?, EventLoopPromise<WebSocketConnection>)

    /// Tells whoever waits that the command cannot be carried out.
    fileprivate func fail(_ error: any Error) {
        switch self {
        case .body(_, let written): written?.fail(error)
        case .upgrade(_, let opened): opened.fail(error)
        case .whole, .head, .end, .abort: break
        }
    }
}

/// The event that makes a served connection end after the responses under way.
struct ServingStop: Sendable {}

/// The last handler of a served channel.
final class ServingHandler: ChannelDuplexHandler, RemovableChannelHandler,
    @unchecked Sendable  // because its connection only hands it to the event loop, which alone uses it
{
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a client whose request was refused may take to close its half: as long as other servers linger, since a client that
    /// is slow to read must not lose the answer to a reset.
    private static let hangUpTimeout = TimeAmount.seconds(5)

    /// How long a client may send nothing, where it is its turn: longer than callers keep a connection that they do not use, and
    /// short enough that a client who vanished without a word is not served for ever.
    static let silenceLimit = TimeAmount.seconds(75)

    /// The codec, which stands before this handler and goes with it.
    let encoder = HTTPResponseEncoder()
    let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    /// Whose handler this is; set before it is in a pipeline.
    weak var connection: ServedConnection?
    private var context: ChannelHandlerContext?
    private var machine: ServingMachine
    private var method = HTTPMethod.GET
    private var version = HTTPVersion.http1_1
    private var hasBody = true
    private var isStreaming = false
    private var readIsHeld = false
    private var upgradeFields: HTTPHeaders?
    private var timer: Scheduled<Void>?
    private var watchdog: Scheduled<Void>?
    private var lastUse = NIODeadline.uptimeNanoseconds(0)
    private var inputIsClosed = false
    private var refusalIsWritten = false

    init(bodyLimit: Int) {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = 128 << 10
        decoder = ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
        machine = ServingMachine(bodyLimit: bodyLimit)
    }

    func read(context: ChannelHandlerContext) {
        if machine.mayRead { context.read() } else { readIsHeld = true }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastUse = context.eventLoop.now
        perform(machine.receive(unwrapInboundIn(data)), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow:
            perform(machine.fail(.requestHeaderFieldsTooLarge, "The request's header fields are too large."), context)
        case HTTPParserError.invalidVersion:
            perform(machine.fail(.httpVersionNotSupported, "The request is not HTTP/1."), context)
        case HTTPParserError.invalidEOFState:
            // Half a request: nobody waits for an answer. The end of the input follows.
            break
        case is HTTPParserError: perform(machine.fail(.badRequest, "The request is malformed: \(error)."), context)
        default: context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            inputIsClosed = true
            perform(machine.closeInput(), context)
            if refusalIsWritten { context.close(promise: nil) }
        case is ServingStop: perform(machine.stop(), context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Whoever streams would else wait for events that nobody reads any more.
        if isStreaming { connection?.cancel() }
        context.fireChannelInactive()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        lastUse = context.eventLoop.now
        watch(context, for: Self.silenceLimit)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        timer?.cancel()
        watchdog?.cancel()
    }

    /// Looks after a while whether the client has been silent for too long. One timer for many requests: it is not moved at
    /// each, but looks how long ago the last one was.
    private func watch(_ context: ChannelHandlerContext, for time: TimeAmount) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        watchdog = context.eventLoop.scheduleTask(in: time) {
            let (handler, context) = bound.value
            let left = handler.lastUse + Self.silenceLimit - context.eventLoop.now
            if !handler.machine.awaitsClient { return handler.watch(context, for: Self.silenceLimit) }
            if left > .nanoseconds(0) { return handler.watch(context, for: left) }
            context.close(promise: nil)
        }
    }

    /// Carries out what the task asks for that answers a request.
    func perform(_ command: ServingCommand) {
        guard let context else { return command.fail(ChannelError.ioOnClosedChannel) }
        switch command {
        case .whole(let head, let body):
            writeHead(head, context)
            if hasBody, body.readableBytes > 0 { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
            writeEnd(nil, context)
        case .head(let head):
            isStreaming = true
            writeHead(head, context)
            context.flush()
        case .body(let piece, let promise):
            guard hasBody else { promise?.succeed(); return }
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(piece))), promise: promise)
        case .end(let trailers):
            isStreaming = false
            writeEnd(trailers.map { HTTPHeaders($0) }, context)
        case .abort:
            isStreaming = false
            context.close(promise: nil)
        case .upgrade(let subprotocol, let opened): upgrade(subprotocol, opened, context)
        }
    }

    private func perform(_ actions: [ServingMachine.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .respond(let head, let body): respond(head, body, context)
            case .refuse(let status, let detail): refuse(status, detail, context)
            case .invite:
                context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
            case .hangUp: context.close(promise: nil)
            }
        }
        if readIsHeld, machine.mayRead {
            readIsHeld = false
            context.read()
        }
    }

    private func respond(_ head: HTTPRequestHead, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        method = head.method
        version = head.version
        guard let request = Self.request(head) else {
            return refuse(.badRequest, "The request's method is malformed.", context)
        }
        guard let connection else { return }
        guard let route = connection.host.webSocket(for: request) else { return connection.answer(request, body) }
        guard head.asksForWebSocket else { return connection.explainUpgrade(request) }
        // Built now, on the loop, so that a malformed handshake is refused before the service is asked.
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() })
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        upgrader.buildUpgradeResponse(channel: context.channel, upgradeRequest: head, initialResponseHeaders: [:])
            .whenComplete { result in
                let (handler, context) = bound.value
                switch result {
                case .success(let fields):
                    handler.upgradeFields = fields
                    handler.connection?.upgrade(request, route)
                case .failure where head.headers["Sec-WebSocket-Version"] != ["13"]:
                    handler.refuse(.upgradeRequired, "Only version 13 of the WebSocket protocol is spoken here.", context)
                case .failure: handler.refuse(.badRequest, "The WebSocket handshake is malformed.", context)
                }
            }
    }

    private func writeHead(_ response: HTTPResponse, _ context: ChannelHandlerContext) {
        var head = HTTPResponseHead(response)
        head.version = version.minor < 1 ? .http1_0 : .http1_1
        if head.headers[canonicalForm: "Connection"].contains(where: { $0.lowercased() == "close" }) {
            machine.endAfterResponse()
        } else if machine.isLast {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        }
        hasBody = method != .HEAD && head.status.mayHaveResponseBody
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func writeEnd(_ trailers: HTTPHeaders?, _ context: ChannelHandlerContext) {
        lastUse = context.eventLoop.now
        let actions = machine.finish()
        // The encoder does not know that the answer to HEAD has no body, and would end one.
        guard actions == [.hangUp] else {
            if method != .HEAD { context.write(wrapOutboundOut(.end(trailers)), promise: nil) }
            context.flush()
            return perform(actions, context)
        }
        // A close at once would throw away what is not written yet.
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
        if method == .HEAD {
            context.flush()
            written.succeed()
        } else {
            context.writeAndFlush(wrapOutboundOut(.end(trailers)), promise: written)
        }
    }

    private func refuse(_ status: HTTPResponseStatus, _ detail: String, _ context: ChannelHandlerContext) {
        var head = HTTPResponseHead(version: .http1_1, status: status)
        let body = (try? WireJSON.encode(["detail": detail])) ?? ByteBuffer()
        head.headers = ["Content-Type": "application/json", "Content-Length": String(body.readableBytes), "Connection": "close"]
        if status == .upgradeRequired { head.headers.add(name: "Sec-WebSocket-Version", value: "13") }
        machine.endAfterResponse()
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in
            let (handler, context) = bound.value
            handler.refusalIsWritten = true
            if handler.inputIsClosed { return context.close(promise: nil) }
            // A full close now, with more of the request on its way, could reset the connection and destroy the answer.
            context.close(mode: .output).whenFailure { _ in bound.value.1.close(promise: nil) }
        }
        timer = context.eventLoop.scheduleTask(in: Self.hangUpTimeout) { bound.value.1.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    private func upgrade(
        _ subprotocol: String?, _ opened: EventLoopPromise<WebSocketConnection>, _ context: ChannelHandlerContext
    ) {
        guard var fields = upgradeFields.take(), context.channel.isActive else {
            return opened.fail(ChannelError.ioOnClosedChannel)
        }
        if let subprotocol { fields.add(name: "Sec-WebSocket-Protocol", value: subprotocol) }
        let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: fields)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        do {
            let between = connection?.host.faults?.messageHandlers(context.channel) ?? []
            let socket = try WebSocketConnection.install(
                on: context.channel, as: .server, subprotocol: subprotocol, between: between)
            // The decoder goes last: it hands on the bytes that came after the request, which are frames already.
            let pipeline = context.pipeline.syncOperations
            pipeline.removeHandler(encoder, promise: nil)
            pipeline.removeHandler(self, promise: nil)
            pipeline.removeHandler(decoder, promise: nil)
            opened.succeed(socket)
        } catch {
            opened.fail(error)
            context.close(promise: nil)
        }
    }

    /// The head as services see it, nil where its method is none. The general conversion parses every target as an
    /// URL, which the usual form, a path, does not need.
    private static func request(_ head: HTTPRequestHead) -> HTTPRequest? {
        guard head.uri.first == "/" else { return try? HTTPRequest(head, secure: false, splitCookie: false) }
        guard let method = try? HTTPRequest.Method(head.method) else { return nil }
        return HTTPRequest(
            method: method, scheme: "http", authority: head.headers.first(name: "Host"), path: head.uri,
            headerFields: HTTPFields(head.headers, splitCookie: false))
    }
}
