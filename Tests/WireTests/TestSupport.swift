// What the tests of this folder share: a small service, a host of it on loopback, and a client that sends plain bytes.

import HTTPTypes
import Hummingbird
import Logging
import LoopbackTransport
import NIOCore
import ServiceKit
import Synchronization
import Testing

@testable import Wire

/// A door that opens once, for tests that wait for an event instead of a time.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { waiter in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(waiter) }
                return state.isOpen
            }
            if isOpen { waiter.resume() }
        }
    }
}

/// A service with one route for every way of answering.
final class SampleService: Service {
    struct Order: Codable, Equatable {
        var item: String
        var count: Int
    }

    let name = "sample"
    let entered = Gate()
    let release = Gate()
    let wasCancelled = Gate()
    let closures = Mutex<[WebSocketClosure?]>([])
    let served = Gate()

    var routes: ServiceRoutes { Self.allRoutes }

    private static let allRoutes = ServiceRoutes(of: SampleService.self) { routes in
        routes.get("/hello") { _, request, _ in
            try Response.json(["host": request.head.authority ?? "", "query": request.uri.query ?? ""])
        }
        routes.post("/echo") { _, request, _ in
            Response(status: .ok, body: .init(byteBuffer: try await request.body.collect(upTo: 16 << 20)))
        }
        routes.post("/orders") { _, request, _ in
            try .json(try await request.decode(Order.self), status: .created)
        }
        routes.get("/things/{id}") { _, _, context in try Response.json(["id": context.parameters.get("id") ?? ""]) }
        routes.delete("/things/{id}") { _, _, _ in Response(status: .noContent) }
        routes.get("/stream") { _, request, _ in
            let count = request.uri.queryParameters.get("n", as: Int.self) ?? 3
            return Response.eventStream { events in
                let padding = String(repeating: " ", count: request.uri.queryParameters.get("padding", as: Int.self) ?? 0)
                for number in 0..<count { try await events.send("\(number)\(padding)") }
            }
        }
        routes.get("/broken") { _, _, _ in
            Response.eventStream { events in
                try await events.send("only this")
                throw ServiceError(.internalServerError, "cut")
            }
        }
        routes.get("/short") { _, _, _ in
            Response(
                status: .ok,
                body: .init(contentLength: 10) { writer in
                    try await writer.write(ByteBuffer(string: "12345"))
                    try await writer.finish(nil)
                })
        }
        routes.get("/until-close") { _, _, _ in
            Response(
                status: .ok, headers: [.connection: "close"],
                body: .init { writer in
                    try await writer.write(ByteBuffer(string: "a"))
                    try await writer.write(ByteBuffer(string: "b"))
                    try await writer.finish(nil)
                })
        }
        routes.get("/slow") { service, _, _ in
            service.entered.open()
            await service.release.wait()
            return try Response.json(["slow": true])
        }
        routes.get("/endless") { service, _, _ in
            Response.eventStream { events in
                try await events.send("begun")
                service.entered.open()
                do { try await Task.sleep(for: .seconds(3600)) } catch { service.wasCancelled.open(); throw error }
            }
        }
        routes.get("/teapot") { _, _, _ in throw ServiceError(HTTPResponse.Status(code: 418), "short and stout") }
        routes.get("/framework") { _, _, _ in throw HTTPError(.conflict, message: "as it is") }
        routes.get("/bug") { _, _, _ in throw Gone() }
    }

    struct Gone: Error {}

    var webSockets: [WebSocketRoute] {
        [
            WebSocketRoute(path: "/ws") { [self] request in
                let offered = request.headerFields[HTTPField.Name("Sec-WebSocket-Protocol")!]?.split(separator: ",") ?? []
                return .accept(subprotocol: offered.first.map { String($0) }) { [self] socket in
                    for await message in socket.messages { try await socket.send(message) }
                    closures.withLock { $0.append(socket.closure) }
                    served.open()
                }
            },
            WebSocketRoute(path: "/ws/refused") { _ in .refuse(.forbidden, detail: "not you") },
            WebSocketRoute(path: "/ws/fails") { _ in .accept(subprotocol: nil) { _ in throw Gone() } },
            WebSocketRoute(path: "/ws/brief") { _ in .accept(subprotocol: nil) { try await $0.send("bye") } },
            WebSocketRoute(path: "/ws/bug") { _ in throw Gone() },
            WebSocketRoute(path: "/ws/silent") { [self] _ in
                .accept(subprotocol: nil) { [self] socket in
                    entered.open()
                    await release.wait()
                    for await _ in socket.messages {}
                    closures.withLock { $0.append(socket.closure) }
                    served.open()
                }
            },
        ]
    }
}

