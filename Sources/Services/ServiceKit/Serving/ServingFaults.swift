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
    /// The body.
    public let body: ByteBuffer
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

/// What becomes of the token that a request shows.
public enum TokenFate: Sendable, Hashable {
    /// It is as good as it is.
    case kept
    /// It counts as expired.
    case expired
    /// Its signature is another.
    case forged
}

/// What becomes of a response.
public enum ResponseFate: Sendable, Hashable {
    /// It is written as it is.
    case whole
    /// A stream is cut after so many events.
    case cut(after: Int)
    /// A stream rests after so many events.
    case stall(after: Int, time: Duration)
    /// The body is cut after so many bytes.
    case truncate(after: Int)
}

/// What else may become of requests than to be served. Asked once for each; the answers are a world's faults.
public struct ServingFaults: Sendable {
    /// What becomes of a request that arrived.
    public var fate: @Sendable (ArrivedRequest) -> RequestFate
    /// What becomes of the token that a request shows.
    public var token: @Sendable (ArrivedRequest) -> TokenFate
    /// What becomes of the response to a request; the second argument says whether it is a stream of events.
    public var response: @Sendable (ArrivedRequest, Bool) -> ResponseFate
    /// Whether the arguments of a call of a tool, in the response to a request, are broken; nil where none ever are.
    public var breaksToolCall: (@Sendable (ArrivedRequest) -> Bool)?
    /// The handlers between frames and messages of a WebSocket that was opened, in the pipeline's order.
    public var messageHandlers: @Sendable (any Channel) -> [any ChannelHandler]

    /// Faults from their parts.
    public init(
        fate: @escaping @Sendable (ArrivedRequest) -> RequestFate,
        token: @escaping @Sendable (ArrivedRequest) -> TokenFate,
        response: @escaping @Sendable (ArrivedRequest, Bool) -> ResponseFate,
        breaksToolCall: (@Sendable (ArrivedRequest) -> Bool)?,
        messageHandlers: @escaping @Sendable (any Channel) -> [any ChannelHandler]
    ) {
        self.fate = fate
        self.token = token
        self.response = response
        self.breaksToolCall = breaksToolCall
        self.messageHandlers = messageHandlers
    }
}
