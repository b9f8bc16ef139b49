// Where Hummingbird's response bodies write to: the served channel, with the body's framing watched over.

import HTTPTypes
import Hummingbird
import NIOCore

/// Writes one response to a served channel.
///
/// A body whose length is known and that comes in one piece leaves with its head in one go. Any other is written
/// piece by piece, and each waits until the connection has taken it.
final class ResponseChannelWriter: ResponseBodyWriter {
    private let channel: any Channel
    private let head: HTTPResponse
    private var remaining: Int?
    private var held: ByteBuffer?
    private var headIsWritten = false
    /// Whether the response was written to its end.
    private(set) var isFinished = false

    /// A writer of the response to `method` on `channel`; `length` is what its head promises.
    init(channel: any Channel, head: HTTPResponse, length: Int?, method: HTTPRequest.Method) {
        self.channel = channel
        self.head = head
        // Without a body on the wire there is no length to keep to.
        remaining = method == .head || head.status == .notModified ? nil : length
    }

    /// Writes the head at once, for bodies that come by and by.
    func begin() async throws {
        guard !headIsWritten else { return }
        headIsWritten = true
        try await channel.writeAndFlush(ServingCommand.head(head))
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
        try await begin()
        try await channel.writeAndFlush(ServingCommand.body(buffer))
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        if let remaining, remaining > 0 { throw BodyLengthError(excess: -remaining) }
        isFinished = true
        guard headIsWritten || trailingHeaders != nil else {
            channel.writeAndFlush(ServingCommand.whole(head, held ?? ByteBuffer()), promise: nil)
            return
        }
        try await begin()
        if let held { try await channel.writeAndFlush(ServingCommand.body(held)) }
        channel.writeAndFlush(ServingCommand.end(trailingHeaders), promise: nil)
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
