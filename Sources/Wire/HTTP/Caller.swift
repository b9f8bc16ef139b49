// A way to call one service: what services and clients hold, whatever carries the call.

/// A way to call one service by name. The mesh makes them; who holds one cannot tell in which world it runs.
public struct Caller: Sendable {
    /// The name of the service that is called.
    public let service: String
    private let sending: @Sendable (Call) async throws -> StreamedReply
    private let opening: @Sendable (Call, [String]) async throws -> WebSocketConnection

    /// A caller from what performs its calls.
    public init(
        service: String, send: @escaping @Sendable (Call) async throws -> StreamedReply,
        open: @escaping @Sendable (Call, _ subprotocols: [String]) async throws -> WebSocketConnection
    ) {
        self.service = service
        sending = send
        opening = open
    }

    /// Sends a request and returns once the head of its response is there.
    public func send(_ request: Call) async throws -> StreamedReply { try await sending(request) }

    /// Sends a request and returns its whole response, with a body of at most 16 MiB.
    public func fetch(_ request: Call) async throws -> Reply {
        try await sending(request).collected()
    }

    /// Opens a WebSocket (RFC 6455) by a GET request, offering subprotocols. Throws
    /// ``CallError/upgradeRefused(service:status:body:)`` where the service answers with anything but 101.
    public func open(_ request: Call, subprotocols: [String] = []) async throws -> WebSocketConnection {
        try await opening(request, subprotocols)
    }
}

/// A call that got no usable answer.
public enum CallError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The connection ended before the response did.
    case connectionLost(service: String, request: String, reason: String)
    /// No response came in time.
    case timedOut(service: String, request: String, after: Duration)
    /// No service of this name is known.
    case unknownService(String, known: [String])
    /// A body was larger than the reader allows.
    case bodyTooLarge(limit: Int)
    /// The service answered with another status than the caller can use.
    case unexpectedStatus(service: String, request: String, status: Int, body: String)
    /// The service answered with a body that the caller cannot read.
    case unexpectedBody(service: String, request: String, reason: String)
    /// The service is not called for now, since too many calls to it failed.
    case circuitOpen(service: String, request: String)
    /// A WebSocket upgrade was refused.
    case upgradeRefused(service: String, status: Int, body: String)

    public var description: String {
        switch self {
        case .connectionLost(let service, let request, let reason):
            "the connection to \(service) was lost before the response to \(request) was complete: \(reason)"
        case .timedOut(let service, let request, let after):
            "\(service) did not answer \(request) within \(after)"
        case .unknownService(let name, let known):
            "no service is named '\(name)'. Known: \(known.joined(separator: ", "))"
        case .bodyTooLarge(let limit): "a body is larger than the \(limit) bytes allowed"
        case .unexpectedStatus(let service, let request, let status, let body):
            "\(service) answered \(request) with \(status): \(body.prefix(200))"
        case .unexpectedBody(let service, let request, let reason):
            "\(service) answered \(request) with a body that cannot be read: \(reason)"
        case .circuitOpen(let service, let request):
            "\(request) was not sent: the last calls to \(service) failed, and it is left alone for a while"
        case .upgradeRefused(let service, let status, let body):
            "\(service) refused the WebSocket upgrade with \(status): \(body.prefix(200))"
        }
    }
}
