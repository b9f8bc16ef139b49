// Makes a service answer on channels: HTTP/1.1 and WebSockets on one listener, over any transport.

import HTTPTypes
import Hummingbird
public import Logging
public import NIOCore
import NIOHTTP1
import Synchronization
import Wire

/// Serves a ``Service`` on accepted channels.
///
/// Hand ``accept(_:)`` to a transport's listener. Requests of one connection are answered one after the other, each in
/// a task of its own; a body is read whole, of at most `bodyLimit` bytes, before its route is called.
public final class ServiceHost: Sendable {
    /// The service.
    public let service: any Service

    private struct State {
        var connections: [Int: ServedConnection] = [:]
        var lastConnection = 0
        var isStopping = false
        var waiters: [UnsafeContinuation<Void, Never>] = []
    }

    let log: Logger
    /// What else may become of requests than to be served; nil where nothing may.
    let faults: ServingFaults?
    private let bodyLimit: Int
    private let webSockets: [String: WebSocketRoute]
    /// Serves the connections of a service that speaks no HTTP.
    private let streams: StreamHost?
    private let state = Mutex(State())

    /// A host of a service. `faults` decides what becomes of requests, where they are not all just served; `bodyLimit`
    /// is the largest body of a request, in bytes.
    public init(_ service: any Service, log: Logger, faults: ServingFaults? = nil, bodyLimit: Int = 16 << 20) {
        self.service = service
        self.log = log
        self.faults = faults
        self.bodyLimit = bodyLimit
        webSockets = Dictionary(uniqueKeysWithValues: service.webSockets.map { ($0.path, $0) })
        streams = service.streams.map { StreamHost($0) }
    }

    /// How many connections are open, or have tasks that still run.
    public var connectionCount: Int { state.withLock { $0.connections.count } + (streams?.connectionCount ?? 0) }

