// The token endpoint: what comes of each grant (RFC 6749 sections 4 to 6).

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// Answers a request to `/oauth/token`.
    func issue(_ request: Request) async throws -> Response {
        let realm = ownRealm(request)
        let answer: JSONValue
        switch try await tokenRequest(request, realm) {
        case .code(let client, let redemption):
            let sessionID = identifiers.next("session", for: client.id)
            let grant = try await redeem(redemption, client, realm, for: sessionID)
            answer = try await tokens(for: grant, client, realm, sessionID: sessionID)
            try await refuseRepeated(redemption, realm)
        case .deviceCode(let client, let code):
            let grant = try await redeemDeviceCode(code, client)
            answer = try await tokens(for: grant, client, realm, sessionID: identifiers.next("session", for: client.id))
        case .refresh(let client, let token, let scope):
            answer = try await refreshed(token, scope: scope, client)
        case .clientCredentials(let client, let scope):
            let token = try await serviceToken(
                of: client.id, claims: ["scope": .string(scope), "client_id": .string(client.id)])
            answer = [
                "access_token": .string(token), "token_type": "Bearer", "scope": .string(scope),
                "expires_in": .integer(configuration.serviceLifetime.components.seconds),
            ]
        case .exchange(let client, let exchange): answer = try await exchanged(exchange, client)
        }
        return .answer(answer, headers: OAuthError.unkept)
    }

    /// Opens a session for what a user granted, and gives its first tokens.
    private func tokens(
        for grant: AuthorizationGrant, _ client: OAuthClient, _ realm: AuthorizationRealm, sessionID: String
    ) async throws -> JSONValue {
        let account = try await account(named: grant.user)
        var answer = try await newSession(
            userID: account.id, email: account.email, clientID: client.id, sessionID: sessionID,
            claims: ["scope": .string(grant.scope), "client_id": .string(client.id)])
        answer["scope"] = .string(grant.scope)
        if grant.scope.split(separator: " ").contains("openid") {
            let person = ProviderUser(id: account.id, email: account.email, name: account.name, isVerified: account.isVerified)
            answer["id_token"] = .string(try await idToken(grant, person, client, realm, sessionID: sessionID))
        }
        return answer
    }

    /// New tokens for a refresh token. What was granted is in the token itself; less may be asked for, never more.
    private func refreshed(_ token: String, scope: String?, _ client: OAuthClient) async throws -> JSONValue {
        let granted = try await payload(of: token)?["scope"]?.string ?? ""
        guard OAuthScope.contains(granted, scope ?? granted) else {
            throw OAuthError.invalidScope("More is asked for than was granted")
        }
        guard let session = try await refreshed(token, clientID: client.id) else {
            throw OAuthError.invalidGrant("The refresh token is not known, was used, or has expired")
        }
        var answer = try await tokens(of: session, claims: ["scope": .string(granted), "client_id": .string(client.id)])
        answer["scope"] = .string(granted)
        return answer
    }
}

/// Scopes: words between spaces (RFC 6749 section 3.3).
enum OAuthScope {
    /// Whether every word of `asked` is one of `granted`.
    static func contains(_ granted: String, _ asked: String) -> Bool {
        let known = granted.split(separator: " ")
        return asked.split(separator: " ").allSatisfy(known.contains)
    }
}
