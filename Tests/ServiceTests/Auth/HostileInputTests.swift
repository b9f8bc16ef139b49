// Hostile input: whatever a route is sent, the answer is an error of the sender, never one of the service.

import AuthService
import Clients
import HTTPTypes
import Kernel
import NIOCore
import ServiceKit
import StoreKit
import Testing
import Wire

@Suite struct HostileInputTests {
    private static let posts = [
        "/auth/register", "/auth/login", "/auth/logout", "/auth/refresh", "/auth/verify", "/auth/validate",
        "/auth/check-blacklist", "/auth/check-authorization", "/auth/check-permission", "/auth/hash-password",
        "/auth/verify-password", "/auth/e2e/test-auth", "/auth/dev/login", "/auth/create-token", "/auth/service-token",
        "/auth/validate-service-token", "/api/v1/jwt/validate", "/api/v1/jwt/validate-batch", "/api/v1/jwt/extract-user-id",
        "/api/v1/service/authenticate", "/api/v1/service/revoke-token",
        "/api/v1/service/sign-request", "/api/v1/service/validate-request", "/api/v1/jwt/blacklist-token",
        "/api/v1/auth/websocket/authenticate",
        "/oauth/authorize", "/oauth/token", "/oauth/userinfo", "/upstream/google/token", "/upstream/google/o/oauth2/auth",
    ]
    private static let gets = [
        "/auth/login", "/auth/callback", "/auth/me", "/auth/sessions", "/auth/verify", "/oauth/authorize", "/oauth/userinfo",
        "/upstream/google/o/oauth2/auth", "/upstream/google/oauth2/v2/userinfo", "/api/v1/service/registry",
    ]

    /// What is put where a text is expected.
    private static let values: [JSONValue] = [
        "", "a@b.org", "' OR 1=1 --", "\u{0}", "..", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30.", "mock_token", "a.b", "....",
        .string(String(repeating: "A", count: 5000)), "\u{202e}\u{1F980}", "pbkdf2_sha256$99999999999999999999$x$y",
        "pbkdf2_sha256$0$AA$AA", 7, -1, 1e300, true, nil, [], [[]], [:], ["a": nil],
        "http://localhost:3000/callback", "http://localhost:0/callback", "http://[::1", "S256", "code", "authorization_code",
        "refresh_token", "client_credentials", "backlot-app", "backlot-service", "google", "%00%ff", "access", "service",
    ]
    private static let names = [
        "email", "password", "name", "token", "tokens", "refresh_token", "refreshToken", "token_type", "type", "resource",
        "action", "permission", "hash", "user_id", "permissions", "service_id", "service_secret", "authorization_header",
        "subprotocol_token", "demo_mode", "client_id", "client_secret", "redirect_uri", "response_type", "scope", "state",
        "code", "code_verifier", "code_challenge", "code_challenge_method", "grant_type", "login_hint", "sub", "deny", "prompt",
        "provider", "error", "nonce", "method", "path", "body", "headers",
    ]

    private static func fields(_ chance: ChanceSource) -> [(String, JSONValue)] {
        (0..<Int(chance.draw("count").bits % 9)).map { _ in
            (
                names[Int(chance.draw("name").bits % UInt64(names.count))],
                values[Int(chance.draw("value").bits % UInt64(values.count))]
            )
        }
    }

    private static func call(_ chance: ChanceSource) -> Call {
        let fields = fields(chance)
        var form: FormFields = [:]
        for (name, value) in fields { form[name] = value.string ?? value.text }
        let draw = chance.draw("kind").bits
        var call: Call
        switch draw % 4 {
        case 0: call = .get(form.added(to: gets[Int(chance.draw("get").bits % UInt64(gets.count))]))
        case 1: call = .post(posts[Int(chance.draw("post").bits % UInt64(posts.count))], form: form)
        case 2: call = .post(posts[Int(chance.draw("post").bits % UInt64(posts.count))], value: .object(JSONObject(fields)))
        default:
            let bytes = chance.bytes(Int(chance.draw("length").bits % 64), "bytes")
            call = Call(.post, posts[Int(chance.draw("post").bits % UInt64(posts.count))], body: ByteBuffer(bytes: bytes))
        }
        let value = values[Int(chance.draw("header").bits % UInt64(values.count))].string ?? "x"
        let text = value.filter { $0.isASCII && $0 != "\u{0}" }
        switch draw / 4 % 6 {
        case 0: call = call.bearer(text)
        case 1: call = call.field(.authorization, "Basic " + text)
        case 2: call = call.field(.cookie, "oauth_state=\(text);;=;" + text)
        case 3: call = call.field(.init("X-E2E-Bypass-Key")!, "backlot-e2e-bypass-key")
        case 4: call = call.field(.init("X-Service-ID")!, text).field(.init("X-Service-Secret")!, text)
        default: break
        }
        return call
    }

    @Test(arguments: UInt64(1)...20) func nobodyMakesTheServiceFail(seed: UInt64) async throws {
        try await AuthRig.run(seed: seed) { rig, _ in
            let caller = try await rig.replica().caller
            let chance = ChanceSource(Chance(seed: seed), actor: "hostile")
            var statuses: Set<Int> = []
            for _ in 0..<200 {
                let call = Self.call(chance)
                let reply = try await caller.fetch(call)
                statuses.insert(reply.status.code)
                #expect(reply.status.code < 500, "\(call.summary) \(String(buffer: call.body).prefix(300)) \(reply.text)")
                #expect(!reply.text.contains("<script"))
            }
            #expect(statuses.isSuperset(of: [200, 400, 401, 422]), "\(statuses)")
        }
    }
}
