// What clients find out by themselves: the endpoints, what is supported, and the public keys.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import Wire

extension FakeAuth {
    /// `/.well-known/openid-configuration`, `/.well-known/oauth-authorization-server` and `/.well-known/jwks.json`.
    static func addDiscoveryRoutes(to routes: RouteBuilder<FakeAuth>) {
        for name in ["openid-configuration", "oauth-authorization-server"] {
            routes.get("/.well-known/" + name) { auth, request, _ in .answer(auth.discovery(request)) }
        }
        routes.get("/.well-known/jwks.json") { auth, _, _ in
            .answer(try await auth.keyStore.published())
        }
    }

    /// OpenID Connect Discovery section 3, RFC 8414 section 2.
    private func discovery(_ request: Request) -> JSONValue {
        let base = base(of: request)
        let scopes = configuration.clients.flatMap(\.scopes)
        let unique = scopes.enumerated().filter { scopes.firstIndex(of: $0.element) == $0.offset }.map(\.element)
        return [
            "issuer": .string(base), "authorization_endpoint": .string(base + "/oauth/authorize"),
            "token_endpoint": .string(base + "/oauth/token"), "userinfo_endpoint": .string(base + "/oauth/userinfo"),
            "jwks_uri": .string(base + "/.well-known/jwks.json"),
            "introspection_endpoint": .string(base + "/oauth/introspect"),
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "revocation_endpoint": .string(base + "/oauth/revoke"),
            "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "registration_endpoint": .string(base + "/oauth/register"),
            "end_session_endpoint": .string(base + "/oauth/logout"),
            "device_authorization_endpoint": .string(base + "/oauth/device_authorization"),
            "scopes_supported": .array(unique.map(JSONValue.string)), "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": .array(OAuthClient.GrantType.allCases.map { .string($0.rawValue) }),
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["EdDSA"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "code_challenge_methods_supported": ["S256"],
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "email", "email_verified", "name"],
        ]
    }
}
