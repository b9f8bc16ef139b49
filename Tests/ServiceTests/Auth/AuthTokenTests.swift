// Tokens against an independent implementation: what the service issues others can read, what others forge it judges.

import AuthService
import Clients
import HTTPTypes
import JWTKit
import Kernel
import NIOCore
import Testing
import Wire

/// The claims of a token as somebody else writes them; absent ones are left out.
private struct ForgedClaims: JWTPayload {
    var sub: String? = "auth_user_1"
    var iat: Int64?
    var exp: Int64?
    var tokenType: String? = "access"
    var type: String? = "access"
    var iss: String? = "backlot-auth"
    var aud: String? = "backlot-platform"
    var jti: String? = "jti_1"
    var email: String? = "a@b.org"
    var permissions: [String]? = []
    var sid: String?

    enum CodingKeys: String, CodingKey {
        case sub, iat, exp, type, iss, aud, jti, email, permissions, sid
        case tokenType = "token_type"
    }

    init(issued: Int64, lifetime: Int64 = 300) {
        iat = issued
        exp = issued + lifetime
    }

    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

@Suite struct AuthTokenTests {
    private static let secret = "a secret of this test, of more than the 64 bytes that HS512 asks for at least"

    private static var configuration: AuthConfiguration {
        var configuration = AuthConfiguration.test
        configuration.secret = secret
        return configuration
    }

    private func serve<Value: Sendable>(
        _ configuration: AuthConfiguration = configuration, _ body: @escaping @Sendable (Caller) async throws -> Value
    ) async throws -> Value {
        try await Simulation.start(.init(seed: 1)) { _ in
            try await body(DirectCaller(FakeAuth(context: testContext(name: "auth"), configuration: configuration)).caller)
        }.value
    }

    private func forge(
        _ claims: ForgedClaims, secret: String = secret, _ digest: DigestAlgorithm = .sha256, header: JWTHeader = [:]
    ) async throws -> String {
        let keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: digest)
        return try await keys.sign(claims, header: header)
    }

    private func validate(_ token: String, as type: String? = nil, _ caller: Caller) async throws -> JSONValue {
        var body = ["token": token]
        body["token_type"] = type
        let reply = try await caller.fetch(.post("/auth/validate", json: body))
        #expect(reply.status == .ok)
        return try reply.json(JSONValue.self)
    }

    @Test func judgesForgedTokensByTheMatrix() async throws {
        try await serve { caller in
            let now = WorldClock().now.seconds
            typealias Change = @Sendable (inout ForgedClaims) -> Void
            let matrix: [(name: String, isAccepted: Bool, change: Change)] = [
                ("all claims", true, { _ in }),
                ("no type", true, { $0.type = nil }),
                ("no token_type", false, { $0.tokenType = nil }),
                ("token_type and type differ", false, { $0.type = "refresh" }),
                ("no aud", false, { $0.aud = nil }),
                ("wrong aud", false, { $0.aud = "somebody-else" }),
                ("no iss", false, { $0.iss = nil }),
                ("wrong iss", false, { $0.iss = "somebody-else" }),
                ("no jti", false, { $0.jti = nil }),
                ("no sub", false, { $0.sub = nil }),
                ("empty sub", false, { $0.sub = "" }),
                ("no exp", false, { $0.exp = nil }),
                ("no iat", false, { $0.iat = nil }),
                ("iat 1 s ahead", false, { $0.iat = now + 1 }),
                ("iat 90 s ahead", false, { $0.iat = now + 90 }),
                ("issued 24 h ago", true, { $0.iat = now - 86_400 }),
                ("issued more than 24 h ago", false, { $0.iat = now - 86_401 }),
                ("expires next second", true, { $0.exp = now + 1 }),
                ("expires now", false, { $0.exp = now }),
                ("expired 1 s ago", false, { $0.exp = now - 1 }),
                ("same jti again", true, { _ in }),
                ("refresh token", false, { ($0.tokenType, $0.type) = ("refresh", "refresh") }),
                ("service token", false, { ($0.tokenType, $0.type) = ("service", "service") }),
                ("a session that is not open", false, { $0.sid = "session_1" }),
            ]
            for (name, isAccepted, change) in matrix {
                var claims = ForgedClaims(issued: now)
                change(&claims)
                let answer = try await validate(forge(claims), caller)
                #expect(answer["valid"] == .bool(isAccepted), "\(name): \(answer)")
                if isAccepted {
                    #expect(answer["user_id"] == "auth_user_1")
                } else {
                    #expect(answer["error"] == "invalid_token")
                    #expect(answer["message"]?.string?.isEmpty == false)
                }
            }
        }
    }

