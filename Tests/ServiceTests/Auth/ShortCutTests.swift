// The bypass, the developer's login, service tokens, and the routes that answer questions about tokens.

import AuthService
import Clients
import HTTPTypes
import Kernel
import NIOCore
import ServiceKit
import StoreKit
import Testing
import Wire

@Suite struct ShortCutTests {
    private static let key = "backlot-e2e-bypass-key"

    @Test func theBypassGivesTokensWithPermissions() async throws {
        try await AuthRig.run(.staging) { _, auth in
            let login = try await auth.bypass(
                key: Self.key, email: "qa@example.org", name: "QA", permissions: ["read", "threads:write"])
            #expect(login.tokens.user?.id == "e2e-qa")
            #expect(login.permissions == ["read", "threads:write"])
            #expect(login.tokens.expiresIn == 1800)
            #expect(try await auth.validate(login.tokens.accessToken).permissions == ["read", "threads:write"])
            // They outlive a refresh.
            let next = try await auth.refresh(login.tokens.refreshToken)
            #expect(try await auth.hasPermission("read", token: next.accessToken))
            #expect(try await auth.hasPermission("admin", token: next.accessToken) == false)
        }
    }

    @Test(
        arguments: [
            (AuthConfiguration.Environment.staging, true, nil, 401, "E2E bypass key required"),
            (.staging, true, "", 401, "E2E bypass key required"),
            (.staging, true, "wrong", 401, "Invalid E2E bypass key"),
            (.test, true, "wrong", 401, "Invalid E2E bypass key"),
            (.staging, false, "wrong", 503, "E2E authentication not configured"),
            (.staging, false, nil, 503, "E2E authentication not configured"),
            (.production, true, key, 403, "E2E authentication is not available in production"),
        ] as [(AuthConfiguration.Environment, Bool, String?, Int, String)])
    func theBypassIsClosedToOthers(
        environment: AuthConfiguration.Environment, isConfigured: Bool, shown: String?, status: Int, detail: String
    ) async throws {
        var configuration = AuthConfiguration.profile(environment)
        if !isConfigured { configuration.bypassKey = nil }
        try await AuthRig.run(configuration) { rig, _ in
            var call = Call.post("/auth/e2e/test-auth", value: ["email": "qa@example.org"])
            if let shown { call = call.field(.init("X-E2E-Bypass-Key")!, shown) }
            let reply = try await rig.replica().caller.fetch(call)
            #expect((reply.status.code, reply.detail) == (status, detail))
        }
    }

    @Test func theBypassReadsJSONAlone() async throws {
        try await AuthRig.run { rig, _ in
            let call = Call(.post, "/auth/e2e/test-auth", body: ByteBuffer(string: "nonsense"))
            let reply = try await rig.replica().caller.fetch(call.field(.init("X-E2E-Bypass-Key")!, Self.key))
            #expect((reply.status.code, reply.detail) == (422, "Invalid JSON body"))
        }
    }

    @Test func developersLogInWhereTheyDevelop() async throws {
        for (environment, expected) in [
            (AuthConfiguration.Environment.test, 200), (.development, 200), (.staging, 403), (.production, 403),
        ] {
            try await AuthRig.run(.profile(environment)) { rig, auth in
                #expect(try await status { try await auth.developersLogin() } == expected)
                let create = Call.post("/auth/create-token", value: ["user_id": "u", "email": "u@example.org"])
                let caller = try await rig.replica().caller
                #expect(try await caller.fetch(create).status.code == (expected == 200 ? 200 : 401))
                let signed = create.field(.init("X-Service-ID")!, "agent").field(
                    .init("X-Service-Secret")!, "secret-of-this-test")
                let token = try #require(try await caller.fetch(signed).value["access_token"]?.string)
                #expect(try await auth.me(token).userID == "u")
                try await auth.logout(token)
                #expect(try await auth.isRevoked(token))
                #expect(try await auth.verify(token).isValid == false)
            }
        }
    }

