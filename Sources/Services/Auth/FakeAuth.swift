// The fake auth service: accounts, sessions and tokens. It authenticates for real; only its cost is a test's.

import HTTPTypes
public import Hummingbird
import Kernel
public import ServiceKit
import Synchronization
import Wire

/// Registers and logs in users, and issues, rotates, checks and revokes their tokens.
///
/// Users are rows of `auth_users`, sessions and revocations keys of the cache; the service itself keeps no state but
/// its key, so replicas that share stores and secret can stand in for each other.
public struct FakeAuth: Service {
    public let name: String
    let context: ServiceContext
    let configuration: AuthConfiguration
    let accounts: Accounts
    let sessions: Sessions
    let rules: TokenRules
    let identifiers: IdentifierSource
    let startedAt: Instant
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

    public func addRoutes(to router: Router<ServiceRequestContext>) {
        router.add(middleware: AuthFrame(name: configuration.serviceName, version: configuration.version, log: context.log))
        let routes = healthRoutes + accountRoutes + tokenRoutes
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, _ in try await route.respond(request) }
        }
        refuseOtherMethods(than: routes, on: router)
    }

    /// Answers 405 with `Allow` (RFC 9110 section 15.5.6) where a path is known and the method is not.
    private func refuseOtherMethods(than routes: [AuthRoute], on router: Router<ServiceRequestContext>) {
        let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .delete, .patch, .options]
        for path in Set(routes.map(\.path)).sorted() {
            let allowed = methods.filter { method in routes.contains { $0.path == path && $0.method == method } }
            let error = ServiceError(
                .methodNotAllowed, "Method Not Allowed",
                headers: [.allow: allowed.map(\.rawValue).joined(separator: ", ")])
            for method in methods where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in throw error }
            }
        }
    }
}

/// The key of one service, once it is made.
private final class SigningKey: Sendable {
    let signer = Mutex<TokenSigner?>(nil)
}

/// One route of the service.
struct AuthRoute: Sendable {
    let method: HTTPRequest.Method
    let path: String
    let respond: @Sendable (Request) async throws -> Response

    static func get(_ path: String, _ respond: @escaping @Sendable (Request) async throws -> Response) -> AuthRoute {
        AuthRoute(method: .get, path: path, respond: respond)
    }

    static func post(_ path: String, _ respond: @escaping @Sendable (Request) async throws -> Response) -> AuthRoute {
        AuthRoute(method: .post, path: path, respond: respond)
    }

    /// The same route for HEAD: status and fields alone.
    var head: AuthRoute {
        AuthRoute(method: .head, path: path) { [respond] in try await respond($0).createHeadResponse() }
    }
}
