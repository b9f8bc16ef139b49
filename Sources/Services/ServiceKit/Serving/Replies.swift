// What routes answer with: JSON replies, errors in FastAPI's shape, and the reading of JSON bodies.

import Foundation
public import HTTPTypes
public import Hummingbird
import NIOCore
import Wire

/// An error that a route answers with: a status and the JSON body `{"detail": ...}`, as FastAPI writes it.
public struct ServiceError: Error, HTTPResponseError, Sendable, Equatable {
    /// The status of the response.
    public let status: HTTPResponse.Status
    /// What went wrong, for the caller.
    public let detail: String
    /// Further fields of the response, such as `WWW-Authenticate`.
    public let headers: HTTPFields

    /// An error from its parts.
    public init(_ status: HTTPResponse.Status, _ detail: String, headers: HTTPFields = [:]) {
        self.status = status
        self.detail = detail
        self.headers = headers
    }

    /// The response: status, fields and `{"detail": ...}`.
    public func response() throws -> Response {
        try .json(["detail": detail], status: status, headers: headers)
    }

    public func response(from request: Request, context: some RequestContext) throws -> Response { try response() }
}

extension ServiceError: CustomStringConvertible {
    public var description: String { "\(status.code) \(detail)" }
}

extension Response {
    /// A response with a JSON body (keys sorted, so that equal values give equal bytes).
    public static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        var headers = headers
        if headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return Response(status: status, headers: headers, body: .init(byteBuffer: try WireJSON.encode(value)))
    }

    /// A response with a body of plain text (UTF-8).
    public static func text(_ text: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        if headers[.contentType] == nil { headers[.contentType] = "text/plain; charset=utf-8" }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

extension Request {
    /// The value of a JSON body of at most `limit` bytes. Throws ``ServiceError``: 422 where the body is no JSON or
    /// no such value (with `detail`, if given, instead of a sentence that names the field), 413 where it is too large.
    public func decode<Body: Decodable>(
        _ type: Body.Type = Body.self, detail: String? = nil, upTo limit: Int = 1 << 20
    ) async throws -> Body {
        let bytes: ByteBuffer
        do {
            bytes = try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw ServiceError(.contentTooLarge, "The request body is larger than the \(limit) bytes allowed.")
        }
        do {
            return try WireJSON.decode(type, from: bytes)
        } catch {
            throw ServiceError(.unprocessableContent, detail ?? Self.explanation(of: error))
        }
    }

    /// The sentence that says why a body could not be decoded, and where.
    private static func explanation(of error: any Error) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            return "Field required: \(place(context.codingPath + [key]))"
        case DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty,
            DecodingError.valueNotFound(_, let context) where !context.codingPath.isEmpty:
            return "Wrong type: \(place(context.codingPath))"
        case DecodingError.typeMismatch, DecodingError.valueNotFound:
            return "Wrong type: the body itself"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            return "Invalid value: \(place(context.codingPath)): \(context.debugDescription)"
        default:
            return "Invalid JSON body"
        }
    }
}
