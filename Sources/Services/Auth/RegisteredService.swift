// The services that may get service tokens: their ids, secrets and limits.

import ServiceKit

/// A service that `auth` knows.
public struct RegisteredService: Sendable, Hashable {
    /// Its id, the `sub` of its tokens.
    public var id: String
    /// Its secret. Nil: the one that all services of the world share.
    public var secret: String?
    /// How many tokens it may ask for in a minute.
    public var tokensPerMinute: Int
    /// What it may do.
    public var permissions: [String]

    /// A service from its parts.
    public init(id: String, secret: String?, tokensPerMinute: Int, permissions: [String] = []) {
        self.id = id
        self.secret = secret
        self.tokensPerMinute = tokensPerMinute
        self.permissions = permissions
    }

    /// The services of every world, which share the world's secret, and three for applications under test.
    public static let defaults: [RegisteredService] =
        ["auth", "agent", "events", "llm", "analytics"].map {
            RegisteredService(id: $0, secret: nil, tokensPerMinute: 1000, permissions: ["read", "write"])
        } + [
            RegisteredService(
                id: "backlot-backend", secret: "backlot-backend-secret", tokensPerMinute: 1000,
                permissions: ["read", "write"]),
            RegisteredService(
                id: "backlot-websocket", secret: "backlot-websocket-secret", tokensPerMinute: 500, permissions: ["read"]),
            RegisteredService(
                id: "backlot-admin", secret: "backlot-admin-secret", tokensPerMinute: 100,
                permissions: ["read", "write", "admin"]),
        ]
}

extension FakeAuth {
    /// The service of these credentials; nil where either is wrong.
    func registeredService(id: String, secret: String) -> RegisteredService? {
        guard let service = configuration.services.first(where: { $0.id == id }) else { return nil }
        let expected = service.secret ?? context.serviceSecret
        return ConstantTime.areEqual(secret, expected) || context.deviates(.serviceSecretUnchecked) ? service : nil
    }
}