    @Test func servicesGetTokensForTheirSecrets() async throws {
        try await AuthRig.run { rig, auth in
            let token = try await auth.serviceToken(id: "backlot-backend", secret: "backlot-backend-secret")
            #expect(token.expiresIn == 3600)
            #expect(try await auth.service(ofToken: token.accessToken) == "backlot-backend")
            #expect(try await auth.verify(token.accessToken).isValid == false)
            _ = try await auth.serviceToken(id: "agent", secret: "secret-of-this-test")
            for (id, secret) in [
                ("agent", "guessed"), ("nobody", "secret-of-this-test"), ("backlot-backend", "secret-of-this-test"),
            ] {
                #expect(try await status { try await auth.serviceToken(id: id, secret: secret) } == 401)
            }
            let user = try await auth.register(email: "a@b.org", password: "word", name: "")
            #expect(try await auth.service(ofToken: user.accessToken) == nil)
            try await Task.sleep(for: .seconds(3600))
            #expect(try await auth.service(ofToken: token.accessToken) == nil)

            let caller = try await rig.replica().caller
            let registry = try await caller.fetch(.get("/api/v1/service/registry"))
            #expect((registry.status.code, registry.detail) == (401, "Not authenticated"))
            let wrong = try await caller.fetch(
                .post("/api/v1/service/authenticate", value: ["service_id": "x", "service_secret": "y"]))
            #expect((wrong.status.code, wrong.value["error"]) == (200, "invalid_service_credentials"))
        }
    }

    @Test func serviceTokensAreLimitedByTheMinute() async throws {
        var configuration = AuthConfiguration.test
        configuration.services = [RegisteredService(id: "s", secret: "secret", tokensPerMinute: 2)]
        try await AuthRig.run(configuration) { _, auth in
            for expected in [200, 200, 429] {
                #expect(try await status { try await auth.serviceToken(id: "s", secret: "secret") } == expected)
            }
            try await Task.sleep(for: .seconds(60))
            _ = try await auth.serviceToken(id: "s", secret: "secret")
        }
    }

