// A client's HTTP/1.1 connection: calls in, responses out, one at a time, over any channel (RFC 9112).

public import NIOCore
import NIOHTTP1
import Synchronization

/// An HTTP/1.1 connection to a service, over a channel of any transport.
///
/// It takes one call at a time and keeps the connection alive between them; a pool sees to it that only one task
/// uses it. While a body is read slowly at most 128 KiB of it are kept, then the connection is not read from.
public final class HTTPClientConnection: Sendable {
    /// How much of a body waits unread before the connection is no longer read from, in bytes.
    static let bodyLimit = 128 << 10

    /// The name of the service at the other end, for errors.
    public let service: String

    private enum Use { case idle, busy, over }

    private struct State {
        var channel: (any Channel)?
        var use = Use.idle
    }

    private let authority: String
    private let handler: HTTPClientHandler
    private let state = Mutex(State())
    private let onIdle: @Sendable (HTTPClientConnection) -> Void

    /// A connection for a channel that ``configure(_:)`` is yet to set up.
    ///
    /// `authority` is sent as `Host`, the service's name if none is given. A call fails when nothing has come for
    /// `stallLimit`. `onIdle` is called on the channel's event loop whenever a response was received to its end and
    /// the next call may be sent, before the reader sees the end of the body. It is not called where the connection
    /// cannot be used again.
    public init(
        service: String, authority: String? = nil, stallLimit: Duration? = nil,
        onIdle: @escaping @Sendable (HTTPClientConnection) -> Void = { _ in }
    ) {
        self.service = service
        self.authority = authority ?? service
        self.onIdle = onIdle
        handler = HTTPClientHandler(stallLimit: stallLimit)
    }

    /// Adds the handlers of an HTTP/1.1 client at the end of a channel's pipeline. Call it once, where the pipeline is
    /// set up.
    public func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
        state.withLock { $0.channel = channel }
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(HTTPRequestEncoder())
            try pipeline.addHandler(ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)))
            try pipeline.addHandler(handler)
        }
    }

    /// The channel, once it is set up. Its `closeFuture` says when the connection is over.
    public var channel: (any Channel)? { state.withLock { $0.channel } }

    /// Whether the next call may be sent: false while a response is under way, after `Connection: close`, after an error.
    public var isReusable: Bool { state.withLock { $0.use == .idle && $0.channel?.isActive == true } }

    /// Sends a call and returns when the head of its response is there, with as much of the body as came with it.
    ///
    /// Throws ``CallError/connectionLost(service:request:reason:)``; the body throws the same if it is cut.
    /// Cancelling the task closes the connection and throws `CancellationError`.
    public func send(_ call: Call) async throws -> StreamedReply {
        let channel = state.withLock { state -> (any Channel)? in
            precondition(state.use != .busy, "two calls at the same time on one HTTP/1.1 connection")
            guard state.use == .idle, let channel = state.channel else { return nil }
            state.use = .busy
            return channel
        }
        guard let channel else { throw lost(call.summary, "the connection was closed already") }
        let exchange = HTTPExchange(call: call, authority: authority, connection: self)
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { reader in
                guard exchange.begin(reader) else { return }
                channel.eventLoop.execute { [handler] in handler.send(exchange) }
            }
        } onCancel: {
            exchange.fail(CancellationError())
        }
    }

    /// Closes the connection, whatever it does.
    public func close() {
        let channel = state.withLock { state in
            state.use = .over
            return state.channel
        }
        channel?.close(promise: nil)
    }

    /// A response was received to its end.
    func becomeIdle() {
        let isIdle = state.withLock { state in
            guard state.use == .busy, state.channel?.isActive == true else {
                state.use = .over
                return false
            }
            state.use = .idle
            return true
        }
        if isIdle { onIdle(self) }
    }

    /// The connection cannot be used again.
    func end() { state.withLock { $0.use = .over } }

    func lost(_ request: String, _ reason: String) -> CallError {
        .connectionLost(service: service, request: request, reason: reason)
    }
}

/// One call on its way through the connection, and the caller who waits for the response.
final class HTTPExchange: Sendable {
    let call: Call
    let authority: String
    let connection: HTTPClientConnection

    private enum State {
        case new
        case waiting(UnsafeContinuation<StreamedReply, any Error>)
        case done(any Error)
        case answered
    }

    private let state = Mutex(State.new)

    init(call: Call, authority: String, connection: HTTPClientConnection) {
        self.call = call
        self.authority = authority
        self.connection = connection
    }

    var summary: String { call.summary }

    /// The caller waits from now on; whether there is anything to wait for.
    func begin(_ reader: UnsafeContinuation<StreamedReply, any Error>) -> Bool {
        let earlier = state.withLock { state -> (any Error)? in
            if case .done(let error) = state { return error }
            state = .waiting(reader)
            return nil
        }
        if let earlier { reader.resume(throwing: earlier) }
        return earlier == nil
    }

    func answer(_ reply: StreamedReply) {
        let reader = state.withLock { state -> UnsafeContinuation<StreamedReply, any Error>? in
            guard case .waiting(let reader) = state else { return nil }
            state = .answered
            return reader
        }
        reader?.resume(returning: reply)
    }

    /// Ends the wait with an error, and with it the connection. Does nothing once the head was handed out.
    func fail(_ error: any Error) {
        let (reader, isOver) = state.withLock { state -> (UnsafeContinuation<StreamedReply, any Error>?, Bool) in
            switch state {
            case .waiting(let reader):
                state = .done(error)
                return (reader, true)
            case .new:
                state = .done(error)
                return (nil, true)
            case .done, .answered: return (nil, false)
            }
        }
        if isOver { connection.close() }
        reader?.resume(throwing: error)
    }
}
