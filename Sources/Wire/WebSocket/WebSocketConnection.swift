// A WebSocket as both ends use it: whole messages, automatic pongs, and the closing handshake (RFC 6455).

public import NIOCore
import NIOWebSocket
import Synchronization

/// An open WebSocket, at either end.
///
/// Pings are answered and close frames are returned without anybody reading. At most 512 KiB of messages wait unread
/// (each counts 64 bytes more than its payload); then the connection is not read from until some were taken, and the
/// peer's `send` waits in turn.
public final class WebSocketConnection: Sendable {
    /// How much may wait to be read or to be written, in bytes.
    static let readLimit = 512 << 10
    static let writeLimit = 64 << 10

    /// The subprotocol that both ends agreed on.
    public let subprotocol: String?
    /// The channel that carries the connection.
    public let channel: any Channel

    private struct State {
        var closure: WebSocketClosure?
        var isClosing = false
        var queued = 0
        var lastTicket = 0
        var writers: [(ticket: Int, writer: UnsafeContinuation<Void, any Error>)] = []
    }

    let inbox: Inbox<WebSocketMessage>
    private let state = Mutex(State())

    init(channel: any Channel, subprotocol: String?) {
        self.channel = channel
        self.subprotocol = subprotocol
        inbox = Inbox(limit: Self.readLimit, cost: { $0.size + 64 }) { channel.read() }
    }

    /// The messages that arrive, until the WebSocket ends; then ``closure`` says why. One task may read them at a time;
    /// where it is cancelled the sequence ends and the WebSocket stays open.
    public var messages: Messages { Messages(inbox: inbox) }

    /// Why the WebSocket ended, nil while it is open: what the peer's close frame said, what this end said where the
    /// peer broke the protocol, 1006 where the connection ended without a close frame.
    public var closure: WebSocketClosure? { state.withLock { $0.closure } }

    /// Sends a message. Returns as soon as little enough waits to be written, which need not include this message.
    /// Throws ``WebSocketClosedError`` once either end has closed.
    public func send(_ message: WebSocketMessage) async throws {
        let size = message.size
        let mustWait = try state.withLock { state in
            guard state.closure == nil, !state.isClosing else { throw WebSocketClosedError(closure: state.closure) }
            state.queued += size
            return state.queued > Self.writeLimit
        }
        channel.writeAndFlush(WebSocketCommand.send(message), promise: nil)
        if mustWait || !channel.isWritable { try await waitForRoom() }
    }

    /// Sends a text.
    public func send(_ text: String) async throws { try await send(.text(text)) }

    /// Sends a ping and returns when its pong came. Throws ``WebSocketClosedError`` where the WebSocket ends before.
    public func ping() async throws {
        guard closure == nil else { throw WebSocketClosedError(closure: closure) }
        let answered = channel.eventLoop.makePromise(of: Void.self)
        let written = channel.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenFailure { [self] _ in answered.fail(WebSocketClosedError(closure: closure)) }
        channel.writeAndFlush(WebSocketCommand.ping(answered), promise: written)
        try await answered.futureResult.get()
    }

    /// Closes with the closing handshake, and returns when the channel is closed. Does nothing but wait where the
    /// WebSocket was closed already. A peer that does not answer is waited for 10 seconds. A reason longer than a
    /// close frame takes is cut to 123 bytes. Traps where a close frame cannot carry the code.
    public func close(code: Int = 1000, reason: String = "") async throws {
        precondition(WebSocketClosure.isSendable(code), "a close frame cannot carry the code \(code)")
        state.withLock { $0.isClosing = true }
        channel.writeAndFlush(WebSocketCommand.close(WebSocketClosure(code: code, reason: reason)), promise: nil)
        try await channel.closeFuture.get()
    }

    /// Closes the channel without a close frame: the peer sees 1006.
    public func abort() { channel.close(promise: nil) }

    private func waitForRoom() async throws {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { (writer: UnsafeContinuation<Void, any Error>) in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if let closure = state.closure { return .failure(WebSocketClosedError(closure: closure)) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.queued <= Self.writeLimit, channel.isWritable { return .success(()) }
                    state.writers.append((ticket, writer))
                    return nil
                }
                if let outcome { writer.resume(with: outcome) }
            }
        } onCancel: {
            let writer = state.withLock { state in
                state.writers.firstIndex { $0.ticket == ticket }.map { state.writers.remove(at: $0).writer }
            }
            writer?.resume(throwing: CancellationError())
        }
    }

    /// A message of `size` bytes was handed to the channel, or the channel became writable.
    func wrote(_ size: Int, isWritable: Bool) {
        let writers = state.withLock { state -> [(ticket: Int, writer: UnsafeContinuation<Void, any Error>)] in
            state.queued -= size
            guard isWritable, state.queued <= Self.writeLimit, !state.writers.isEmpty else { return [] }
            defer { state.writers = [] }
            return state.writers
        }
        for (_, writer) in writers { writer.resume() }
    }

    /// The WebSocket has ended.
    func end(_ closure: WebSocketClosure) {
        let writers = state.withLock { state in
            state.closure = state.closure ?? closure
            defer { state.writers = [] }
            return state.writers
        }
        inbox.finish()
        for (_, writer) in writers { writer.resume(throwing: WebSocketClosedError(closure: closure)) }
    }

    /// The messages of a WebSocket, as they arrive.
    public struct Messages: AsyncSequence, Sendable {
        public typealias Element = WebSocketMessage
        public typealias Failure = Never

        fileprivate let inbox: Inbox<WebSocketMessage>

        public func makeAsyncIterator() -> Iterator { Iterator(inbox: inbox) }

        /// Reads messages one by one.
        public struct Iterator: AsyncIteratorProtocol {
            public typealias Failure = Never

            fileprivate let inbox: Inbox<WebSocketMessage>

            /// The next message; nil at the WebSocket's end, and where the reading task is cancelled.
            public mutating func next() async -> WebSocketMessage? {
                // The inbox of a WebSocket never ends with an error, so the only one is the task's cancellation.
                try? await inbox.next()
            }
        }
    }
}

extension WebSocketConnection {
    /// Which end of the WebSocket a channel is.
    public enum Side: Sendable {
        /// The end that asked for the upgrade. It masks its frames with keys from `maskKey` (RFC 6455 section 5.3).
        case client(maskKey: @Sendable () -> UInt32)
        /// The end that granted it.
        case server
    }

    /// Adds the handlers of an open WebSocket at the end of a channel's pipeline, and returns the connection. Call it
    /// on the channel's event loop, after the upgrade. Messages larger than `messageLimit` bytes close with 1009. The
    /// handlers `between` see the frames on their way between codec and connection, the first next to the codec.
    public static func install(
        on channel: any Channel, as side: Side, subprotocol: String? = nil, messageLimit: Int = 1 << 20,
        between: [any ChannelHandler] = []
    ) throws -> WebSocketConnection {
        let connection = WebSocketConnection(channel: channel, subprotocol: subprotocol)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(WebSocketFrameEncoder())
        // Control frames may come up to 125 bytes even where messages may not.
        try pipeline.addHandler(ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: max(messageLimit, 125))))
        for handler in between { try pipeline.addHandler(handler) }
        try pipeline.addHandler(WebSocketHandler(connection, side, messageLimit: messageLimit))
        return connection
    }
}
