// A response as callers read it: the head at once, the body as it comes.

public import HTTPTypes
public import NIOCore

/// The response to a ``Call``: its head, and its body as a stream.
public struct StreamedReply: Sendable {
    /// Status and fields.
    public let head: HTTPResponse
    /// The body as it arrives. It must be read to its end, or the connection is not used again.
    public let body: ReplyBody

    /// A response from its parts.
    public init(head: HTTPResponse, body: ReplyBody) {
        self.head = head
        self.body = body
    }

    /// The status code.
    public var status: HTTPResponse.Status { head.status }

    /// The response with its whole body read, of at most `limit` bytes.
    public func collected(upTo limit: Int = 16 << 20) async throws -> Reply {
        Reply(head: head, body: try await body.collect(upTo: limit))
    }
}

/// A response whose body was read to its end.
public struct Reply: Sendable {
    /// Status and fields.
    public let head: HTTPResponse
    /// The whole body.
    public let body: ByteBuffer

    /// A response from its parts.
    public init(head: HTTPResponse, body: ByteBuffer) {
        self.head = head
        self.body = body
    }

    /// The status code.
    public var status: HTTPResponse.Status { head.status }

    /// The body as text.
    public var text: String { String(buffer: body) }

    /// The body as a JSON value. Throws ``CallError/unexpectedBody(service:request:reason:)`` by way of its caller.
    public func json<Value: Decodable>(_ type: Value.Type) throws -> Value { try WireJSON.decode(type, from: body) }
}

/// The bytes of a response body, in the pieces in which they arrived.
///
/// Ends where the message ends. Throws if the connection ends before: a cut body is never a short success.
public struct ReplyBody: AsyncSequence, Sendable {
    public typealias Element = ByteBuffer

    private let stream: AsyncThrowingStream<ByteBuffer, any Error>

    /// A body from a stream of pieces.
    public init(_ stream: AsyncThrowingStream<ByteBuffer, any Error>) { self.stream = stream }

    /// A body that is there already.
    public init(_ buffer: ByteBuffer) {
        stream = AsyncThrowingStream { continuation in
            if buffer.readableBytes > 0 { continuation.yield(buffer) }
            continuation.finish()
        }
    }

    public func makeAsyncIterator() -> AsyncThrowingStream<ByteBuffer, any Error>.Iterator {
        stream.makeAsyncIterator()
    }

    /// The whole body, of at most `limit` bytes. Throws ``CallError/bodyTooLarge(limit:)``.
    public func collect(upTo limit: Int) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        for try await var piece in self {
            guard whole.readableBytes + piece.readableBytes <= limit else { throw CallError.bodyTooLarge(limit: limit) }
            if whole.readableBytes == 0 { whole = piece } else { whole.writeBuffer(&piece) }
        }
        return whole
    }
}