    @Test(arguments: [
        ("/auth/check-blacklist", "{}", 422, "Token is required"),
        ("/auth/check-authorization", #"{"token":"x"}"#, 422, "Token, resource and action are required"),
        ("/auth/check-permission", #"{"token":"x"}"#, 422, "Token and permission are required"),
        ("/auth/hash-password", "{}", 422, "Password hashing failed"),
        ("/auth/create-token", #"{"user_id":"u"}"#, 422, "Token creation failed"),
        ("/auth/service-token", #"{"service_id":"agent"}"#, 422, "Service ID and secret are required"),
        ("/auth/service-token", #"{"service_id":"agent","service_secret":"x"}"#, 401, "Invalid service credentials"),
        ("/api/v1/jwt/validate-batch", "{}", 422, "tokens field is required"),
    ]) func saysWhatIsMissing(path: String, body: String, status: Int, detail: String) async throws {
        try await AuthRig.run { rig, _ in
            let reply = try await rig.replica().caller.fetch(Call(.post, path, body: ByteBuffer(string: body)))
            #expect((reply.status.code, reply.detail) == (status, detail))
        }
    }

    @Test func answersQuestionsAboutTokens() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let login = try await auth.bypass(key: Self.key, email: "qa@example.org", permissions: ["threads:read"])
            let token = JSONValue.string(login.tokens.accessToken)
            func ask(_ path: String, _ body: JSONValue) async throws -> JSONValue {
                try await caller.fetch(.post(path, value: body)).value
            }
            for (action, isAllowed) in [("read", true), ("write", false)] {
                let body: JSONValue = ["token": token, "resource": "threads", "action": .string(action)]
                #expect(try await ask("/auth/check-authorization", body)["authorized"] == .bool(isAllowed))
            }
            let batch = try await ask("/api/v1/jwt/validate-batch", ["tokens": [token, "nonsense", 7]])
            #expect((batch["valid_count"], batch["invalid_count"]) == (1, 2))
            #expect(batch["results"]?.array?.map { $0["token_index"] } == [0, 1, 2])
            #expect(batch["results"]?.array?[0]["service_signature"]?.string?.count == 64)
            #expect(batch["results"]?.array?[1]["error"] == "invalid_or_expired_token")
            let many = JSONValue.array(Array(repeating: "x", count: 101))
            #expect(try await caller.fetch(.post("/api/v1/jwt/validate-batch", value: ["tokens": many])).status.code == 400)
            #expect(try await ask("/api/v1/jwt/extract-user-id", ["token": token])["user_id"] == "e2e-qa")
            let hash = try #require(try await ask("/auth/hash-password", ["password": "p w"])["hash"])
            #expect(try await ask("/auth/verify-password", ["password": "p w", "hash": hash])["valid"] == true)
            #expect(try await ask("/auth/verify-password", ["password": "pw", "hash": hash])["valid"] == false)
            #expect(try await auth.isRevoked(login.tokens.accessToken) == false)
            try await auth.logout(login.tokens.accessToken)
            #expect(try await auth.isRevoked(login.tokens.accessToken))
        }
    }

    @Test func checksRequestsThatServicesSigned() async throws {
        try await AuthRig.run { rig, _ in
            let caller = try await rig.replica().caller
            let asked: JSONValue = [
                "service_id": "backlot-backend", "service_secret": "backlot-backend-secret", "method": "post", "path": "/a?b=c",
                "body": "{}",
            ]
            let signed = try await caller.fetch(.post("/api/v1/service/sign-request", value: asked)).value
            let headers = try #require(signed["headers"])
            #expect(headers["X-Service-Signature"]?.string?.wholeMatch(of: /[0-9a-f]{64}/) != nil)
            func error(_ change: (inout JSONValue) -> Void) async throws -> JSONValue? {
                var shown: JSONValue = ["method": "POST", "path": "/a?b=c", "body": "{}", "headers": headers]
                change(&shown)
                let answer = try await caller.fetch(.post("/api/v1/service/validate-request", value: shown)).value
                #expect(answer["valid"] == .bool(answer["error"] == .null))
                return answer["error"]
            }
            func header(_ name: String, _ value: JSONValue) -> (inout JSONValue) -> Void {
                { shown in shown["headers"] = headers.object.map { .object($0.merging([name: value])) } }
            }
            #expect(try await error { _ in } == .null)
            #expect(try await error { $0["method"] = "PUT" } == "invalid_signature")
            #expect(try await error { $0["path"] = "/a" } == "invalid_signature")
            #expect(try await error { $0["body"] = "{} " } == "invalid_signature")
            #expect(try await error(header("X-Service-ID", "backlot-admin")) == "invalid_signature")
            #expect(try await error(header("X-Service-ID", "nobody")) == "invalid_service_id")
            #expect(try await error(header("X-Service-Algorithm", "none")) == "unsupported_algorithm")
            #expect(try await error(header("X-Service-Timestamp", "-9223372036854775808")) == "request_timestamp_too_old")
            #expect(try await error { $0["headers"] = nil } == "missing_signature")
            try await Task.sleep(for: .seconds(300))
            #expect(try await error { _ in } == .null)
            try await Task.sleep(for: .seconds(1))
            #expect(try await error { _ in } == "request_timestamp_too_old")
        }
    }

    @Test func revokesOneTokenAndNotItsSession() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let tokens = try await auth.register(email: "a@b.org", password: "word", name: "")
            let call = Call.post("/api/v1/jwt/blacklist-token", value: ["token": .string(tokens.accessToken)])
            #expect(try await caller.fetch(call).value["blacklisted"] == true)
            #expect(try await caller.fetch(call).value["blacklisted"] == false)
            #expect(try await auth.verify(tokens.accessToken).isValid == false)
            #expect(try await auth.verify(auth.refresh(tokens.refreshToken).accessToken).isValid)
        }
    }

    @Test func authenticatesSockets() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let token = try await auth.register(email: "a@b.org", password: "word", name: "").accessToken
            let encoded = String(decoding: Base64URL.encode(token.utf8), as: UTF8.self)
            let cases: [(body: JSONValue, method: JSONValue, error: JSONValue)] = [
                (["authorization_header": .string("Bearer " + token)], "authorization_header", nil),
                (["subprotocol_token": .string("jwt." + encoded)], "subprotocol", nil),
                (["subprotocol_token": .string("jwt." + token)], "subprotocol", nil),
                (["authorization_header": "Bearer x"], "authorization_header", "invalid_or_expired_token"),
                (["demo_mode": true], "demo_mode", nil), ([:], nil, "no_authentication_provided"),
            ]
            for (body, method, error) in cases {
                let answer = try await caller.fetch(.post("/api/v1/auth/websocket/authenticate", value: body)).value
                #expect((answer["auth_method"], answer["error"]) == (method, error), "\(body)")
                #expect(answer["authenticated"] == .bool(error == nil))
            }
            let strict = try await rig.replica(.profile(.production)).caller
            let demo = try await strict.fetch(.post("/api/v1/auth/websocket/authenticate", value: ["demo_mode": true])).value
            #expect(demo["error"] == "demo_mode_not_allowed_in_production")
        }
    }
}
