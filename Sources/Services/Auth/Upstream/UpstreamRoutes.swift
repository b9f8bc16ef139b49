// The played provider: an OpenID provider in the form of Google's, under /upstream/{provider}, so that logins run offline.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/upstream/{provider}/o/oauth2/auth`, `/token`, `/oauth2/v2/userinfo`, `/oauth2/v3/certs` and
    /// `/.well-known/openid-configuration`.
    static func addUpstreamRoutes(to routes: RouteBuilder<FakeAuth>) {
        let root = "/upstream/{provider}"
        func add(
            _ method: HTTPRequest.Method, _ path: String,
            _ answer: @escaping @Sendable (FakeAuth, UpstreamProvider, Request) async throws -> Response
        ) {
            routes.on(method, root + path) { auth, request, context in
                let name = context.parameters.get("provider")
                guard let provider = auth.configuration.providers.first(where: { $0.name == name }) else {
                    throw ServiceError(.notFound, "No provider of this name is played here")
                }
                return try await answer(auth, provider, request)
            }
        }
        for method in [HTTPRequest.Method.get, .post] {
            add(method, "/o/oauth2/auth") { auth, provider, request in
                try await auth.authorize(request, auth.realm(of: provider, request))
            }
        }
        add(.post, "/token") { auth, provider, request in try await auth.upstreamTokens(provider, request) }
        add(.get, "/oauth2/v2/userinfo") { auth, provider, request in try await auth.upstreamUser(provider, request) }
        add(.get, "/oauth2/v3/certs") { auth, _, _ in try await auth.upstreamKeys() }
        add(.get, "/.well-known/openid-configuration") { auth, provider, request in
            .answer(auth.upstreamConfiguration(provider, request))
        }
    }

    /// What the provider's authorization page knows: this service as its one client.
    private func realm(of provider: UpstreamProvider, _ request: Request) -> AuthorizationRealm {
        let base = base(of: request)
        let client = OAuthClient(
            id: provider.clientID, secret: provider.clientSecret, redirectURIs: Self.callbackPaths.map { base + $0 },
            scopes: ["openid", "email", "profile"], grantTypes: [.authorizationCode])
        return AuthorizationRealm(
            name: provider.name, issuer: base + provider.root, path: provider.root + "/o/oauth2/auth", clients: [client])
    }

    private func upstreamTokens(_ provider: UpstreamProvider, _ request: Request) async throws -> Response {
        let realm = realm(of: provider, request)
        let asked = try await tokenRequest(request, realm)
        guard case .code(let client, let redemption) = asked else { throw OAuthError.unsupportedGrantType }
        let grant = try await redeem(redemption, client, realm, for: "")
        let accessToken = "ya29." + unguessable("upstream-token", for: grant.user)
        let user = UpstreamUser(grant.user)
        try await context.cache.set(
            Self.upstreamKey(provider, accessToken), user.person.json.text, expiry: .seconds(3600))
        return .answer(
            [
                "access_token": .string(accessToken), "token_type": "Bearer", "expires_in": 3600,
                "scope": .string(grant.scope), "id_token": .string(try await idToken(grant, user.person, client, realm)),
            ], headers: OAuthError.unkept)
    }

    private func upstreamUser(_ provider: UpstreamProvider, _ request: Request) async throws -> Response {
        guard let token = request.headers.bearerToken,
            let text = try await context.cache.get(Self.upstreamKey(provider, token))
        else {
            throw OAuthError(
                "invalid_token", "The access token is not known, or has expired", status: .unauthorized,
                headers: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
        }
        return .answer(try JSONValue(json: text))
    }

    private static func upstreamKey(_ provider: UpstreamProvider, _ token: String) -> String {
        "upstream:\(provider.name):token:\(token)"
    }

    private func upstreamKeys() async throws -> Response {
        .answer(["keys": .array([try await keyStore.identityKey().publicKey].compactMap { $0 })])
    }

    private func upstreamConfiguration(_ provider: UpstreamProvider, _ request: Request) -> JSONValue {
        let issuer = base(of: request) + provider.root
        return [
            "issuer": .string(issuer), "authorization_endpoint": .string(issuer + "/o/oauth2/auth"),
            "token_endpoint": .string(issuer + "/token"), "userinfo_endpoint": .string(issuer + "/oauth2/v2/userinfo"),
            "jwks_uri": .string(issuer + "/oauth2/v3/certs"), "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["EdDSA"],
            "scopes_supported": ["openid", "email", "profile"], "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "grant_types_supported": ["authorization_code"],
        ]
    }
}

/// A user of the played provider: whoever says a name is one.
struct UpstreamUser: Sendable, Equatable {
    let person: ProviderUser

    /// The user of a name or an e-mail address, always with the same id: 21 digits, as Google's ids have.
    init(_ text: String) {
        let email = text.contains("@") ? text : text + "@example.com"
        let digits = String(StableHash.of("upstream user " + email.lowercased()))
        let id = "1" + String(repeating: "0", count: 20 - digits.count) + digits
        let name = String(email.prefix { $0 != "@" })
        person = ProviderUser(id: id, email: email, name: name, isVerified: true)
    }

    /// Whether a text names a user.
    static func isValid(_ text: String) -> Bool {
        EmailAddress.isValid(text.contains("@") ? text : text + "@example.com")
    }
}
