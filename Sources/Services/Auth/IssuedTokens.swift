// Making and judging the service's own tokens.

import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// Opens a session and issues its first tokens.
    func newSession(
        userID: String, email: String, permissions: [String] = [], clientID: String? = nil, sessionID: String? = nil,
        claims: JSONObject = [:]
    ) async throws -> JSONValue {
        let session = SessionRecord(
            id: sessionID ?? identifiers.next("session", for: userID), userID: userID, email: email,
            permissions: permissions, clientID: clientID, createdAt: context.clock.now.description)
        try await sessions.open(session)
        return try await tokens(of: session, claims: claims)
    }

    /// An access token and a refresh token of a session, as the reply gives them.
    func tokens(of session: SessionRecord, claims: JSONObject = [:]) async throws -> JSONValue {
        var own = claims
        own["sid"] = .string(session.id)
        own["email"] = .string(session.email)
        let refresh = try await token(.refresh, of: session.userID, configuration.refreshLifetime, own)
        own["permissions"] = .array(session.permissions.map(JSONValue.string))
        let access = try await token(.access, of: session.userID, configuration.accessLifetime, own)
        return [
            "access_token": .string(access), "refresh_token": .string(refresh), "token_type": "Bearer",
            "expires_in": expiresIn(configuration.accessLifetime),
        ]
    }

    /// A signed token.
    func token(
        _ kind: TokenKind, of subject: String, _ lifetime: Duration, _ own: JSONObject
    ) async throws -> String {
        let now = context.clock.now.seconds
        let claims: JSONObject = [
            "sub": .string(subject), "iat": .integer(now), "exp": .integer(now + lifetime.components.seconds),
            "token_type": .string(kind.rawValue), "type": .string(kind.rawValue), "iss": .string(rules.issuer),
            "aud": .string(kind == .service ? rules.serviceAudience : rules.audience),
            "jti": .string(identifiers.next("jti", for: subject)), "env": .string(configuration.environment.rawValue),
            "svc_id": .string(configuration.serviceID),
        ]
        return try await keyStore.keys().current.sign(.object(claims.merging(own)))
    }

    /// A lifetime as `expires_in` gives it.
    func expiresIn(_ lifetime: Duration) -> JSONValue {
        .integer(context.deviates(.expiresInLie) ? 900 : lifetime.components.seconds)
    }

    /// What a token is worth.
    enum Judgement {
        case good(TokenClaims)
        case refused(String)

        /// The claims of a good token.
        var claims: TokenClaims? { if case .good(let claims) = self { claims } else { nil } }
    }

    /// Checks signature, claims and session of a token.
    func judge(_ token: String, as kind: TokenKind) async throws -> Judgement {
        guard let payload = try await payload(of: token) else {
            return .refused("The token is malformed, or not signed with this service's key")
        }
        let claims: TokenClaims
        do {
            claims = try rules.claims(of: payload, as: kind, at: context.clock.now)
        } catch .wrongKind where kind == .access && context.deviates(.refreshTokenAsAccess) {
            guard let other = try? rules.claims(of: payload, as: .refresh, at: context.clock.now) else {
                return .refused(TokenRefusal.wrongKind.rawValue)
            }
            claims = other
        } catch {
            return .refused(error.rawValue)
        }
        guard try await sessions.isGood(claims) else { return .refused("The token was revoked") }
        return .good(claims)
    }

    /// The claims of a token whose signature is this service's.
    func payload(of token: String) async throws -> JSONValue? {
        if let payload = try await keyStore.keys().claims(of: token, at: context.clock.now) { return payload }
        return context.deviates(.signatureUnchecked) ? TokenParts(token)?.claims : nil
    }
}

extension TokenClaims {
    /// When the token expires, in ISO 8601 with its zone.
    var expiry: JSONValue { .string(Instant(nanoseconds: expiresAt.multipliedSaturating(by: 1_000_000_000)).description) }
    /// When it was issued.
    var issue: JSONValue { .string(Instant(nanoseconds: issuedAt.multipliedSaturating(by: 1_000_000_000)).description) }
}

extension Int64 {
    /// The product, or the greatest number there is. For positive numbers.
    fileprivate func multipliedSaturating(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
