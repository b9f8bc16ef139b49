// A response of server-sent events: the way in which services stream (WHATWG HTML section 9.2).

public import HTTPTypes
public import Hummingbird
public import NIOCore
public import Wire

/// Where a streaming route writes its events.
public struct EventStreamWriter {
    private var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    /// Writes an event; returns when the connection has taken it. Throws where the reader is gone.
    public mutating func send(_ event: ServerSentEvent) async throws { try await writer.write(event.encoded) }

    /// Writes an event of data alone.
    public mutating func send(_ data: String) async throws { try await send(ServerSentEvent(data: data)) }

    /// Writes a comment, which keeps the connection alive.
    public mutating func comment(_ text: String) async throws { try await writer.write(ServerSentEvent.comment(text)) }

    /// Writes bytes as they are.
    public mutating func send(raw bytes: ByteBuffer) async throws { try await writer.write(bytes) }
}

extension Response {
    /// A response whose body is a stream of events, written by `produce`. Where that throws the connection is cut,
    /// so that the reader never takes half a stream for a whole one.
    public static func eventStream(
        status: HTTPResponse.Status = .ok, headers: HTTPFields = [:],
        _ produce: @escaping @Sendable (inout EventStreamWriter) async throws -> Void
    ) -> Response {
        var headers = headers
        if headers[.contentType] == nil { headers[.contentType] = "text/event-stream; charset=utf-8" }
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-cache" }
        let body = ResponseBody { writer in
            var events = EventStreamWriter(writer)
            try await produce(&events)
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }
}
