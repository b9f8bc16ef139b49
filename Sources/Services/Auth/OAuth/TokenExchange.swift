// A service gets a token to act for a user, or in the user's name, at another service (RFC 8693).

import Kernel
import ServiceKit
import StoreKit
import Wire

/// A request to exchange a token, read. Decides only.
struct TokenExchange: Sendable, Equatable {
    /// The identifiers of access tokens (section 3). Ours are JWTs, and may be called so.
    private static let accessTypes = [
        "urn:ietf:params:oauth:token-type:access_token", "urn:ietf:params:oauth:token-type:jwt",
    ]

    /// Of whom the new token will speak.
    let subjectToken: String
    /// Who will act for that one; nil: the new token does not say.
    let actorToken: String?
    /// The identifier that the answer gives.
    let issuedType: String
    /// What is asked for; nil: what the subject's token may.
    let scope: String?
    /// For whom the new token is; any of ours, if nil.
    let audience: String?

    init(_ fields: FormFields, _ client: OAuthClient) throws(OAuthError) {
        guard !client.isPublic else { throw .unauthorizedClient }
        guard let subject = fields.nonEmpty("subject_token") else { throw .invalidRequest("subject_token is missing") }
        guard let type = fields.nonEmpty("subject_token_type") else { throw .invalidRequest("subject_token_type is missing") }
        guard Self.accessTypes.contains(type) else { throw .invalidRequest("The subject_token_type must be an access token's") }
        actorToken = fields.nonEmpty("actor_token")
        switch (actorToken, fields.nonEmpty("actor_token_type")) {
        case (nil, nil): break
        case (nil, _): throw .invalidRequest("actor_token_type comes with an actor_token alone")
        case (_, let type):
            guard let type, Self.accessTypes.contains(type) else {
                throw .invalidRequest("The actor_token_type must be an access token's")
            }
        }
        issuedType = fields.nonEmpty("requested_token_type") ?? Self.accessTypes[0]
        guard Self.accessTypes.contains(issuedType) else {
            throw .invalidRequest("The requested_token_type must be an access token's")
        }
        subjectToken = subject
        scope = fields.nonEmpty("scope")
        audience = fields.nonEmpty("audience") ?? fields.nonEmpty("resource")
    }
}

extension FakeAuth {
    /// The new token: of the same user and session, so that it ends with that, and no longer alive than the token it is made of.
    func exchanged(_ exchange: TokenExchange, _ client: OAuthClient) async throws -> JSONValue {
        guard let subject = try await judge(exchange.subjectToken, as: .access).claims,
            let payload = try await payload(of: exchange.subjectToken)
        else { throw OAuthError.invalidRequest("The subject_token is no good access token") }
        if let audience = exchange.audience, audience != rules.audience {
            throw OAuthError("invalid_target", "Tokens are issued here for \(rules.audience) alone")
        }
        let granted = payload["scope"]?.string
        if let asked = exchange.scope, !OAuthScope.contains(granted ?? "", asked) {
            throw OAuthError.invalidScope("More is asked for than the subject_token may")
        }
        var own: JSONObject = ["client_id": .string(client.id)]
        for name in ["email", "permissions", "sid"] { if let value = payload[name] { own[name] = value } }
        if let scope = exchange.scope ?? granted { own["scope"] = .string(scope) }
        if let token = exchange.actorToken { own["act"] = try await actor(token, before: payload["act"]) }
        let left = Duration.seconds(subject.expiresAt - context.clock.now.seconds)
        let lifetime = min(left, configuration.accessLifetime)
        let token = try await token(.access, of: subject.subject, lifetime, own)
        return [
            "access_token": .string(token), "issued_token_type": .string(exchange.issuedType), "token_type": "Bearer",
            "expires_in": .integer(lifetime.components.seconds), "scope": own["scope"] ?? "",
        ]
    }

    /// Who acts, and before that one who did (section 4.1).
    private func actor(_ token: String, before: JSONValue?) async throws -> JSONValue {
        var claims = try await judge(token, as: .service).claims
        if claims == nil { claims = try await judge(token, as: .access).claims }
        guard let claims else { throw OAuthError.invalidRequest("The actor_token is no good access token") }
        var actor: JSONValue = ["sub": .string(claims.subject)]
        if let before { actor["act"] = before }
        return actor
    }
}