    @Test func judgesKeysAndForms() async throws {
        try await serve { caller in
            let claims = ForgedClaims(issued: WorldClock().now.seconds)
            let good = try await forge(claims)
            #expect(try await validate(good, caller)["valid"] == true)
            let bad: [String: String] = [
                "another key": try await forge(claims, secret: String(Self.secret.reversed())),
                "HS512": try await forge(claims, .sha512),
                "HS256 that says HS512": try await forge(claims, header: ["alg": "HS512"]),
                "none": try await forge(claims, header: ["alg": "none"]),
                "another kid": try await forge(claims, header: ["kid": "rotated"]),
                "mock": "mock_token", "two parts": String(good.prefix { $0 != "." }) + ".e30", "four parts": good + ".x",
                "padding": good + "=", "no signature": good.split(separator: ".")[..<2].joined(separator: ".") + ".",
            ]
            for (name, token) in bad { #expect(try await validate(token, caller)["valid"] == false, "\(name)") }
            // Every other last character: of 32 bytes in base64url it has unused bits, which must count too.
            for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" where last != good.last {
                #expect(try await validate(good.dropLast() + String(last), caller)["valid"] == false)
            }
        }
    }

    @Test func answersValidateWithItsOwnErrors() async throws {
        try await serve { caller in
            for (body, error) in [
                ("{}", "missing_token"), (#"{"token":""}"#, "missing_token"), ("nonsense", "invalid_request"),
                ("[1]", "invalid_request"), (#"{"token":"x"}"#, "invalid_token"),
                (#"{"token":"x","token_type":"service"}"#, "invalid_token"),
            ] {
                let reply = try await caller.fetch(Call(.post, "/auth/validate", body: .init(string: body)))
                #expect(reply.status == .ok)
                let answer = try reply.json(JSONValue.self)
                #expect(answer["valid"] == false)
                #expect(answer["error"] == .string(error), "\(body)")
            }
        }
    }

    @Test func issuesTokensThatOthersCanRead() async throws {
        try await serve { caller in
            let tokens = try await AuthClient(caller).register(email: "a@b.org", password: "word", name: "")
            let keys = await JWTKeyCollection().add(hmac: HMACKey(from: Self.secret), digestAlgorithm: .sha256)
            let access = try await keys.verify(tokens.accessToken, as: ForgedClaims.self)
            let refresh = try await keys.verify(tokens.refreshToken, as: ForgedClaims.self)
            #expect(access.sub == tokens.user?.id)
            #expect(access.iss == "backlot-auth")
            #expect(access.aud == "backlot-platform")
            #expect((access.exp ?? 0) - (access.iat ?? 0) == Int64(tokens.expiresIn))
            #expect((refresh.exp ?? 0) - (refresh.iat ?? 0) == 86_400)
            #expect(access.permissions == [])
            #expect(refresh.permissions == nil)
            #expect(refresh.tokenType == "refresh")
            #expect(access.jti?.wholeMatch(of: /jti_\d+_\d+_[0-9a-f]{8}/) != nil)
            #expect(access.jti != refresh.jti)
            #expect(try await validate(tokens.refreshToken, as: "refresh", caller)["valid"] == true)
            #expect(try await validate(tokens.refreshToken, caller)["valid"] == false)
            let published = try await caller.fetch(.get("/.well-known/jwks.json")).json(JSONValue.self)
            // The key of id tokens alone: a shared secret is never published.
            #expect(published["keys"]?.array?.map { $0["alg"] } == ["EdDSA"])
            #expect(published["keys"]?.array?.first?["d"] == nil)
        }
    }

    @Test func publishesTheKeyOfES256() async throws {
        var configuration = AuthConfiguration.test
        configuration.algorithm = .es256
        try await serve(configuration) { caller in
            let tokens = try await AuthClient(caller).register(email: "a@b.org", password: "word", name: "")
            #expect(try await validate(tokens.accessToken, caller)["valid"] == true)
            let jwks = try await caller.fetch(.get("/.well-known/jwks.json")).text
            // An independent reader knows the key by the token's kid alone.
            let keys = try await JWTKeyCollection().add(jwksJSON: jwks)
            let claims = try await keys.verify(tokens.accessToken, as: ForgedClaims.self)
            #expect(claims.sub == tokens.user?.id)
            let key = try JSONValue(json: jwks)["keys"]?.array?.first
            #expect(key?["alg"] == "ES256")
            #expect(key?["d"] == nil)
            // The public key must not do as a secret of HS256.
            let forged = try await forge(
                ForgedClaims(issued: WorldClock().now.seconds), secret: jwks, header: ["kid": .string(key?["kid"]?.string ?? "")])
            #expect(try await validate(forged, caller)["valid"] == false)
        }
    }

    @Test func refusesAWeakConfiguration() async throws {
        var configuration = AuthConfiguration.test
        configuration.secret = "too short"
        let context = try testContext(name: "auth")
        await #expect(throws: AuthConfigurationError.secretTooShort(bytes: 9)) {
            try await FakeAuth(context: context, configuration: configuration).prepare()
        }
    }
}
