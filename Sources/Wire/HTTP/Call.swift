// A call: a request as callers build it, the head of swift-http-types and a whole body.

import Foundation
public import HTTPTypes
public import NIOCore
import NIOFoundationCompat

/// A request to a service: head, and a body that is known whole before it is sent.
public struct Call: Sendable {
    /// Method, path and fields. The authority is filled in by the connection.
    public var head: HTTPRequest
    /// The body; empty for none.
    public var body: ByteBuffer
    /// Whether the caller says that doing it twice does no more than doing it once, whatever the method.
    public var isRepeatable = false

    /// A request from its parts.
    public init(_ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: ByteBuffer = ByteBuffer()) {
        head = HTTPRequest(method: method, scheme: "http", authority: nil, path: path, headerFields: headers)
        self.body = body
    }

    /// A GET request.
    public static func get(_ path: String) -> Call { Call(.get, path) }

    /// A DELETE request.
    public static func delete(_ path: String) -> Call { Call(.delete, path) }

    /// A POST request with an empty body.
    public static func post(_ path: String) -> Call { Call(.post, path) }

    /// A POST request with a JSON body (keys sorted, so that equal values give equal bytes).
    public static func post(_ path: String, json: some Encodable) throws -> Call {
        try Call(.post, path).json(json)
    }

    /// A POST request with a JSON body of any shape.
    public static func post(_ path: String, value: JSONValue) -> Call { Call(.post, path).json(value: value) }

    /// The same request with a JSON body of any shape.
    public func json(value: JSONValue) -> Call {
        var request = self
        request.body = value.buffer
        request.head.headerFields[.contentType] = "application/json"
        return request
    }

    /// The same request with a JSON body.
    public func json(_ value: some Encodable) throws -> Call {
        var request = self
        request.body = try WireJSON.encode(value)
        request.head.headerFields[.contentType] = "application/json"
        return request
    }

    /// The same request with a bearer token (RFC 6750 section 2.1).
    public func bearer(_ token: String) -> Call { field(.authorization, "Bearer \(token)") }

    /// The same request with a header field set.
    public func field(_ name: HTTPField.Name, _ value: String) -> Call {
        var request = self
        request.head.headerFields[name] = value
        return request
    }

    /// The same request, for whose effect once and twice are the same.
    public func repeatable() -> Call {
        var request = self
        request.isRepeatable = true
        return request
    }

    /// Whether it does no harm to send it again where nobody knows what became of it: its caller says so, its method does
    /// (RFC 9110 section 9.2.2), or it has a key by which the service recognises a repetition.
    public var isSafeToRepeat: Bool {
        switch head.method {
        case .get, .head, .put, .delete, .options, .trace: true
        default: isRepeatable || HTTPField.Name("Idempotency-Key").map { head.headerFields[$0] != nil } ?? false
        }
    }

    /// `POST /v1/chat/completions`, for errors and traces.
    public var summary: String { "\(head.method.rawValue) \(head.path ?? "/")" }
}

/// How Backlot writes and reads JSON on the wire: sorted keys, so that equal values give equal bytes.
public enum WireJSON {
    /// The JSON text of a value.
    public static func encode(_ value: some Encodable) throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ByteBuffer(data: try encoder.encode(value))
    }

    /// The value of a JSON text.
    public static func decode<Value: Decodable>(_ type: Value.Type, from buffer: ByteBuffer) throws -> Value {
        try JSONDecoder().decode(type, from: buffer)
    }
}
