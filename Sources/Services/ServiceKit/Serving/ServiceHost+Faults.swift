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
        let breaking = faults.breaksToolCall.map { breaks in { @Sendable in breaks(request) } }
        await write(response, to: head, on: connection, as: faults.response(request, isStream), breakingToolCalls: breaking)
    }

    /// Carries out what faults decide about a request before it is served. Returns it if it is to be served now.
    func meet(
        _ faults: ServingFaults, _ head: inout HTTPRequest, _ body: ByteBuffer, route: String?, on connection: ServedConnection
    ) async -> ArrivedRequest? {
        let path = Self.path(head)
        let request = ArrivedRequest(
            method: head.method, path: path, route: route ?? path, body: body, channel: connection.channel)
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
        if head.showsToken {
            switch faults.token(request) {
            case .kept: break
            case .expired: head.replaceTokens { _ in HTTPRequest.expired }
            case .forged: head.replaceTokens(HTTPRequest.forged)
            }
        }
        return request
    }
}

/// Takes a body that nobody is to see.
private struct DiscardingWriter: ResponseBodyWriter {
    mutating func write(_ buffer: ByteBuffer) async throws {}
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension HTTPRequest {
    /// A token that no key has signed.
    fileprivate static let expired = "expired.by-a.fault"
    private static let tokenMarks = ["jwt.", "jwt-auth.", "bearer."]

    /// Whether the head shows a token: in `Authorization`, or as a subprotocol.
    fileprivate var showsToken: Bool {
        headerFields.bearerToken != nil
            || headerFields[.secWebSocketProtocol].map { offered in Self.tokenMarks.contains { offered.contains($0) } } ?? false
    }

    /// The token with another signature: the first letter that can be is another.
    fileprivate static func forged(_ token: String) -> String {
        let start = token.lastIndex(of: ".").map { token.index(after: $0) } ?? token.startIndex
        let signature = token[start...]
        guard let first = signature.first else { return token + "A" }
        return token[..<start] + (first == "A" ? "B" : "A") + signature.dropFirst()
    }

    /// Puts another in the place of each token.
    fileprivate mutating func replaceTokens(_ replacement: (String) -> String) {
        if let token = headerFields.bearerToken { headerFields[.authorization] = "Bearer \(replacement(String(token)))" }
        guard let offered = headerFields[.secWebSocketProtocol] else { return }
        headerFields[.secWebSocketProtocol] = offered.split(separator: ",").map { name in
            let name = String(name.drop { $0 == " " })
            return Self.tokenMarks.first { name.hasPrefix($0) }.map { $0 + replacement(String(name.dropFirst($0.count))) } ?? name
        }.joined(separator: ", ")
    }
}

extension Duration {
    /// The seconds, rounded up.
    fileprivate var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
