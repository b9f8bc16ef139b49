// Registering and logging in by password.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/auth/register` and `/auth/login`.
    static func addAccountRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/auth/register") { auth, request, _ in try await auth.register(request) }
        routes.post("/auth/login") { auth, request, _ in try await auth.login(request) }
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
        let hash = try hash(password, for: email)
        var id = identifiers.next("auth_user", for: email)
        do {
            try await accounts.add(id: id, email: email, name: name, password: hash, at: context.clock.now)
        } catch let error as SQLError where error.isDuplicateKey {
            guard context.deviates(.duplicateRegistration), let taken = try await accounts.account(email: email) else {
                throw ServiceError(.conflict, "User already exists")
            }
            try await accounts.replacePassword(id: taken.id, name: name, password: hash, at: context.clock.now)
            id = taken.id
        }
        let user: JSONValue = ["id": .string(id), "email": .string(email), "name": .string(name)]
        return .answer(try await newSession(userID: id, email: email).merging(["user": user]))
    }

    private func login(_ request: Request) async throws -> Response {
        let body = try await request.object(upTo: configuration.bodyLimit)
        guard let email = body.text("email"), let password = body.text("password") else { throw Self.missingCredentials }
        try await configuration.loginLimit.take(
            email.lowercased(), "login", detail: "Too many login attempts. Please try again later", in: context.cache)
        let account = try await authenticate(email: email, password: password)
        let last = lastLogin.replace(with: account)
        let owner = context.deviates(.wrongUserToken) ? last ?? account : account
        let user: JSONValue = ["id": .string(account.id), "email": .string(account.email)]
        return .answer(try await newSession(userID: owner.id, email: owner.email).merging(["user": user]))
    }

    /// The account of these credentials. Throws ``ServiceKit/ServiceError`` 401 where there is none, and 423 while it is
    /// locked because of wrong passwords, whatever the password.
    private func authenticate(email: String, password: String) async throws -> Account {
        let wrong = ServiceError(.unauthorized, "Invalid credentials")
        guard let account = try await accounts.account(email: email) else { throw wrong }
        let now = context.clock.now
        if let lockedUntil = account.lockedUntil, now.description < lockedUntil {
            throw ServiceError(
                HTTPResponse.Status(code: 423, reasonPhrase: "Locked"), "Account is locked after too many failed login attempts",
                headers: [.retryAfter: RateLimit.seconds(configuration.lockout)])
        }
        guard try account.password.matches(password) else {
            try await accounts.recordFailure(
                id: account.id, lockingAt: configuration.failuresBeforeLockout,
                until: now.advanced(by: configuration.lockout), at: now)
            throw wrong
        }
        try await accounts.recordLogin(id: account.id, at: now)
        return account
    }

    /// The hash of a password, with a salt of its own.
    func hash(_ password: String, for subject: String) throws -> PasswordHash {
        let salt = context.chance.bytes(16, "password-salt", for: subject)
        return try PasswordHash(of: password, salt: salt, rounds: configuration.passwordRounds)
    }
}
