// The ways in that tests and developers have: the end-to-end bypass, the developer's login, and tokens for the asking.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/auth/e2e/test-auth`, `/auth/dev/login` and `/auth/create-token`.
    static func addShortCutRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/auth/e2e/test-auth") { auth, request, _ in try await auth.bypass(request) }
        routes.post("/auth/dev/login") { auth, _, _ in try await auth.developersLogin() }
        routes.post("/auth/create-token") { auth, request, _ in try await auth.createToken(request) }
    }

    /// What stands between a caller and the bypass, in the order in which it is looked at; nil where nothing does.
    static func bypassRefusal(environment: AuthConfiguration.Environment, configured: String?, shown: String?) -> ServiceError? {
        if environment == .production {
            return ServiceError(.forbidden, "E2E authentication is not available in production")
        }
        guard let configured else { return ServiceError(.serviceUnavailable, "E2E authentication not configured") }
        guard let shown, !shown.isEmpty else { return ServiceError(.unauthorized, "E2E bypass key required") }
        return ConstantTime.areEqual(shown, configured) ? nil : ServiceError(.unauthorized, "Invalid E2E bypass key")
    }

    private func bypass(_ request: Request) async throws -> Response {
        let shown = request.headers[.bypassKey]
        let configured = configuration.bypassKey.map { context.deviates(.bypassOpen) ? shown ?? $0 : $0 }
        if let refusal = Self.bypassRefusal(
            environment: configuration.environment, configured: configured, shown: shown)
        {
            throw refusal
        }
        let bytes = try await request.bytes(upTo: configuration.bodyLimit)
        guard let body = (try? JSONValue(json: bytes))?.object else {
            throw ServiceError(.unprocessableContent, "Invalid JSON body")
        }
        let email = body.text("email") ?? "e2e-test@example.com"
        guard EmailAddress.isValid(email) else { throw ServiceError(.unprocessableContent, "Invalid email address") }
        let name = body.text("name") ?? "E2E Test User"
        let permissions = (body["permissions"]?.array ?? ["read", "write"]).compactMap(\.string)
        let id = "e2e-" + email.prefix { $0 != "@" }
        let carried = context.deviates(.permissionsLost) ? [] : permissions
        let user: JSONValue = [
            "id": .string(id), "email": .string(email), "name": .string(name),
            "permissions": .array(permissions.map(JSONValue.string)),
            "oauth_simulated": .bool(body["simulate_oauth"]?.bool ?? true),
        ]
        return .answer(try await newSession(userID: id, email: email, permissions: carried).merging(["user": user]))
    }

    private func developersLogin() async throws -> Response {
        guard configuration.environment.isForDevelopers else {
            throw ServiceError(.forbidden, "Dev login is only available in development environment")
        }
        return .answer(try await newSession(userID: "dev-user-001", email: "dev@example.com"))
    }

    /// An access token without a session. For everybody in the developers' environments, for services elsewhere.
    private func createToken(_ request: Request) async throws -> Response {
        if !configuration.environment.isForDevelopers {
            guard let id = request.headers[.serviceID], let secret = request.headers[.serviceSecret],
                registeredService(id: id, secret: secret) != nil
            else { throw ServiceError(.unauthorized, "Invalid service credentials") }
        }
        let body = try await request.object(upTo: configuration.bodyLimit)
        guard let userID = body.text("user_id"), let email = body.text("email") else {
            throw ServiceError(.unprocessableContent, "Token creation failed")
        }
        let permissions = JSONValue.array((body["permissions"]?.array ?? []).filter { $0.string != nil })
        let token = try await token(
            .access, of: userID, configuration.accessLifetime, ["email": .string(email), "permissions": permissions])
        return .answer([
            "access_token": .string(token), "token_type": "Bearer", "expires_in": expiresIn(configuration.accessLifetime),
        ])
    }
}

extension HTTPField.Name {
    static let bypassKey = HTTPField.Name("X-E2E-Bypass-Key")!
}
