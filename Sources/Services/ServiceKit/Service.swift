// The contract of a service: routes, WebSockets and background work, in whatever world it lives.

public import HTTPTypes
public import Wire

/// A fake service. The same object serves every world; all it needs from outside comes by its ``ServiceContext``.
public protocol Service: Sendable {
    /// The name by which others call it.
    var name: String { get }

    /// Puts the service's tables where they belong. Called once, before anything else.
    func prepare() async throws

    /// The HTTP routes, shared by all instances of its kind: a constant of the type, not put together anew.
    var routes: ServiceRoutes { get }

    /// The paths that take a WebSocket.
    var webSockets: [WebSocketRoute] { get }

    /// How connections are served by a service that speaks no HTTP: called for each with its bytes, and the connection
    /// is closed when it returns. Nil, the default, for services of HTTP.
    var streams: (@Sendable (ByteStream) async -> Void)? { get }

    /// Background work, until cancelled. The default has none.
    func run() async throws
}

extension Service {
    public func prepare() async throws {}
    public var webSockets: [WebSocketRoute] { [] }
    public var streams: (@Sendable (ByteStream) async -> Void)? { nil }
    public func run() async throws {}
}

/// A path that takes a WebSocket.
public struct WebSocketRoute: Sendable {
    /// The path, without query.
    public let path: String
    /// Decides on the upgrade request, before it is answered.
    public let decide: @Sendable (HTTPRequest) async throws -> WebSocketDecision

    /// A route from its parts.
    public init(path: String, decide: @escaping @Sendable (HTTPRequest) async throws -> WebSocketDecision) {
        self.path = path
        self.decide = decide
    }
}

/// What becomes of an upgrade request.
public enum WebSocketDecision: Sendable {
    /// It is accepted, with one of the offered subprotocols if any; `serve` then has the connection until it returns.
    case accept(subprotocol: String?, serve: @Sendable (WebSocketConnection) async throws -> Void)
    /// It is refused with a status and a JSON body `{"detail": ...}`.
    case refuse(HTTPResponse.Status, detail: String)
}
