// The bodies of the auth service's requests: a JSON object of at most so many bytes.

import HTTPTypes
import Hummingbird
import NIOCore
import ServiceKit
import Wire

extension Request {
    /// The whole body. Throws ``ServiceKit/ServiceError`` 413 where it is larger than `limit`.
    func bytes(upTo limit: Int) async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw ServiceError(.contentTooLarge, "Request payload too large. Maximum size: \(limit) bytes")
        }
    }

    /// The JSON object of the body. Throws ``ServiceKit/ServiceError`` 413 or 422.
    func object(upTo limit: Int) async throws -> JSONObject {
        let bytes = try await bytes(upTo: limit)
        guard let value = try? JSONValue(json: bytes), let object = value.object else {
            throw ServiceError(.unprocessableContent, "Invalid JSON in request body")
        }
        return object
    }
}

extension JSONObject {
    /// A member that is a text and not empty.
    func text(_ key: String) -> String? {
        guard let text = self[key]?.string, !text.isEmpty else { return nil }
        return text
    }
}
