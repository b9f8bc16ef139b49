// The auth service through its routes: accounts, sessions, and the life of tokens in virtual time.

import AuthService
import Clients
import HTTPTypes
import Kernel
import MemoryCache
import NIOCore
import SQLiteStore
import ServiceKit
import StoreKit
import Testing
import Wire

@Suite struct AuthServiceTests {
    /// Runs `body` against a fresh service, in virtual time.
    private func simulate<Value: Sendable>(
        _ configuration: AuthConfiguration = .test, seed: UInt64 = 1,
        _ body: @escaping @Sendable (Caller, AuthClient) async throws -> Value
    ) async throws -> Value {
        try await Simulation.start(.init(seed: seed)) { _ in
            let context = try testContext(name: "auth", seed: seed)
            let caller = try await DirectCaller(FakeAuth(context: context, configuration: configuration)).caller
            return try await body(caller, AuthClient(caller))
        }.value
    }

    @Test func logsInWhoRegistered() async throws {
        try await simulate { _, auth in
            let registered = try await auth.register(email: "Ada@Example.org", password: "correct horse", name: "Ada")
            #expect(registered.user?.email == "Ada@Example.org")
            #expect(registered.user?.name == "Ada")
            #expect(registered.tokenType == "Bearer")
            #expect(registered.expiresIn == 300)
            #expect(registered.user?.id.wholeMatch(of: /auth_user_\d+_\d+_[0-9a-f]{8}/) != nil)

            let loggedIn = try await auth.login(email: "ada@example.ORG", password: "correct horse")
            #expect(loggedIn.user?.id == registered.user?.id)
            #expect(loggedIn.accessToken != registered.accessToken)
            let me = try await auth.me(loggedIn.accessToken)
            #expect(me.userID == registered.user?.id)
            #expect(me.name == "Ada")
            #expect(me.permissions == [])
            #expect(me.tokenExpiresAt == "2026-01-01T00:05:00.000Z")

            #expect(try await status { try await auth.login(email: "ada@example.org", password: "wrong") } == 401)
            #expect(try await status { try await auth.login(email: "eve@example.org", password: "correct horse") } == 401)
        }
    }

    @Test func refusesASecondAccountForAnAddress() async throws {
        try await simulate { _, auth in
            _ = try await auth.register(email: "ada@example.org", password: "first", name: "")
            #expect(try await status { try await auth.register(email: "ADA@example.org", password: "2nd!", name: "") } == 409)
            // Nothing of the second came to stay.
            _ = try await auth.login(email: "ada@example.org", password: "first")
        }
    }

