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

    /// The fields of the query.
    var query: FormFields { FormFields(uri.query ?? "") }

    /// The fields of a body of `application/x-www-form-urlencoded`; nil where it is of another type. Throws
    /// ``ServiceKit/ServiceError`` 413.
    func form(upTo limit: Int) async throws -> FormFields? {
        let type = headers[.contentType]?.split(separator: ";").first?.lowercased()
        guard type?.filter({ $0 != " " }) == FormFields.contentType else { return nil }
        return FormFields(String(buffer: try await bytes(upTo: limit)))
    }

    /// The value of a cookie (RFC 6265 section 4.2).
    func cookie(_ name: String) -> String? {
        for field in headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2, parts[0].filter({ $0 != " " }) == name { return String(parts[1]) }
            }
        }
        return nil
    }
}

extension FormFields {
    /// The value of a field that is there and not empty.
    func nonEmpty(_ name: String) -> String? {
        guard let value = self[name], !value.isEmpty else { return nil }
        return value
    }
}

extension JSONObject {
    /// A member that is a text and not empty.
    func text(_ key: String) -> String? {
        guard let text = self[key]?.string, !text.isEmpty else { return nil }
        return text
    }
}
