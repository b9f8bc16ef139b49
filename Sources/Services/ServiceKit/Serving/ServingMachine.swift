// What a served connection makes of the requests that come over it: decisions only, no I/O (RFC 9112).

import NIOCore
import NIOHTTP1

/// The state of an HTTP/1.1 server's connection, as a value: request parts in, one request after the other out.
struct ServingMachine {
    enum Action: Equatable {
        /// Answer a request; the next is not begun before ``finish()``.
        case respond(HTTPRequestHead, body: ByteBuffer)
        /// Answer with an error and close: what follows on the connection cannot be understood.
        case refuse(HTTPResponseStatus, detail: String)
        /// Tell the client to send the body (100 Continue).
        case invite
        /// Close the connection.
        case hangUp
    }

    private enum Inbound {
        case between
        case receiving(HTTPRequestHead, ByteBuffer)
        case ignoring
    }

    private enum Item {
        case request(HTTPRequestHead, ByteBuffer)
        case refusal(HTTPResponseStatus, String)
    }

    /// The largest body of a request, in bytes.
    let bodyLimit: Int
    private var inbound = Inbound.between
    private var waiting = CircularBuffer<Item>()
    private var isResponding = false
    private var isOver = false
    private var inputIsClosed = false
    private var isStopping = false

    init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

    /// Whether further requests may be read; a client that sends them without end waits for answers first.
    var mayRead: Bool { waiting.count < 16 }

    /// Whether it is the client's turn: no response is under way.
    var awaitsClient: Bool { !isResponding }

    /// Whether the connection ends with the response under way, which then says so.
    var isLast: Bool {
        guard waiting.isEmpty else { return false }
        if inputIsClosed || isStopping { return true }
        if case .ignoring = inbound { return true }
        return false
    }

    /// A part of a request arrived.
    mutating func receive(_ part: HTTPServerRequestPart) -> [Action] {
        switch (inbound, part) {
        case (.between, .head(let head)):
            if let length = head.headers.first(name: "Content-Length").flatMap({ Int($0) }), length > bodyLimit {
                return refuseBody()
            }
            inbound = .receiving(head, ByteBuffer())
            let expectation = head.headers.first(name: "Expect")?.lowercased()
            return expectation == "100-continue" && !isResponding && waiting.isEmpty ? [.invite] : []
        case (.receiving(let head, var body), .body(var piece)):
            guard body.readableBytes + piece.readableBytes <= bodyLimit else { return refuseBody() }
            inbound = .between
            if body.readableBytes == 0 { body = piece } else { body.writeBuffer(&piece) }
            inbound = .receiving(head, body)
            return []
        case (.receiving(let head, let body), .end):
            inbound = Self.isLast(head) ? .ignoring : .between
            waiting.append(.request(head, body))
            return next()
        case (.ignoring, _): return []
        case (.between, .body), (.between, .end), (.receiving, .head):
            preconditionFailure("the codec delivered the parts of a request out of order")
        }
    }

    /// What came cannot be understood. Requests that came before it are answered first.
    mutating func fail(_ status: HTTPResponseStatus, _ detail: String) -> [Action] {
        if case .ignoring = inbound { return [] }
        inbound = .ignoring
        waiting.append(.refusal(status, detail))
        return next()
    }

    /// The response under way was written to its end.
    mutating func finish() -> [Action] {
        isResponding = false
        return next()
    }

    /// The response under way says that it is the last.
    mutating func endAfterResponse() {
        inbound = .ignoring
        waiting.removeAll()
    }

    /// The client will send nothing more.
    mutating func closeInput() -> [Action] {
        inputIsClosed = true
        inbound = .ignoring
        return next()
    }

    /// The service is shutting down: responses under way are finished, nothing else is begun.
    mutating func stop() -> [Action] {
        isStopping = true
        inbound = .ignoring
        return next()
    }

    private mutating func refuseBody() -> [Action] {
        fail(.payloadTooLarge, "The request body is larger than \(bodyLimit) bytes.")
    }

    private mutating func next() -> [Action] {
        guard !isResponding, !isOver else { return [] }
        switch waiting.popFirst() {
        case .request(let head, let body):
            isResponding = true
            return [.respond(head, body: body)]
        case .refusal(let status, let detail):
            isResponding = true
            return [.refuse(status, detail: detail)]
        case nil:
            guard case .ignoring = inbound else { return [] }
            isOver = true
            return [.hangUp]
        }
    }

    /// Whether nothing can follow a request on its connection. The codec stops at a request to upgrade, granted or not.
    private static func isLast(_ head: HTTPRequestHead) -> Bool {
        head.version.minor < 1 || !head.isKeepAlive || head.asksForUpgrade
    }
}

extension HTTPRequestHead {
    /// Whether the request asks for another protocol (RFC 9110 section 7.8).
    var asksForUpgrade: Bool {
        headers.contains(name: "Upgrade")
            && headers[canonicalForm: "Connection"].contains { $0.lowercased() == "upgrade" }
    }

    /// Whether the request asks for a WebSocket (RFC 6455 section 4.2.1).
    var asksForWebSocket: Bool {
        method == .GET && asksForUpgrade && headers[canonicalForm: "Upgrade"].contains { $0.lowercased() == "websocket" }
    }
}