    @Test func registersOnceHoweverManyAskAtOnce() async throws {
        for seed in UInt64(1)...5 {
            let statuses = try await simulate(seed: seed) { _, auth in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<10 {
                        group.addTask {
                            try await status { try await auth.register(email: "a@b.org", password: "word", name: "") }
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            #expect(statuses.sorted() == [200] + Array(repeating: 409, count: 9))
        }
    }

    @Test func endsAccessAtItsExpiryAndNotBefore() async throws {
        try await simulate { _, auth in
            let tokens = try await auth.register(email: "a@b.org", password: "word", name: "")
            try await Task.sleep(for: .seconds(299))
            #expect(try await auth.verify(tokens.accessToken).isValid)
            try await Task.sleep(for: .seconds(1))
            #expect(try await auth.verify(tokens.accessToken).isValid == false)
            #expect(try await status { try await auth.me(tokens.accessToken) } == 401)
        }
    }

    @Test func takesARefreshTokenOnce() async throws {
        try await simulate { _, auth in
            let first = try await auth.register(email: "a@b.org", password: "word", name: "")
            let second = try await auth.refresh(first.refreshToken)
            #expect(second.user == nil)
            #expect(try await auth.verify(second.accessToken).isValid)
            #expect(try await auth.verify(first.accessToken).isValid)
            #expect(try await status { try await auth.refresh(second.accessToken) } == 401)
            _ = try await auth.refresh(second.refreshToken)
            #expect(try await status { try await auth.refresh(first.refreshToken) } == 401)
        }
    }

    @Test func takesARefreshTokenOnceHoweverManyAskAtOnce() async throws {
        let statuses = try await simulate(seed: 4) { _, auth in
            let tokens = try await auth.register(email: "a@b.org", password: "word", name: "")
            return try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 { group.addTask { try await status { try await auth.refresh(tokens.refreshToken) } } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(statuses.sorted() == [200] + Array(repeating: 401, count: 9))
    }

    @Test func keepsASessionAliveByRefreshingAndNoLonger() async throws {
        try await simulate { _, auth in
            var tokens = try await auth.register(email: "a@b.org", password: "word", name: "")
            for _ in 0..<3 {
                try await Task.sleep(for: .seconds(86_000))
                tokens = try await auth.refresh(tokens.refreshToken)
            }
            try await Task.sleep(for: .seconds(86_400))
            #expect(try await status { try await auth.refresh(tokens.refreshToken) } == 401)
        }
    }

    @Test func endsTheWholeSessionAtLogout() async throws {
        try await simulate { _, auth in
            let tokens = try await auth.register(email: "a@b.org", password: "word", name: "")
            let other = try await auth.login(email: "a@b.org", password: "word")
            let next = try await auth.refresh(tokens.refreshToken)
            try await auth.logout(tokens.accessToken)
            for token in [tokens.accessToken, next.accessToken] {
                #expect(try await auth.verify(token).isValid == false)
            }
            #expect(try await status { try await auth.refresh(next.refreshToken) } == 401)
            #expect(try await auth.verify(other.accessToken).isValid)
        }
    }

    @Test func endsTheSessionOfAnExpiredAccessToken() async throws {
        try await simulate { _, auth in
            let tokens = try await auth.register(email: "a@b.org", password: "word", name: "")
            try await Task.sleep(for: .seconds(1000))
            try await auth.logout(tokens.accessToken)
            #expect(try await status { try await auth.refresh(tokens.refreshToken) } == 401)
        }
    }

    @Test func saysWhatIsWrongWithARequest() async throws {
        try await simulate { caller, _ in
            let cases: [(path: String, body: String, status: Int, detail: String)] = [
                ("/auth/login", "{", 422, "Invalid JSON in request body"),
                ("/auth/login", "[]", 422, "Invalid JSON in request body"),
                ("/auth/login", #"{"email":"a@b.org"}"#, 422, "Email and password are required"),
                ("/auth/login", #"{"email":"a@b.org","password":7}"#, 422, "Email and password are required"),
                ("/auth/login", #"{"email":"a@b.org","password":"word"}"#, 401, "Invalid credentials"),
                ("/auth/register", #"{"email":"","password":"word"}"#, 422, "Email and password are required"),
                ("/auth/register", #"{"email":"a@b@c","password":"word"}"#, 422, "Invalid email address"),
                ("/auth/register", #"{"email":"a b@c.org","password":"word"}"#, 422, "Invalid email address"),
                (
                    "/auth/register", #"{"email":"a@b.org","password":"abc"}"#, 422,
                    "Password must be at least 4 characters long"
                ),
                ("/auth/refresh", "", 422, "Failed to parse request body"),
                ("/auth/refresh", "no", 422, "Invalid JSON in request body"),
                (
                    "/auth/refresh", #"{"b":1,"a":2}"#, 422,
                    "refresh_token field is required. received_keys: ['a', 'b']"
                ),
                ("/auth/refresh", #"{"refreshToken":"x"}"#, 401, "Invalid refresh token"),
                ("/auth/refresh", #"{"token":"x"}"#, 401, "Invalid refresh token"),
                (
                    "/auth/login", "\"" + String(repeating: "x", count: 51_200) + "\"", 413,
                    "Request payload too large. Maximum size: 51200 bytes"
                ),
            ]
            for (path, body, status, detail) in cases {
                let reply = try await caller.fetch(Call(.post, path, body: .init(string: body)))
                #expect(reply.status.code == status, "\(path) \(body.prefix(40))")
                #expect(try reply.json([String: String].self) == ["detail": detail])
            }
        }
    }

    @Test func namesItselfInEveryAnswerAndTellsPathsFromMethods() async throws {
        try await simulate { caller, _ in
            for (call, status) in [
                (Call.get("/nowhere"), 404), (.get("/auth/refresh"), 405), (Call(.head, "/health"), 200), (.get("/"), 200),
                (.get("/health/ready"), 200), (.get("/auth/me"), 401),
            ] {
                let reply = try await caller.fetch(call)
                #expect(reply.status.code == status, "\(call.summary)")
                #expect(reply.head.headerFields[.init("x-service-name")!] == "auth-service")
                #expect(reply.head.headerFields[.vary] == "Origin")
                if status == 405 { #expect(reply.head.headerFields[.allow] == "POST") }
            }
            let health = try await caller.fetch(.get("/health")).json(JSONValue.self)
            #expect(health["status"] == "healthy")
            #expect(health["timestamp"] == "2026-01-01T00:00:00.000Z")
        }
    }

    @Test func answersWhenItsStoresFail() async throws {
        try await Simulation.start(.init(seed: 1)) { _ in
            let database = try SQLiteDatabase()
            let context = try testContext(name: "auth", relational: database)
            let caller = try await DirectCaller(FakeAuth(context: context)).caller
            try await database.close()
            #expect(try await caller.fetch(.get("/health")).status.code == 200)
            #expect(try await caller.fetch(.get("/health/ready")).status.code == 503)
            let login = try Call.post("/auth/login", json: ["email": "a@b.org", "password": "word"])
            #expect(try await caller.fetch(login).status.code == 503)
        }.value
    }

    @Test func refusesTheCallsOfOtherWorlds() async throws {
        try await Simulation.start(.init(seed: 1)) { _ in
            let context = try testContext(name: "auth")
            let caller = try await DirectCaller(FakeAuth(context: context)).caller
            let tokens = try await AuthClient(caller).register(email: "a@b.org", password: "word", name: "")
            let call = try Call.post("/auth/validate", json: ["token": tokens.accessToken])
            let accepted = try await caller.fetch(context.signed(call)).json(JSONValue.self)
            #expect(accepted["valid"] == true)
            let forged = call.field(.init("X-Service-ID")!, "agent").field(.init("X-Service-Secret")!, "guessed")
            let refused = try await caller.fetch(forged).json(JSONValue.self)
            #expect(refused["error"] == "invalid_service_secret")
        }.value
    }

    @Test func repeatsItselfForOneSeed() async throws {
        @Sendable func tokens(_ seed: UInt64) async throws -> AuthClient.Tokens {
            try await simulate(seed: seed) { _, auth in try await auth.register(email: "a@b.org", password: "word", name: "") }
        }
        #expect(try await tokens(1) == tokens(1))
        #expect(try await tokens(1) != tokens(2))
    }

    @Test func keepsStoresShort() async throws {
        try await Simulation.start(.init(seed: 1)) { _ in
            let cache = MemoryKeyspace()
            let context = try testContext(name: "auth", cache: cache)
            let auth = AuthClient(try await DirectCaller(FakeAuth(context: context)).caller)
            let tokens = try await auth.register(email: "a@b.org", password: "secret word", name: "")
            _ = try await auth.refresh(tokens.refreshToken)
            try await auth.logout(tokens.accessToken)
            try await Task.sleep(for: .seconds(86_401))
            #expect(try await cache.keys() == [])
            let stored = try await context.relational.query("SELECT hashed_password FROM auth_users")[0]
            #expect(stored["hashed_password"].text?.hasPrefix("pbkdf2_sha256$100$") == true)
            #expect(stored["hashed_password"].text?.contains("secret word") == false)
        }.value
    }
}
