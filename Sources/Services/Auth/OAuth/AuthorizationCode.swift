// Codes: what a user has granted, kept until an application redeems it, once (RFC 6749 section 4.1.2).

import Kernel
import ServiceKit
import StoreKit
import Wire

/// What a user granted to an application.
struct AuthorizationGrant: Sendable, Equatable {
    /// How long a code is good.
    static let lifetime = Duration.seconds(60)
    /// How long it is remembered that a code was used.
    static let memory = Duration.seconds(600)

    let request: AuthorizationRequest
    /// The name of the user, as given at the consent page.
    let user: String
    /// The second in which the user consented.
    let time: Int64

    var scope: String { request.scope }

    var json: JSONValue {
        [
            "client_id": .string(request.clientID), "redirect_uri": .string(request.redirectURI),
            "scope": .string(request.scope), "nonce": JSONValue(request.nonce), "challenge": JSONValue(request.challenge),
            "user": .string(user), "time": .integer(time),
        ]
    }

    init(_ request: AuthorizationRequest, user: String, time: Int64) {
        (self.request, self.user, self.time) = (request, user, time)
    }

    init?(_ text: String) {
        guard let json = try? JSONValue(json: text), let clientID = json["client_id"]?.string,
            let redirectURI = json["redirect_uri"]?.string, let scope = json["scope"]?.string,
            let user = json["user"]?.string, let time = json["time"]?.integer
        else { return nil }
        let request = AuthorizationRequest(
            clientID: clientID, redirectURI: redirectURI, scope: scope, state: nil, nonce: json["nonce"]?.string,
            challenge: json["challenge"]?.string)
        self.init(request, user: user, time: Int64(time))
    }
}

/// The code of a token request, and what must come with it.
struct CodeRedemption: Sendable, Equatable {
    let code: String
    let redirectURI: String?
    let verifier: String?

    /// What is wrong with redeeming a grant so; nil where nothing is.
    func problem(with grant: AuthorizationGrant, of client: OAuthClient, checksProofKey: Bool) -> String? {
        guard grant.request.clientID == client.id else { return "The code was issued to another client" }
        guard redirectURI == grant.request.redirectURI else { return "The redirect_uri is not that of the authorization" }
        return checksProofKey ? ProofKey.problem(verifier: verifier, challenge: grant.request.challenge) : nil
    }
}

extension FakeAuth {
    /// A new code for a grant.
    func code(for grant: AuthorizationGrant, in realm: AuthorizationRealm) async throws -> String {
        let code = unguessable("authorization-code", for: grant.user)
        try await context.cache.set(Self.key(of: code, realm), grant.json.text, expiry: AuthorizationGrant.lifetime)
        return code
    }

    /// The grant of a code, once. A code that is redeemed twice was seen by two: the session that came of its first use is
    /// closed. Throws ``OAuthError`` `invalid_grant`.
    func redeem(
        _ redemption: CodeRedemption, _ client: OAuthClient, _ realm: AuthorizationRealm, for sessionID: String
    ) async throws -> AuthorizationGrant {
        let key = Self.key(of: redemption.code, realm)
        guard let grant = try await context.cache.get(key).flatMap(AuthorizationGrant.init) else {
            try await closeSession(ofUsed: key)
            throw OAuthError.invalidGrant("The code is not known, was used, or has expired")
        }
        if let problem = redemption.problem(with: grant, of: client, checksProofKey: !context.deviates(.pkceUnchecked)) {
            throw OAuthError.invalidGrant(problem)
        }
        guard try await context.cache.setIfAbsent(key + ":used", sessionID, expiry: AuthorizationGrant.memory) else {
            try await closeSession(ofUsed: key)
            throw OAuthError.invalidGrant("The code is not known, was used, or has expired")
        }
        try await context.cache.delete(key)
        return grant
    }

    /// Closes the session that was opened for a code after all, if somebody redeemed the code once more in the meantime.
    /// Throws ``OAuthError`` `invalid_grant` then.
    func refuseRepeated(_ redemption: CodeRedemption, _ realm: AuthorizationRealm) async throws {
        let key = Self.key(of: redemption.code, realm)
        guard try await context.cache.get(key + ":repeated") != nil else { return }
        try await closeSession(ofUsed: key)
        throw OAuthError.invalidGrant("The code was redeemed more than once")
    }

    private static func key(of code: String, _ realm: AuthorizationRealm) -> String { "oauth_code:\(realm.name):\(code)" }

    private func closeSession(ofUsed key: String) async throws {
        guard let id = try await context.cache.get(key + ":used") else { return }
        // Said before the session is looked for: who is about to open it looks afterwards.
        try await context.cache.set(key + ":repeated", "1", expiry: AuthorizationGrant.memory)
        guard let session = try await sessions.session(id) else { return }
        try await sessions.close(id, userID: session.userID)
    }
}
