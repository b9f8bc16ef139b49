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
/// its keys, so replicas that share stores and secret can stand in for each other. The providers by which users log in
/// are played by the service too, under `/upstream/`, and called over the mesh.
public final class FakeAuth: Service {
    public let name: String
    let context: ServiceContext
    let configuration: AuthConfiguration
    let accounts: Accounts
    let registeredClients: RegisteredClients
    let sessions: Sessions
    let rules: TokenRules
    let identifiers: IdentifierSource
    let startedAt: Instant
    let frameFields: HTTPFields
    let keyStore: KeyStore
    /// Who logged in last; only a planted bug looks.
    let lastLogin = LastLogin()

    /// An auth service in its world. Its configuration is checked by ``prepare()``.
    public init(context: ServiceContext, configuration: AuthConfiguration = .test) {
        name = context.name
        self.context = context
        self.configuration = configuration
        accounts = Accounts(store: context.relational)
        registeredClients = RegisteredClients(store: context.relational)
        sessions = Sessions(
            cache: context.cache, lifetime: configuration.refreshLifetime,
            inProcess: context.deviates(.sessionNotPersisted) ? ProcessSessions() : nil,
            closedInProcess: context.deviates(.logoutInMemory) ? ProcessSessions() : nil,
            usedInProcess: context.deviates(.refreshMarkInMemory) ? ProcessSessions() : nil)
        var rules = configuration.rules
        rules.checksExpiry = !context.deviates(.expiryIgnored)
        self.rules = rules
        identifiers = IdentifierSource(clock: context.clock, chance: context.chance)
        startedAt = context.clock.now
        frameFields = Self.frameFields(configuration)
        keyStore = KeyStore(
            configuration, chance: ChanceSource(context.chance.chance, actor: "auth keys"), clock: context.clock)
    }

    /// Creates the table and the keys. Throws ``AuthConfigurationError``, and what the store throws.
    public func prepare() async throws {
        guard configuration.passwordRounds > 0 else {
            throw AuthConfigurationError.tooFewRounds(configuration.passwordRounds)
        }
        _ = try await keyStore.keys()
        try await accounts.prepare()
        try await registeredClients.prepare()
    }

    /// Signs with a new key from now on. Tokens of the former one stay good while they live. A key that the
    /// configuration gives cannot be drawn again, so RS256 throws ``AuthConfigurationError``.
    public func rotateKey() async throws { try await keyStore.rotate() }

    public var routes: ServiceRoutes { Self.sharedRoutes }

    /// The routes of all instances.
    public static let sharedRoutes = ServiceRoutes(of: FakeAuth.self) { routes in
        routes.add(middleware: AuthFrame())
        addHealthRoutes(to: routes)
        addStatusRoutes(to: routes)
        addAccountRoutes(to: routes)
        addSessionRoutes(to: routes)
        addTokenRoutes(to: routes)
        addTokenCheckRoutes(to: routes)
        addPasswordRoutes(to: routes)
        addShortCutRoutes(to: routes)
        addServiceTokenRoutes(to: routes)
        addSignatureRoutes(to: routes)
        addSocketRoutes(to: routes)
        addProviderRoutes(to: routes)
        addAuthorizationRoutes(to: routes)
        addIntrospectionRoutes(to: routes)
        addRevocationRoutes(to: routes)
        addEndSessionRoutes(to: routes)
        addDeviceRoutes(to: routes)
        addRegistrationRoutes(to: routes)
        addDiscoveryRoutes(to: routes)
        addUpstreamRoutes(to: routes)
    }
}

/// Who logged in last.
final class LastLogin: Sendable {
    private let account = Mutex<Account?>(nil)

    /// Puts an account in place of the last one, which is returned.
    func replace(with next: Account) -> Account? {
        account.withLock { account in
            defer { account = next }
            return account
        }
    }
}
