// The fake auth service: accounts, sessions and tokens. It authenticates for real; only its cost is a test's.

import HTTPTypes
import Hummingbird
import Kernel
public import ServiceKit
import Synchronization
import Wire

/// Registers and logs in users, and issues, rotates, checks and revokes their tokens.
///
/// Users are rows of `auth_users`, sessions and revocations keys of the cache; the service itself keeps no state but
/// its key, so replicas that share stores and secret can stand in for each other.
public final class FakeAuth: Service {
    public let name: String
    let context: ServiceContext
    let configuration: AuthConfiguration
    let accounts: Accounts
    let sessions: Sessions
    let rules: TokenRules
    let identifiers: IdentifierSource
    let startedAt: Instant
    let frameFields: HTTPFields
    private let key = SigningKey()

    /// An auth service in its world. Its configuration is checked by ``prepare()``.
    public init(context: ServiceContext, configuration: AuthConfiguration = .test) {
        name = context.name
        self.context = context
        self.configuration = configuration
        accounts = Accounts(store: context.relational)
        sessions = Sessions(cache: context.cache, lifetime: configuration.refreshLifetime)
        rules = TokenRules(
            issuer: configuration.issuer, audience: configuration.audience, accessAgeLimit: configuration.accessAgeLimit)
        identifiers = IdentifierSource(clock: context.clock, chance: context.chance)
        startedAt = context.clock.now
        frameFields = Self.frameFields(configuration)
    }

    /// Creates the table and the key. Throws ``AuthConfigurationError``, and what the store throws.
    public func prepare() async throws {
        guard configuration.passwordRounds > 0 else {
            throw AuthConfigurationError.tooFewRounds(configuration.passwordRounds)
        }
        _ = try await signer()
        try await accounts.prepare()
    }

    /// The key, made at its first use.
    func signer() async throws -> TokenSigner {
        if let signer = key.signer.withLock({ $0 }) { return signer }
        let made = try await TokenSigner.make(configuration, chance: context.chance)
        return key.signer.withLock { signer in
            if let signer { return signer }
            signer = made
            return made
        }
    }

    public var routes: ServiceRoutes { Self.sharedRoutes }

    /// The routes of all instances.
    public static let sharedRoutes = ServiceRoutes(of: FakeAuth.self) { routes in
        routes.add(middleware: AuthFrame())
        addHealthRoutes(to: routes)
        addAccountRoutes(to: routes)
        addTokenRoutes(to: routes)
    }
}

/// The key of one service, once it is made.
private final class SigningKey: Sendable {
    let signer = Mutex<TokenSigner?>(nil)
}
