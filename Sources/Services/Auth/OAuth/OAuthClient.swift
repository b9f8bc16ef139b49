// The applications that may ask for tokens, and what each may do.

/// An application that is registered with an authorization server (RFC 6749 section 2).
public struct OAuthClient: Sendable, Hashable {
    /// A way to get tokens.
    public enum GrantType: String, Sendable, CaseIterable {
        case authorizationCode = "authorization_code"
        case refreshToken = "refresh_token"
        case clientCredentials = "client_credentials"
        /// RFC 8628 section 3.4.
        case deviceCode = "urn:ietf:params:oauth:grant-type:device_code"
        /// RFC 8693 section 2.1.
        case tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    }

    /// Its id.
    public var id: String
    /// How people call it; nil: by its id.
    public var name: String?
    /// Its secret. Nil: it is public, cannot keep one, and proves itself by PKCE.
    public var secret: String?
    /// Where browsers may be sent back. On a loopback host any port will do (RFC 8252 section 7.3).
    public var redirectURIs: [String]
    /// Where browsers may be sent after a logout; ports of loopback hosts as above.
    public var postLogoutRedirectURIs: [String]
    /// What it may ask for.
    public var scopes: [String]
    /// How it may ask.
    public var grantTypes: [GrantType]

    /// An application from its parts.
    public init(
        id: String, secret: String?, redirectURIs: [String], postLogoutRedirectURIs: [String] = [], scopes: [String],
        grantTypes: [GrantType], name: String? = nil
    ) {
        self.id = id
        self.name = name
        self.postLogoutRedirectURIs = postLogoutRedirectURIs
        self.secret = secret
        self.redirectURIs = redirectURIs
        self.scopes = scopes
        self.grantTypes = grantTypes
    }

    /// Whether it has no secret.
    public var isPublic: Bool { secret == nil }

    /// What it gets of what it asks for: that, or all that it may ask for where it names nothing. Throws ``OAuthError``
    /// `invalid_scope`.
    func scope(_ asked: String?) throws(OAuthError) -> String {
        guard let asked else { return scopes.joined(separator: " ") }
        if let unknown = asked.split(separator: " ").first(where: { !scopes.contains(String($0)) }) {
            throw .invalidScope("The scope \(unknown) is not known for the client")
        }
        return asked
    }

    /// A public application for tests, one for terminals and other devices without a browser, and a service that has a secret.
    public static let defaults = [
        OAuthClient(
            id: "backlot-app", secret: nil,
            redirectURIs: loopbackHosts.flatMap { ["\($0)/callback", "\($0)/auth/callback"] },
            postLogoutRedirectURIs: loopbackHosts.map { $0 + "/" }, scopes: ["openid", "profile", "email", "offline_access"],
            grantTypes: [.authorizationCode, .refreshToken]),
        OAuthClient(
            id: "backlot-device", secret: nil, redirectURIs: [], scopes: ["openid", "profile", "email", "offline_access"],
            grantTypes: [.deviceCode, .refreshToken]),
        OAuthClient(
            id: "backlot-service", secret: "backlot-service-client-secret", redirectURIs: [], scopes: ["read", "write"],
            grantTypes: [.clientCredentials, .tokenExchange]),
    ]

    /// Whether browsers may be sent to a URI: one that is registered, to the letter, but for the port of a loopback host.
    func accepts(redirectURI: String) -> Bool { Self.contains(redirectURIs, redirectURI) }

    /// Whether browsers may be sent to a URI after a logout.
    func accepts(postLogoutRedirectURI: String) -> Bool { Self.contains(postLogoutRedirectURIs, postLogoutRedirectURI) }

    private static func contains(_ registered: [String], _ uri: String) -> Bool {
        registered.contains { $0 == uri || loopback($0) == loopback(uri) && loopback($0) != nil }
    }

    private static let loopbackHosts = ["http://localhost", "http://127.0.0.1", "http://[::1]"]

    /// A URI on a loopback host, without its port; nil for any other.
    private static func loopback(_ uri: String) -> String? {
        for host in loopbackHosts where uri.hasPrefix(host) {
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
