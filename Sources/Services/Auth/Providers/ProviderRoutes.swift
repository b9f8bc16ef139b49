// Logging in by a provider: the browser is sent there, comes back with a code, and goes on to the application with tokens.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// GET `/auth/login`, `/auth/callback` and `/auth/oauth/callback`.
    static func addProviderRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.get("/auth/login") { auth, request, _ in try await auth.sendToProvider(request) }
        for path in callbackPaths {
            routes.get(path) { auth, request, _ in try await auth.comeBack(request) }
        }
    }

    static let callbackPaths = ["/auth/callback", "/auth/oauth/callback"]

    /// Where the service is reached, as the sender of a request sees it, without a slash at the end.
    func base(of request: Request) -> String {
        configuration.publicURL ?? "http://" + (request.head.authority ?? "auth")
    }

    /// Where providers send browsers back.
    func callbackURL(_ request: Request) -> String { base(of: request) + Self.callbackPaths[0] }

    /// The page of a provider that asks its users for consent.
    func authorizationURL(_ provider: UpstreamProvider, _ request: Request) -> String {
        base(of: request) + provider.root + "/o/oauth2/auth"
    }

    private func sendToProvider(_ request: Request) async throws -> Response {
        let query = request.query
        guard let name = query.nonEmpty("provider") else {
            throw ServiceError(.badRequest, "Provider parameter is required for OAuth login")
        }
        guard let provider = configuration.providers.first(where: { $0.name == name }) else {
            // Google is always supported, whether it is set up or not.
            throw name == "google"
                ? ServiceError(.serviceUnavailable, "OAuth provider not configured")
                : ServiceError(.badRequest, "Unsupported OAuth provider: \(name)")
        }
        guard provider.problems.isEmpty else {
            throw ServiceError(.serviceUnavailable, "OAuth provider not configured")
        }
        let hint = query.nonEmpty("login_hint")
        let isUnchecked = context.deviates(.oauthStateUnchecked)
        let attempt = LoginAttempt(
            provider: name, redirectURI: callbackURL(request),
            verifier: isUnchecked ? nil : unguessable("code-verifier", for: hint ?? ""),
            nonce: isUnchecked ? nil : unguessable("nonce", for: hint ?? ""))
        let state = try await remember(attempt, for: hint ?? "")
        let target = attempt.query(provider, state: state, hint: hint)
            .added(to: authorizationURL(provider, request))
        return .found(target, headers: [.setCookie: Self.cookie(state, seconds: LoginAttempt.lifetime.components.seconds)])
    }

    private static func cookie(_ value: String, seconds: Int64) -> String {
        "\(LoginAttempt.cookie)=\(value); Path=/auth; Max-Age=\(seconds); HttpOnly; SameSite=Lax"
    }

    private func comeBack(_ request: Request) async throws -> Response {
        let query = request.query
        if let error = query.nonEmpty("error") {
            if let state = query.nonEmpty("state") { _ = try await takeAttempt(state) }
            var page: FormFields = ["error": error]
            page["error_description"] = query.nonEmpty("error_description")
            return .found(page.added(to: configuration.frontendURL + "/auth/error"))
        }
        guard let code = query.nonEmpty("code"), let state = query.nonEmpty("state") else {
            throw ServiceError(.badRequest, "Missing authorization code or state")
        }
        let attempt = try await attempt(state: state, cookie: request.cookie(LoginAttempt.cookie), request)
        guard let provider = configuration.providers.first(where: { $0.name == attempt.provider }) else {
            throw ServiceError(.badRequest, "Unsupported OAuth provider: \(attempt.provider)")
        }
        let person = try await providerUser(provider, code: code, attempt)
        let account = try await account(of: person, provider)
        let tokens = try await newSession(userID: account.id, email: account.email)
        let page: FormFields = [
            "access_token": tokens["access_token"]?.string ?? "", "refresh_token": tokens["refresh_token"]?.string ?? "",
            "email": account.email, "name": account.name,
        ]
        return .found(
            page.added(to: configuration.frontendURL + "/auth/callback"), headers: [.setCookie: Self.cookie("", seconds: 0)])
    }

    /// The attempt that a callback belongs to. Throws ``ServiceKit/ServiceError`` 400 where the state is not known (any
    /// more), or another browser brings it than the one that began. Another browser does not use it up.
    private func attempt(state: String, cookie: String?, _ request: Request) async throws -> LoginAttempt {
        if context.deviates(.oauthStateUnchecked) {
            let provider = configuration.providers.first?.name ?? ""
            return LoginAttempt(provider: provider, redirectURI: callbackURL(request), verifier: nil, nonce: nil)
        }
        guard let cookie, ConstantTime.areEqual(cookie, state), let attempt = try await takeAttempt(state) else {
            throw ServiceError(.badRequest, "Invalid or expired OAuth state")
        }
        return attempt
    }

    /// The account of a provider's user: the one that logged in before, else the one with the same e-mail address if the
    /// provider has verified that, else a new one.
    private func account(of person: ProviderUser, _ provider: UpstreamProvider) async throws -> Account {
        let now = context.clock.now
        if let known = try await accounts.account(provider: provider.name, providerUserID: person.id) {
            try await accounts.recordLogin(id: known.id, at: now)
            return known
        }
        guard person.isVerified else { throw ServiceError(.unauthorized, "The provider has not verified the email address") }
        do {
            try await accounts.add(person, of: provider.name, at: now)
        } catch let error as SQLError where error.isDuplicateKey {
            guard let known = try await accounts.account(email: person.email) else { throw error }
            try await accounts.link(id: known.id, to: person, at: now)
            try await accounts.recordLogin(id: known.id, at: now)
        }
        guard let account = try await accounts.account(email: person.email) else {
            throw ServiceError(.unauthorized, "OAuth authentication failed")
        }
        return account
    }
}
