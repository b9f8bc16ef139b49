// JSON of any shape in and out of routes, without a detour over Codable.

import HTTPTypes
public import Hummingbird
import NIOCore
public import Wire

extension Response {
    /// A response with status 200 and a JSON body.
    public static func json(value: JSONValue) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: value.buffer))
    }
}

extension Request {
    /// The JSON body, of any shape, of at most `limit` bytes. Throws ``ServiceError``: 422 where the body is no JSON,
    /// 413 where it is too large.
    public func json(upTo limit: Int = 1 << 20) async throws -> JSONValue {
        do {
            return try JSONValue(json: await body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw ServiceError(.contentTooLarge, "The request body is larger than the \(limit) bytes allowed.")
        } catch let error as JSONSyntaxError {
            throw ServiceError(.unprocessableContent, "Invalid JSON body: \(error.reason) at byte \(error.offset)")
        }
    }
}
