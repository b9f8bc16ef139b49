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
