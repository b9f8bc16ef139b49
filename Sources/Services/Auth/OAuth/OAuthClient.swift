// The applications that may ask for tokens, and what each may do.

/// An application that is registered with an authorization server (RFC 6749 section 2).
public struct OAuthClient: Sendable, Hashable {
    /// A way to get tokens.
    public enum GrantType: String, Sendable, CaseIterable {
        case authorizationCode = "authorization_code"
        case refreshToken = "refresh_token"
        case clientCredentials = "client_credentials"
    }

    /// Its id.
    public var id: String
    /// Its secret. Nil: it is public, cannot keep one, and proves itself by PKCE.
    public var secret: String?
    /// Where browsers may be sent back. On a loopback host any port will do (RFC 8252 section 7.3).
    public var redirectURIs: [String]
    /// What it may ask for.
    public var scopes: [String]
    /// How it may ask.
    public var grantTypes: [GrantType]

    /// An application from its parts.
    public init(id: String, secret: String?, redirectURIs: [String], scopes: [String], grantTypes: [GrantType]) {
        self.id = id
        self.secret = secret
        self.redirectURIs = redirectURIs
        self.scopes = scopes
        self.grantTypes = grantTypes
    }

    /// Whether it has no secret.
    public var isPublic: Bool { secret == nil }

    /// A public application for tests, and a service that has a secret.
    public static let defaults = [
        OAuthClient(
            id: "backlot-app", secret: nil,
            redirectURIs: ["localhost", "127.0.0.1", "[::1]"].flatMap { host in
                ["http://\(host)/callback", "http://\(host)/auth/callback"]
            }, scopes: ["openid", "profile", "email", "offline_access"], grantTypes: [.authorizationCode, .refreshToken]),
        OAuthClient(
            id: "backlot-service", secret: "backlot-service-client-secret", redirectURIs: [], scopes: ["read", "write"],
            grantTypes: [.clientCredentials]),
    ]

    /// Whether browsers may be sent to a URI: one that is registered, to the letter, but for the port of a loopback host.
    func accepts(redirectURI: String) -> Bool {
        redirectURIs.contains { $0 == redirectURI || Self.loopback($0) == Self.loopback(redirectURI) && Self.loopback($0) != nil }
    }

    /// A URI on a loopback host, without its port; nil for any other.
    private static func loopback(_ uri: String) -> String? {
        for host in ["http://localhost", "http://127.0.0.1", "http://[::1]"] where uri.hasPrefix(host) {
            var rest = uri.dropFirst(host.count)
            if rest.first == ":" {
                let port = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
                guard let number = Int(port), (1...65_535).contains(number) else { return nil }
                rest = rest.dropFirst(1 + port.count)
            }
            return rest.first == "/" ? host + rest : nil
        }
        return nil
    }
}