    /// Sets an accepted channel's pipeline up, at its end, and serves it. The future fails once the host is stopping.
    public func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        if let streams { return streams.accept(channel) }
        let connection = state.withLock { state -> ServedConnection? in
            guard !state.isStopping else { return nil }
            state.lastConnection += 1
            let connection = ServedConnection(
                id: state.lastConnection, channel: channel, host: self, bodyLimit: bodyLimit)
            state.connections[connection.id] = connection
            return connection
        }
        guard let connection else { return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
        channel.closeFuture.whenComplete { _ in connection.channelClosed() }
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(connection.handler.encoder)
            try pipeline.addHandler(connection.handler.decoder)
            try pipeline.addHandler(connection.handler)
        }
    }

    /// Ends the service on all its connections, and returns when none is left and every task has ended.
    ///
    /// Idle connections are closed at once, WebSockets with 1001. Responses under way may take up to `grace`, measured
    /// by the event loops' clocks; then their connections are closed and their tasks cancelled. A task that does not
    /// heed its cancellation is waited for.
    public func shutDown(grace: Duration = .seconds(5)) async {
        await streams?.shutDown()
        let connections = state.withLock { state in
            state.isStopping = true
            return state.connections.sorted { $0.key < $1.key }.map(\.value)
        }
        for connection in connections { connection.stop(grace: TimeAmount(grace)) }
        await untilEmpty()
    }

    /// Ends the service as a crash does: every connection is reset and every task cancelled. Tasks that do not heed that
    /// are waited for `grace` at most; returns how many connections still have such a task.
    public func crash(grace: Duration = .seconds(1)) async -> Int {
        await streams?.shutDown()
        let connections = state.withLock { state in
            state.isStopping = true
            return state.connections.sorted { $0.key < $1.key }.map(\.value)
        }
        for connection in connections { connection.crash() }
        let timer = Task {
            try await Task.sleep(for: grace)
            giveUp()
        }
        await untilEmpty()
        timer.cancel()
        return connectionCount
    }

    private func giveUp() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func untilEmpty() async {
        await withUnsafeContinuation { waiter in
            let isOver = state.withLock { state in
                if !state.connections.isEmpty { state.waiters.append(waiter) }
                return state.connections.isEmpty
            }
            if isOver { waiter.resume() }
        }
    }

    /// A connection is closed and nothing works for it any more.
    func leave(_ id: Int) {
        let waiters = state.withLock { state in
            state.connections[id] = nil
            guard state.isStopping, state.connections.isEmpty else { return [UnsafeContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// The WebSocket that a request's path takes; only a GET can ask for it.
    func webSocket(for request: HTTPRequest) -> WebSocketRoute? {
        webSockets.isEmpty || request.method != .get ? nil : webSockets[Self.path(request)]
    }

    /// Answers a plain request to a path that takes a WebSocket.
    func explainUpgrade(_ head: HTTPRequest, on connection: ServedConnection) async {
        let headers: HTTPFields = [.upgrade: "websocket", .connection: "Upgrade"]
        await refuse(.upgradeRequired, "Upgrade Required", headers, head, connection)
    }

    /// Answers a request for a WebSocket, and serves it if it is granted.
    func upgrade(_ head: HTTPRequest, _ route: WebSocketRoute, on connection: ServedConnection) async {
        var head = head
        if let faults, await meet(faults, &head, ByteBuffer(), route: route.path, on: connection) == nil { return }
        do {
            switch try await route.decide(head) {
            case .refuse(let status, let detail): await refuse(status, detail, [:], head, connection)
            case .accept(let subprotocol, let serve): await serveWebSocket(subprotocol, serve, on: connection)
            }
        } catch let error as ServiceError {
            await refuse(error.status, error.detail, error.headers, head, connection)
        } catch {
            log.error("a WebSocket's upgrade failed unexpectedly", metadata: ["path": "\(route.path)", "error": "\(error)"])
            await refuse(.internalServerError, "Internal Server Error", [:], head, connection)
        }
    }

    private func serveWebSocket(
        _ subprotocol: String?, _ serve: @Sendable (WebSocketConnection) async throws -> Void, on connection: ServedConnection
    ) async {
        let channel = connection.channel
        let opened = channel.eventLoop.makePromise(of: WebSocketConnection.self)
        connection.perform(.upgrade(subprotocol: subprotocol, opened))
        guard let socket = try? await opened.futureResult.get() else { return channel.close(promise: nil) }
        connection.becomeWebSocket(socket)
        var (code, reason) = (1000, "")
        do {
            try await serve(socket)
        } catch is WebSocketClosedError {
            // The peer was faster; there is nobody left to tell.
        } catch is CancellationError {
            (code, reason) = (1001, "the service is shutting down")
        } catch {
            log.error("a WebSocket failed unexpectedly", metadata: ["error": "\(error)"])
            (code, reason) = (1011, "internal error")
        }
        // A failure means that the channel is closed, which is what is wanted.
        try? await socket.close(code: code, reason: reason)
    }

    /// Answers a request by the service's routes.
    func answer(_ head: HTTPRequest, _ body: ByteBuffer, on connection: ServedConnection) async {
        if let faults { return await answer(head, body, on: connection, under: faults) }
        let response = await service.answer(Request(head: head, body: .init(buffer: body)), log: log)
        await write(response, to: head, on: connection)
    }

    func refuse(
        _ status: HTTPResponse.Status, _ detail: String, _ headers: HTTPFields, _ head: HTTPRequest,
        _ connection: ServedConnection
    ) async {
        let response = (try? ServiceError(status, detail, headers: headers).response()) ?? Response(status: status)
        await write(response, to: head, on: connection)
    }

    /// Writes a response, as its fate wants it; with `breaking`, calls of tools in it may be broken.
    func write(
        _ response: Response, to head: HTTPRequest, on connection: ServedConnection, as fate: ResponseFate = .whole,
        breakingToolCalls breaking: (@Sendable () -> Bool)? = nil
    ) async {
        let writer = ResponseChannelWriter(
            connection: connection, head: response.head, length: response.body.contentLength, method: head.method)
        do {
            if response.body.contentLength == nil { writer.begin() }
            if head.method == .head {
                try await writer.finish(nil)
            } else if fate == .whole, breaking == nil {
                try await response.body.write(writer)
            } else {
                // Of a response that is cut the head comes all the same.
                if fate != .whole { writer.begin() }
                let outer = fate.writer(around: writer)
                try await response.body.write(breaking.map { ToolCallWriter(writer: outer, isToBreak: $0) } ?? outer)
            }
        } catch is StreamCut {
        } catch is ChannelError {
            // The client is gone; that is its own affair.
        } catch is CancellationError {
        } catch {
            log.error(
                "a response's body failed", metadata: ["request": "\(head.method) \(Self.path(head))", "error": "\(error)"])
        }
        // Half a response must not look like a whole one.
        if !writer.isFinished { connection.perform(.abort) }
    }

    static func path(_ request: HTTPRequest) -> String {
        String((request.path ?? "/").prefix { $0 != "?" })
    }
}
