// Who a bearer token belongs to: every service that takes tokens asks `auth`, and none trusts a token by itself.

public import HTTPTypes
import Logging
import Wire

/// The user that a valid access token names.
public struct Identity: Sendable, Hashable {
    /// The user's id, the token's `sub`.
    public let userID: String
    /// The user's e-mail address, where the token has one.
    public let email: String?

    /// An identity from its parts.
    public init(userID: String, email: String?) {
        self.userID = userID
        self.email = email
    }
}

extension ServiceContext {
    /// Asks `auth` (POST `/auth/validate`) whose access token this is; nil where it is not valid.
    /// Throws ``ServiceError`` with status 503 where `auth` gives no usable answer: then nobody knows.
    public func identity(ofAccessToken token: String) async throws -> Identity? {
        let answer: JSONValue
        do {
            var call = Call.post("/auth/validate").field(.contentType, "application/json")
            call.body = (["token": .string(token), "token_type": "access"] as JSONValue).buffer
            let reply = try await caller("auth").fetch(signed(call))
            guard reply.status == .ok else { throw ServiceError(.serviceUnavailable, "auth answered \(reply.status.code)") }
            answer = try JSONValue(json: reply.body)
        } catch let error as CancellationError {
            throw error
        } catch {
            log.warning("auth gave no usable answer: \(error)")
            throw ServiceError(.serviceUnavailable, "Authentication service temporarily unavailable")
        }
        guard answer["valid"]?.bool == true, let userID = answer["user_id"]?.string, !userID.isEmpty else { return nil }
        return Identity(userID: userID, email: answer["email"]?.string)
    }
}

extension HTTPFields {
    /// The token of `Authorization: Bearer` (RFC 6750 section 2.1); nil where there is none.
    public var bearerToken: String? {
        guard let value = self[.authorization] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let token = parts[1].drop { $0 == " " }
        return token.isEmpty ? nil : String(token)
    }
}
