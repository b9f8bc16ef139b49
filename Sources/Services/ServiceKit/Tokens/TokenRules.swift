// Which claims make a token acceptable, as what, and at what time. Decides only; signatures are checked before.

public import Kernel
public import Wire

/// What a token is for: its `token_type` claim.
public enum TokenKind: String, Sendable, CaseIterable {
    /// For the services of the platform.
    case access
    /// For new tokens.
    case refresh
    /// For calls from service to service.
    case service
}

/// The claims that services work with.
public struct TokenClaims: Sendable, Equatable {
    /// The user's id; of service tokens the service's.
    public let subject: String
    /// The token's own id.
    public let id: String
    /// From this second of the Unix epoch on the token is invalid.
    public let expiresAt: Int64
    /// The second of the Unix epoch in which it was issued.
    public let issuedAt: Int64
    /// The user's e-mail address.
    public let email: String?
    /// What the user may do.
    public let permissions: [String]
    /// The session that the token belongs to; nil for tokens that were made elsewhere with the same key.
    public let sessionID: String?
}

/// Why the claims of a token are refused.
public enum TokenRefusal: String, Error, Sendable {
    case wrongKind = "The token is not of the type that is needed here"
    case missingClaim = "A claim is missing or has the wrong type: sub, iat, exp, iss, aud and jti are required"
    case wrongIssuer = "The token was issued by somebody else"
    case wrongAudience = "The token is for another audience"
    case fromTheFuture = "The token is not valid yet"
    case expired = "The token has expired"
    case tooOld = "The token was issued too long ago"
}

/// The rules for claims. No clock skew is allowed for: a token from the next second is refused, and one is expired
/// from the second of its `exp` on (RFC 7519 section 4.1.4).
public struct TokenRules: Sendable, Equatable {
    /// The required `iss`.
    public var issuer = "backlot-auth"
    /// The required `aud` of users' tokens, or one of its members (RFC 7519 section 4.1.3).
    public var audience = "backlot-platform"
    /// The required `aud` of service tokens.
    public var serviceAudience = "backlot-services"
    /// How long after its `iat` an access token is refused whatever its `exp`.
    public var accessAgeLimit = Duration.seconds(86_400)
    /// Whether expired tokens are refused. Only a planted bug says no.
    public var checksExpiry = true

    /// The rules of the test profile.
    public init() {}

    /// The claims of `payload`, if they are those of an acceptable token of this kind at `now`.
    public func claims(
        of payload: JSONValue, as kind: TokenKind, at now: Instant
    ) throws(TokenRefusal) -> TokenClaims {
        guard payload["token_type"]?.string == kind.rawValue,
            payload["type"] == nil || payload["type"]?.string == kind.rawValue
        else { throw .wrongKind }
        guard let subject = nonEmpty(payload["sub"]), let id = nonEmpty(payload["jti"]),
            let issuer = nonEmpty(payload["iss"]), let audiences = audiences(payload["aud"]),
            let issuedAt = seconds(payload["iat"]), let expiresAt = seconds(payload["exp"])
        else { throw .missingClaim }
        guard issuer == self.issuer else { throw .wrongIssuer }
        guard audiences.contains(kind == .service ? serviceAudience : audience) else { throw .wrongAudience }
        if let notBefore = payload["nbf"] {
            guard let second = seconds(notBefore) else { throw .missingClaim }
            guard second <= now.seconds else { throw .fromTheFuture }
        }
        guard issuedAt <= now.seconds else { throw .fromTheFuture }
        guard expiresAt > now.seconds || !checksExpiry else { throw .expired }
        guard kind != .access || now.seconds - issuedAt <= accessAgeLimit.components.seconds else { throw .tooOld }
        return TokenClaims(
            subject: subject, id: id, expiresAt: expiresAt, issuedAt: issuedAt, email: payload["email"]?.string,
            permissions: payload["permissions"]?.array?.compactMap(\.string) ?? [],
            sessionID: payload["sid"]?.string)
    }

    private func nonEmpty(_ value: JSONValue?) -> String? {
        guard let text = value?.string, !text.isEmpty else { return nil }
        return text
    }

    /// A number of seconds, of which fractions are allowed (RFC 7519 section 2, NumericDate).
    private func seconds(_ value: JSONValue?) -> Int64? {
        guard let number = value?.double else { return nil }
        return Int64(exactly: number.rounded(.down))
    }

    private func audiences(_ value: JSONValue?) -> [String]? {
        if let one = value?.string { return [one] }
        guard let several = value?.array else { return nil }
        let texts = several.compactMap(\.string)
        return texts.count == several.count ? texts : nil
    }
}
