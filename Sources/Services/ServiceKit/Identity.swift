// Who a bearer token belongs to: a service asks `auth`, or checks the signature itself where `auth` publishes the key.

public import HTTPTypes
import Kernel
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
    /// Whose access token this is; nil where it is not valid.
    ///
    /// A token that is signed with a shared secret is shown to `auth` (POST `/auth/validate`). One that is signed with a
    /// published key (EdDSA, ES256, RS256) is checked here, with the keys of `/.well-known/jwks.json`, which are kept for
    /// 300 s and fetched once more for a key that is not among them; `auth` is then asked only whether it was revoked
    /// (POST `/auth/check-blacklist`). Throws ``ServiceError`` with status 503 where `auth` gives no usable answer: then
    /// nobody knows.
    public func identity(ofAccessToken token: String) async throws -> Identity? {
        do {
            let identity = try await freshIdentity(ofAccessToken: token)
            if remembersIdentities { rememberedIdentities.remember(identity, of: token) }
            return identity
        } catch let error as CancellationError {
            throw error
        } catch {
            log.warning("auth gave no usable answer: \(error)")
            if remembersIdentities, let identity = rememberedIdentities.identity(of: token, orLast: deviates(.identityBorrowed)) {
                return identity
            }
            throw ServiceError(.serviceUnavailable, "Authentication service temporarily unavailable")
        }
    }

    private func freshIdentity(ofAccessToken token: String) async throws -> Identity? {
        if let header = TokenParts(token)?.fields, let keyID = header["kid"]?.string,
            Self.published.contains(header["alg"]?.string ?? "")
        {
            return try await checkedIdentity(token, keyID: keyID)
        }
        return try await askedIdentity(token)
    }

    private var remembersIdentities: Bool { deviates(.identityStale) || deviates(.identityBorrowed) }

    /// The algorithms whose keys are public.
    private static let published = ["EdDSA", "ES256", "RS256"]

    private func askedIdentity(_ token: String) async throws -> Identity? {
        let answer = try await answer(to: "/auth/validate", about: token)
        if answer["error"] == "validation_error" {
            throw ServiceError(.serviceUnavailable, "auth could not say whether the token is valid")
        }
        guard answer["valid"]?.bool == true, let userID = answer["user_id"]?.string, !userID.isEmpty else { return nil }
        return Identity(userID: userID, email: answer["email"]?.string)
    }

    private func checkedIdentity(_ token: String, keyID: String) async throws -> Identity? {
        let key = try await publishedKeys.key(keyID, clock: clock) {
            let reply = try await usable(caller("auth").fetch(.get("/.well-known/jwks.json")))
            return await VerificationKey.keys(ofJWKS: reply)
        }
        guard let payload = key?.claims(of: token),
            let claims = try? tokenRules.claims(of: payload, as: .access, at: clock.now)
        else { return nil }
        let answer = try await answer(to: "/auth/check-blacklist", about: token)
        guard let isRevoked = answer["blacklisted"]?.bool else {
            throw ServiceError(.serviceUnavailable, "auth did not say whether the token was revoked")
        }
        return isRevoked ? nil : Identity(userID: claims.subject, email: claims.email)
    }

    private func answer(to path: String, about token: String) async throws -> JSONValue {
        let call = Call.post(path, value: ["token": .string(token), "token_type": "access", "type": "access"]).repeatable()
        return try await usable(caller("auth").fetch(signed(call)))
    }

    private func usable(_ reply: Reply) throws -> JSONValue {
        guard reply.status == .ok else { throw ServiceError(.serviceUnavailable, "auth answered \(reply.status.code)") }
        return try JSONValue(json: reply.body)
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
