// The seam at which a world's faults reach requests: a host asks, and carries out what it is told.

public import HTTPTypes
public import NIOCore

/// A request that reached a service's host.
public struct ArrivedRequest: Sendable {
    /// The method.
    public let method: HTTPRequest.Method
    /// The path, without query.
    public let path: String
    /// The service's route that answers it, such as `/api/threads/{id}`; the path where it has none.
    public let route: String
    /// The connection over which it came.
    public let channel: any Channel
}

/// What becomes of a request.
public enum RequestFate: Sendable, Hashable {
    /// It is served.
    case serve
    /// It is answered so, after it was served or instead of that. `retryAfter` goes into `Retry-After`, in whole seconds.
    case answer(status: Int, retryAfter: Duration?, served: Bool)
    /// Its connection is reset before it is served.
    case vanish
}

/// What else may become of requests than to be served. Asked once for each; the answers are a world's faults.
public struct ServingFaults: Sendable {
    /// What becomes of a request that arrived.
    public var fate: @Sendable (ArrivedRequest) -> RequestFate
    /// Whether the token that a request shows counts as expired.
    public var expiresToken: @Sendable (ArrivedRequest) -> Bool
    /// After how many events the stream that answers a request is cut; nil for never.
    public var cut: @Sendable (ArrivedRequest) -> Int?
    /// The handlers between frames and messages of a WebSocket that was opened, in the pipeline's order.
    public var messageHandlers: @Sendable (any Channel) -> [any ChannelHandler]

    /// Faults from their parts.
    public init(
        fate: @escaping @Sendable (ArrivedRequest) -> RequestFate,
        expiresToken: @escaping @Sendable (ArrivedRequest) -> Bool, cut: @escaping @Sendable (ArrivedRequest) -> Int?,
        messageHandlers: @escaping @Sendable (any Channel) -> [any ChannelHandler]
    ) {
        self.fate = fate
        self.expiresToken = expiresToken
        self.cut = cut
        self.messageHandlers = messageHandlers
    }
}
