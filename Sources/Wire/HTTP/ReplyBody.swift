// The body of a response as callers read it: piece by piece, from memory or from a connection.

public import NIOCore

/// The bytes of a response body, in the pieces in which they arrived.
///
/// Ends where the message ends. Throws if the connection ends before: a cut body is never a short success.
/// A body is read once. One that is dropped before its end closes the connection it came from.
public struct ReplyBody: AsyncSequence, Sendable {
    public typealias Element = ByteBuffer
    public typealias Failure = any Error

    private enum Source: Sendable {
        case ready(ByteBuffer)
        case stream(AsyncThrowingStream<ByteBuffer, any Error>)
        case connection(BodyReader)
    }

    private let source: Source

    /// A body from a stream of pieces.
    public init(_ stream: AsyncThrowingStream<ByteBuffer, any Error>) { source = .stream(stream) }

    /// A body that is there already.
    public init(_ buffer: ByteBuffer) { source = .ready(buffer) }

    /// A body that a connection still receives.
    init(_ reader: BodyReader) { source = .connection(reader) }

    public func makeAsyncIterator() -> Iterator {
        switch source {
        case .ready(let buffer): Iterator(.ready(buffer))
        case .stream(let stream): Iterator(.stream(stream.makeAsyncIterator()))
        case .connection(let reader): Iterator(.connection(reader))
        }
    }

    /// Reads a body piece by piece.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate enum Source {
            case ready(ByteBuffer)
            case stream(AsyncThrowingStream<ByteBuffer, any Error>.Iterator)
            case connection(BodyReader)
            case done
        }

        private var source: Source

        fileprivate init(_ source: Source) { self.source = source }

        /// The next piece, never empty; nil at the end of the message.
        public mutating func next() async throws -> ByteBuffer? {
            switch source {
            case .ready(let buffer):
                source = .done
                return buffer.readableBytes > 0 ? buffer : nil
            case .stream(var iterator):
                let piece = try await iterator.next()
                source = piece == nil ? .done : .stream(iterator)
                return piece
            case .connection(let reader): return try await reader.next()
            case .done: return nil
            }
        }
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

/// The reader's end of a body that a connection receives.
final class BodyReader: Sendable {
    private let inbox: Inbox<ByteBuffer>
    private let abandon: @Sendable () -> Void

    /// A reader of `inbox`. `abandon` is called where the body is given up before its end.
    init(_ inbox: Inbox<ByteBuffer>, abandon: @escaping @Sendable () -> Void) {
        self.inbox = inbox
        self.abandon = abandon
    }

    func next() async throws -> ByteBuffer? {
        do {
            return try await inbox.next()
        } catch let error as CancellationError {
            abandon()
            throw error
        }
    }

    deinit {
        if !inbox.isFinished { abandon() }
    }
}
