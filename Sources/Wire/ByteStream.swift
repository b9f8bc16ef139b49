// A connection as bytes, for protocols that are not HTTP: what arrives is read by one task, and any may write.

public import NIOCore
import Synchronization

/// The two directions of a channel, read with back-pressure.
public final class ByteStream: Sendable {
    /// How many bytes wait to be read before the channel is told to read no more.
    private static let readLimit = 1 << 20

    /// The channel.
    public let channel: any Channel
    private let inbox: Inbox<ByteBuffer>
    private let unwritten = Atomic<Int>(0)

    private init(_ channel: any Channel) {
        self.channel = channel
        inbox = Inbox(limit: Self.readLimit, cost: { $0.readableBytes + 64 }) { channel.read() }
    }

    /// Adds the handler at the end of a channel's pipeline, and returns the stream. Call it on the channel's loop.
    public static func install(on channel: any Channel) throws -> ByteStream {
        let stream = ByteStream(channel)
        try channel.pipeline.syncOperations.addHandler(ByteStreamHandler(stream.inbox))
        return stream
    }

    /// What arrived next; nil after the peer's end. Throws `CancellationError` where the reading task is cancelled.
    public func next() async throws -> ByteBuffer? { try await inbox.next() }

    /// How many bytes were given to be written and have not left.
    public var unwrittenBytes: Int { unwritten.load(ordering: .relaxed) }

    /// Gives bytes to be written, and returns at once.
    public func send(_ buffer: ByteBuffer) { _ = sending(buffer) }

    /// Gives bytes to be written; the future is fulfilled when they have left, and fails where the connection is closed.
    public func sending(_ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        let count = buffer.readableBytes
        unwritten.wrappingAdd(count, ordering: .relaxed)
        promise.futureResult.whenComplete { [self] _ in unwritten.wrappingSubtract(count, ordering: .relaxed) }
        channel.writeAndFlush(buffer, promise: promise)
        return promise.futureResult
    }

    /// Closes the connection.
    public func close() { channel.close(promise: nil) }
}

/// Hands what arrives to the inbox of a stream.
private final class ByteStreamHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let inbox: Inbox<ByteBuffer>

    init(_ inbox: Inbox<ByteBuffer>) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { inbox.push(unwrapInboundIn(data)) }

    func read(context: ChannelHandlerContext) { if inbox.mayRead() { context.read() } }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { inbox.finish() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbox.finish()
        context.close(promise: nil)
    }
}
