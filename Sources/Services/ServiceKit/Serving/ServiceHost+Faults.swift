// How a host carries out what faults decide about requests: answered otherwise, token expired, stream cut.

import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import Wire

extension ServiceHost {
    /// Answers a request in a world with faults.
    func answer(_ head: HTTPRequest, _ body: ByteBuffer, on connection: ServedConnection, under faults: ServingFaults) async {
        let route = service.routes.table.template(of: head.method, Self.path(head))
        var head = head
        guard let request = await meet(faults, &head, body, route: route, on: connection) else { return }
        let response = await service.answer(Request(head: head, body: .init(buffer: body)), log: log)
        let isStream = response.headers[.contentType]?.hasPrefix("text/event-stream") ?? false
        await write(response, to: head, on: connection, cutAfter: isStream ? faults.cut(request) : nil)
    }

    /// Carries out what faults decide about a request before it is served. Returns it if it is to be served now.
    func meet(
        _ faults: ServingFaults, _ head: inout HTTPRequest, _ body: ByteBuffer, route: String?, on connection: ServedConnection
    ) async -> ArrivedRequest? {
        let path = Self.path(head)
        let request = ArrivedRequest(method: head.method, path: path, route: route ?? path, channel: connection.channel)
        switch faults.fate(request) {
        case .serve: break
        case .answer(let status, let retryAfter, let served):
            if served {
                let response = await service.answer(Request(head: head, body: .init(buffer: body)), log: log)
                // Whatever it would have said, it is done when it has said it.
                try? await response.body.write(DiscardingWriter())
            }
            let phrase = HTTPResponseStatus(statusCode: status).reasonPhrase
            let fields: HTTPFields = retryAfter.map { [.retryAfter: String($0.wholeSeconds)] } ?? [:]
            await refuse(.init(code: status, reasonPhrase: phrase), phrase, fields, head, connection)
            return nil
        case .vanish:
            connection.crash()
            return nil
        }
        if head.showsToken, faults.expiresToken(request) { head.replaceTokens() }
        return request
    }
}

/// Takes a body that nobody is to see.
private struct DiscardingWriter: ResponseBodyWriter {
    mutating func write(_ buffer: ByteBuffer) async throws {}
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// A stream was cut on purpose.
struct StreamCut: Error {}

/// Lets so many server-sent events of a body pass, and throws ``StreamCut`` when the next one comes.
struct CuttingWriter: ResponseBodyWriter {
    private let writer: ResponseChannelWriter
    private var left: Int
    private var endsLine = false

    init(_ writer: ResponseChannelWriter, after events: Int) {
        self.writer = writer
        left = events
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        var length = 0
        for byte in buffer.readableBytesView where left > 0 {
            length += 1
            // An empty line ends an event.
            let isNewline = byte == UInt8(ascii: "\n")
            if isNewline, endsLine { left -= 1 }
            endsLine = isNewline && !endsLine
        }
        if let whole = buffer.getSlice(at: buffer.readerIndex, length: length), length > 0 { try await writer.write(whole) }
        if length < buffer.readableBytes { throw StreamCut() }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        guard left > 0 else { throw StreamCut() }
        try await writer.finish(trailingHeaders)
    }
}

extension HTTPRequest {
    /// A token that no key has signed.
    private static let expired = "expired.by-a.fault"
    private static let tokenMarks = ["jwt.", "jwt-auth.", "bearer."]

    /// Whether the head shows a token: in `Authorization`, or as a subprotocol.
    fileprivate var showsToken: Bool {
        headerFields.bearerToken != nil
            || headerFields[.secWebSocketProtocol].map { offered in Self.tokenMarks.contains { offered.contains($0) } } ?? false
    }

    /// Puts one that is of no use in the place of each token: to the service it is as one whose time is over.
    fileprivate mutating func replaceTokens() {
        if headerFields.bearerToken != nil { headerFields[.authorization] = "Bearer \(Self.expired)" }
        guard let offered = headerFields[.secWebSocketProtocol] else { return }
        headerFields[.secWebSocketProtocol] = offered.split(separator: ",").map { name in
            let name = String(name.drop { $0 == " " })
            return Self.tokenMarks.first { name.hasPrefix($0) }.map { $0 + Self.expired } ?? name
        }.joined(separator: ", ")
    }
}

extension Duration {
    /// The seconds, rounded up.
    fileprivate var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
