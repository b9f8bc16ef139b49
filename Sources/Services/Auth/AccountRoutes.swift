// Registering, logging in and out, and asking who one is.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/auth/register`, `/auth/login`, `/auth/logout` and `/auth/me`.
    static func addAccountRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/auth/register") { auth, request, _ in try await auth.register(request) }
        routes.post("/auth/login") { auth, request, _ in try await auth.login(request) }
        routes.post("/auth/logout") { auth, request, _ in try await auth.logout(request) }
        routes.get("/auth/me") { auth, request, _ in try await auth.me(request) }
    }

    private static let missingCredentials = ServiceError(.unprocessableContent, "Email and password are required")

    private func register(_ request: Request) async throws -> Response {
        let body = try await request.object(upTo: configuration.bodyLimit)
        guard let email = body.text("email"), let password = body.text("password") else { throw Self.missingCredentials }
        guard EmailAddress.isValid(email) else { throw ServiceError(.unprocessableContent, "Invalid email address") }
        guard password.count >= configuration.passwordLength else {
            throw ServiceError(
                .unprocessableContent, "Password must be at least \(configuration.passwordLength) characters long")
        }
        let name = body["name"]?.string ?? ""
        let salt = context.chance.bytes(16, "password-salt", for: email)
        let hash = try PasswordHash(of: password, salt: salt, rounds: configuration.passwordRounds)
        let id = identifiers.next("auth_user", for: email)
        do {
            try await accounts.add(id: id, email: email, name: name, password: hash, at: context.clock.now)
        } catch let error as SQLError where error.isDuplicateKey {
            throw ServiceError(.conflict, "User already exists")
        }
        let user: JSONValue = ["id": .string(id), "email": .string(email), "name": .string(name)]
        return .answer(try await newSession(userID: id, email: email).merging(["user": user]))
    }

    private func login(_ request: Request) async throws -> Response {
        let body = try await request.object(upTo: configuration.bodyLimit)
        guard let email = body.text("email"), let password = body.text("password") else { throw Self.missingCredentials }
        guard let account = try await accounts.account(email: email), try account.password.matches(password) else {
            throw ServiceError(.unauthorized, "Invalid credentials")
        }
        try await accounts.recordLogin(id: account.id, at: context.clock.now)
        let user: JSONValue = ["id": .string(account.id), "email": .string(account.email)]
        return .answer(try await newSession(userID: account.id, email: account.email).merging(["user": user]))
    }

    /// Closes the session of the bearer token, be it an expired one: none of the session's tokens is good any more.
    /// Answers 200 to whatever it is shown.
    private func logout(_ request: Request) async throws -> Response {
        if let token = request.headers.bearerToken, let payload = try await signer().claims(of: token) {
            if let sessionID = payload["sid"]?.string {
                try await sessions.close(sessionID)
            } else if let claims = try? rules.claims(of: payload, as: .access, at: context.clock.now) {
                try await sessions.revoke(tokenID: claims.id, until: claims.expiresAt, at: context.clock.now)
            }
        }
        return .answer(["message": "Successfully logged out", "status": "success"])
    }

    private func me(_ request: Request) async throws -> Response {
        guard let token = request.headers.bearerToken else {
            throw ServiceError(
                .unauthorized, "Authorization header with Bearer token required", headers: [.wwwAuthenticate: "Bearer"])
        }
        guard case .good(let claims) = try await judge(token, as: .access) else {
            throw ServiceError(.unauthorized, "Invalid or expired token", headers: [.wwwAuthenticate: "Bearer"])
        }
        var answer: JSONValue = [
            "user_id": .string(claims.subject), "email": JSONValue(claims.email),
            "permissions": .array(claims.permissions.map(JSONValue.string)), "token_expires_at": claims.expiry,
        ]
        if let account = try await accounts.account(id: claims.subject) {
            answer = answer.merging([
                "email": .string(account.email), "name": .string(account.name), "created_at": .string(account.createdAt),
                "last_login_at": JSONValue(account.lastLoginAt), "is_verified": .bool(account.isVerified),
                "auth_provider": .string(account.provider),
            ])
        }
        return .answer(answer)
    }
}