/// A host of the sample service on loopback.
struct SampleServer {
    let service = SampleService()
    let transport: LoopbackTransport
    let host: ServiceHost
    let listener: Listener

    init(_ transport: LoopbackTransport, bodyLimit: Int = 16 << 20) async throws {
        self.transport = transport
        var log = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        log.logLevel = .critical
        let host = ServiceHost(service, log: log, bodyLimit: bodyLimit)
        self.host = host
        listener = try await transport.listen(on: Address(host: "127.0.0.1", port: 0)) { host.accept($0) }
    }

    func connect(onIdle: @escaping @Sendable (HTTPClientConnection) -> Void = { _ in }) async throws -> HTTPClientConnection {
        let connection = HTTPClientConnection(service: "sample", onIdle: onIdle)
        _ = try await transport.connect(to: listener.address, as: "test") { connection.configure($0) }
        return connection
    }

    func open(
        _ path: String, subprotocols: [String] = [], messageLimit: Int = 1 << 20
    ) async throws -> WebSocketConnection {
        let upgrade = WebSocketUpgrade(.get(path), service: "sample", subprotocols: subprotocols, messageLimit: messageLimit)
        _ = try await transport.connect(to: listener.address, as: "test") { upgrade.configure($0) }
        return try await upgrade.connection()
    }

    func raw() async throws -> RawConnection { try await RawConnection(transport, listener.address) }
}

/// Runs a test against the sample service, and ends everything after it.
func withSampleServer(bodyLimit: Int = 16 << 20, _ body: (SampleServer) async throws -> Void) async throws {
    let transport = LoopbackTransport(threads: 1)
    let server = try await SampleServer(transport, bodyLimit: bodyLimit)
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(server)) } catch { outcome = .failure(error) }
    server.service.release.open()
    try await server.listener.close()
    await server.host.shutDown(grace: .milliseconds(100))
    #expect(server.host.connectionCount == 0)
    try await transport.shutDown()
    try outcome.get()
}

/// A connection that sends and receives plain bytes.
struct RawConnection {
    let channel: any Channel
    private let inbox: Inbox<ByteBuffer>

    init(_ transport: LoopbackTransport, _ address: Address) async throws {
        let inbox = Inbox<ByteBuffer>(limit: .max, cost: { $0.readableBytes }) {}
        self.inbox = inbox
        channel = try await transport.connect(to: address, as: "raw") { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
                try channel.pipeline.syncOperations.addHandler(RawHandler(inbox))
            }
        }
    }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    func closeOutput() async throws { try await channel.close(mode: .output) }

    func close() { channel.close(promise: nil) }

    /// Everything up to the end of the connection, one character a byte.
    func rest() async throws -> String {
        var whole = ""
        while let piece = try await inbox.next() { whole += Self.text(piece) }
        return whole
    }

    /// Everything until `end` has come, one character a byte.
    func read(until end: String) async throws -> String {
        var whole = ""
        while !whole.contains(end), let piece = try await inbox.next() { whole += Self.text(piece) }
        return whole
    }

    private static func text(_ bytes: ByteBuffer) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: bytes.readableBytesView.map { Unicode.Scalar($0) })
        return text
    }

    private final class RawHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let inbox: Inbox<ByteBuffer>

        init(_ inbox: Inbox<ByteBuffer>) { self.inbox = inbox }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { inbox.push(unwrapInboundIn(data)) }

        func channelInactive(context: ChannelHandlerContext) { inbox.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed? = event as? ChannelEvent { inbox.finish() }
        }
    }
}
