// Where Hummingbird's response bodies write to: the served channel, with the body's framing watched over.

import HTTPTypes
import Hummingbird
import NIOCore

/// Writes one response to a served connection.
///
/// A body whose length is known and that comes in one piece leaves with its head in one go. Any other is written
/// piece by piece; the writer waits for the connection to take a piece only where much was written since it last did.
final class ResponseChannelWriter: ResponseBodyWriter {
    /// How many bytes may be on their way to the connection, in bytes.
    private static let limit = 64 << 10

    private let connection: ServedConnection
    private let head: HTTPResponse
    private var remaining: Int?
    private var held: ByteBuffer?
    private var headIsWritten = false
    private var underway = 0
    /// Whether the response was written to its end.
    private(set) var isFinished = false

    /// A writer of the response to `method`; `length` is what its head promises.
    init(connection: ServedConnection, head: HTTPResponse, length: Int?, method: HTTPRequest.Method) {
        self.connection = connection
        self.head = head
        // Without a body on the wire there is no length to keep to.
        remaining = method == .head || head.status == .notModified ? nil : length
    }

    /// Writes the head at once, for bodies that come by and by.
    func begin() {
        guard !headIsWritten else { return }
        headIsWritten = true
        connection.perform(.head(head))
    }

    func write(_ buffer: ByteBuffer) async throws {
        guard buffer.readableBytes > 0 else { return }
        if let left = remaining {
            guard buffer.readableBytes <= left else { throw BodyLengthError(excess: buffer.readableBytes - left) }
            remaining = left - buffer.readableBytes
            if !headIsWritten, held == nil, remaining == 0 {
                held = buffer
                return
            }
        }
        begin()
        try await send(buffer)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        if let remaining, remaining > 0 { throw BodyLengthError(excess: -remaining) }
        isFinished = true
        guard headIsWritten || trailingHeaders != nil else {
            return connection.perform(.whole(head, held ?? ByteBuffer()))
        }
        begin()
        if let held { try await send(held) }
        connection.perform(.end(trailingHeaders))
    }

    private func send(_ buffer: ByteBuffer) async throws {
        guard connection.channel.isActive else { throw ChannelError.ioOnClosedChannel }
        underway += buffer.readableBytes
        guard underway > Self.limit || !connection.channel.isWritable else { return connection.perform(.body(buffer, nil)) }
        try await connection.write(buffer)
        underway = 0
    }
}

/// A route wrote a body of another length than its head promises.
struct BodyLengthError: Error, CustomStringConvertible {
    /// By how many bytes it is too long, or too short if negative.
    let excess: Int

    var description: String {
        "the body is \(abs(excess)) bytes \(excess > 0 ? "longer" : "shorter") than Content-Length says."
    }
}
