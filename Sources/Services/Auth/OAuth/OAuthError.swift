// The errors of the token endpoint and its like, as RFC 6749 section 5.2 words them.

import HTTPTypes
import Hummingbird
import Wire

/// An error with a code of the standard: answered as `{"error": ..., "error_description": ...}`.
struct OAuthError: Error, Sendable, Equatable {
    let code: String
    let description: String
    var status = HTTPResponse.Status.badRequest
    var headers: HTTPFields = [:]

    init(_ code: String, _ description: String, status: HTTPResponse.Status = .badRequest, headers: HTTPFields = [:]) {
        (self.code, self.description, self.status, self.headers) = (code, description, status, headers)
    }

    /// Nobody may keep what the token endpoint answers (RFC 6749 section 5.1).
    static let unkept: HTTPFields = [.cacheControl: "no-store", .pragma: "no-cache"]

    static func invalidRequest(_ description: String) -> OAuthError { OAuthError("invalid_request", description) }
    static func invalidGrant(_ description: String) -> OAuthError { OAuthError("invalid_grant", description) }
    static func invalidScope(_ description: String) -> OAuthError { OAuthError("invalid_scope", description) }
    static let unsupportedGrantType = OAuthError(
        "unsupported_grant_type",
        "The grant type is none of these: " + OAuthClient.GrantType.allCases.map(\.rawValue).joined(separator: ", "))
    static let unauthorizedClient = OAuthError("unauthorized_client", "The client may not use this grant type")

    /// The client is not known, or does not prove who it is. Who tried with a header is told how (section 5.2).
    static func invalidClient(_ description: String) -> OAuthError {
        OAuthError(
            "invalid_client", description, status: .unauthorized,
            headers: [.wwwAuthenticate: "Basic realm=\"backlot\", charset=\"UTF-8\""])
    }

    var response: Response {
        var headers = headers
        for field in Self.unkept { headers[field.name] = field.value }
        return .answer(
            ["error": .string(code), "error_description": .string(description)], status: status, headers: headers)
    }
}

extension HTTPField.Name {
    static let pragma = HTTPField.Name("Pragma")!
}
