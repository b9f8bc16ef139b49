// Authorization for applications: requests, codes, proof keys and errors, as the RFCs have them.

import AuthService
import Clients
import HTTPTypes
import JWTKit
import Kernel
import NIOCore
import ServiceKit
import StoreKit
import Testing
import Wire

@Suite struct AuthorizationServerTests {
    /// RFC 7636 appendix B.
    private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    private static let app = AuthClient.Application.test

    private static let asked: FormFields = [
        "response_type": "code", "client_id": "backlot-app", "redirect_uri": "http://localhost:3000/callback",
        "scope": "openid email", "state": "s t&=", "nonce": "n", "code_challenge": challenge,
        "code_challenge_method": "S256", "login_hint": "ada",
    ]

    private func code(_ auth: AuthClient) async throws -> String {
        try await auth.authorize(Self.app, as: "ada", challenge: Self.challenge, state: "s", nonce: "n")
    }

    @Test func challengesAreThoseOfTheStandard() {
        #expect(AuthClient.challenge(of: Self.verifier) == Self.challenge)
    }

    @Test func givesTokensForACode() async throws {
        try await AuthRig.run { rig, auth in
            let tokens = try await auth.exchange(code(auth), verifier: Self.verifier, for: Self.app)
            #expect(tokens.scope == "openid email profile")
            #expect(tokens.expiresIn == 300)
            let me = try await auth.me(tokens.accessToken)
            #expect(me.email == "ada@example.com")
            // An independent reader checks the id token by the published keys.
            let caller = try await rig.replica().caller
            let keys = try await JWTKeyCollection().add(jwksJSON: caller.fetch(.get("/.well-known/jwks.json")).text)
            let claims = try await keys.verify(#require(tokens.idToken), as: IdentityClaims.self)
            #expect(claims == IdentityClaims(iss: "http://auth", sub: me.userID, aud: "backlot-app", nonce: "n"))
            // It is no access token.
            #expect(try await auth.verify(#require(tokens.idToken)).isValid == false)

            let next = try await auth.refresh(#require(tokens.refreshToken), for: Self.app)
            #expect(next.scope == tokens.scope)
            #expect(try await status { try await auth.refresh(tokens.refreshToken!, for: Self.app) } == 400)
            #expect(try await auth.verify(next.accessToken).isValid == false, "the family is revoked")
        }
    }

    @Test func bindsRefreshTokensToTheirClients() async throws {
        try await AuthRig.run { _, auth in
            let own = try await auth.register(email: "bea@example.org", password: "word", name: "")
            #expect(try await status { try await auth.refresh(own.refreshToken, for: Self.app) } == 400)
            _ = try await auth.refresh(own.refreshToken)
            let tokens = try await auth.exchange(code(auth), verifier: Self.verifier, for: Self.app)
            #expect(try await status { try await auth.refresh(tokens.refreshToken!) } == 401)
            _ = try await auth.refresh(tokens.refreshToken!, for: Self.app)
        }
    }

    @Test func redeemsACodeOnceAndRevokesWhatCameOfItOtherwise() async throws {
        try await AuthRig.run { _, auth in
            let code = try await code(auth)
            let tokens = try await auth.exchange(code, verifier: Self.verifier, for: Self.app)
            #expect(try await status { try await auth.exchange(code, verifier: Self.verifier, for: Self.app) } == 400)
            #expect(try await auth.verify(tokens.accessToken).isValid == false)
        }
    }

    @Test(arguments: UInt64(1)...20) func redeemsACodeOnceHoweverManyAskAtOnce(seed: UInt64) async throws {
        try await AuthRig.run(seed: seed) { _, auth in
            let code = try await code(auth)
            let given = try await withThrowingTaskGroup(of: AuthClient.ApplicationTokens?.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        do {
                            return try await auth.exchange(code, verifier: Self.verifier, for: Self.app)
                        } catch CallError.unexpectedStatus(_, _, 400, _) {
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }.compactMap { $0 }
            }
            #expect(given.count <= 1)
            // Two had the code, so nobody keeps what came of it.
            for tokens in given {
                let isValid = try await auth.verify(tokens.accessToken).isValid
                #expect(!isValid)
            }
        }
    }

    @Test func letsCodesExpire() async throws {
        try await AuthRig.run { _, auth in
            let code = try await code(auth)
            try await Task.sleep(for: .seconds(60))
            #expect(try await status { try await auth.exchange(code, verifier: Self.verifier, for: Self.app) } == 400)
        }
    }

    @Test(
        arguments: [
            (["client_id": "unknown"], "shown", "invalid_client"), (["client_id": nil], "shown", "invalid_client"),
            (["redirect_uri": nil], "shown", "invalid_request"),
            (["redirect_uri": "http://evil.example/callback"], "shown", "redirect_uri_mismatch"),
            (["redirect_uri": "http://localhost:3000/callback/x"], "shown", "redirect_uri_mismatch"),
            (["redirect_uri": "http://localhost.evil.example/callback"], "shown", "redirect_uri_mismatch"),
            (["redirect_uri": "http://localhost:99999/callback"], "shown", "redirect_uri_mismatch"),
            (["redirect_uri": "http://127.0.0.1:1234/callback"], "code", ""),
            (["response_type": nil], "sent back", "invalid_request"),
            (["response_type": "token"], "sent back", "unsupported_response_type"),
            (["scope": "openid root"], "sent back", "invalid_scope"),
            (["code_challenge": nil], "sent back", "invalid_request"),
            (["code_challenge_method": "plain"], "sent back", "invalid_request"),
            (["code_challenge_method": nil], "sent back", "invalid_request"),
            (["code_challenge": "short"], "sent back", "invalid_request"),
            (["response_mode": "fragment"], "sent back", "invalid_request"),
            (["login_hint": nil, "prompt": "none"], "sent back", "login_required"),
            (["login_hint": nil], "page", ""), (["login_hint": "no user <b>"], "page", ""), ([:], "code", ""),
        ] as [([String: String?], String, String)])
    func answersAuthorizationRequests(changes: [String: String?], kind: String, error: String) async throws {
        try await AuthRig.run { rig, _ in
            var query = Self.asked
            for (name, value) in changes.sorted(by: { $0.key < $1.key }) { query[name] = value }
            let reply = try await rig.replica().caller.fetch(.get(query.added(to: "/oauth/authorize")))
            let (place, fields) = reply.location
            switch kind {
            case "shown":
                #expect(reply.status.code == (error == "invalid_client" ? 401 : 400))
                #expect(reply.value["error"] == .string(error))
                #expect(reply.head.headerFields[.location] == nil)
            case "sent back":
                #expect((reply.status.code, fields["error"]) == (302, error))
                #expect(place == "http://localhost:3000/callback")
                #expect(fields["state"] == "s t&=")
            case "page":
                #expect(reply.status.code == 200)
                #expect(!reply.text.contains("<b>\""), "what comes from the request must be escaped")
            default:
                #expect(reply.status.code == 302)
                #expect(fields["code"]?.count == 43)
                #expect(fields["state"] == "s t&=")
            }
        }
    }

    @Test(
        arguments: [
            ([:], 400, "invalid_grant"), (["grant_type": nil], 400, "invalid_request"),
            (["grant_type": "password"], 400, "unsupported_grant_type"),
            (["grant_type": "client_credentials"], 400, "unauthorized_client"), (["code": nil], 400, "invalid_request"),
            (["client_id": nil], 401, "invalid_client"), (["client_id": "unknown"], 401, "invalid_client"),
            (["client_secret": "guessed"], 401, "invalid_client"),
            (["client_id": "backlot-service"], 401, "invalid_client"),
            (["client_id": "backlot-service", "client_secret": "guessed"], 401, "invalid_client"),
            (["client_id": "backlot-service", "client_secret": "backlot-service-client-secret"], 400, "unauthorized_client"),
        ] as [([String: String?], Int, String)])
    func answersTokenRequestsWithTheErrorsOfTheStandard(
        changes: [String: String?], status: Int, error: String
    ) async throws {
        try await AuthRig.run { rig, _ in
            var form: FormFields = [
                "grant_type": "authorization_code", "code": "unknown", "client_id": "backlot-app",
                "redirect_uri": "http://localhost:3000/callback", "code_verifier": Self.verifier,
            ]
            for (name, value) in changes.sorted(by: { $0.key < $1.key }) { form[name] = value }
            let reply = try await rig.replica().caller.fetch(.post("/oauth/token", form: form))
            #expect((reply.status.code, reply.value["error"]) == (status, .string(error)), "\(reply.text)")
            #expect(reply.value["error_description"]?.string?.isEmpty == false)
            #expect(reply.head.headerFields[.cacheControl] == "no-store")
            if status == 401 { #expect(reply.head.headerFields[.wwwAuthenticate]?.hasPrefix("Basic") == true) }
        }
    }

    @Test(
        arguments: [
            ("another redirect_uri", "http://localhost:3001/callback", verifier, 400),
            ("no verifier", "http://localhost:3000/callback", nil, 400),
            ("another verifier", "http://localhost:3000/callback", String(verifier.reversed()), 400),
            ("the challenge itself", "http://localhost:3000/callback", challenge, 400),
            ("what was asked with", "http://localhost:3000/callback", verifier, 200),
        ] as [(String, String, String?, Int)])
    func looksAtWhatComesWithACode(name: String, redirectURI: String, verifier: String?, expected: Int) async throws {
        try await AuthRig.run { _, auth in
            let code = try await code(auth)
            let application = AuthClient.Application(clientID: "backlot-app", redirectURI: redirectURI)
            #expect(try await status { try await auth.exchange(code, verifier: verifier, for: application) } == expected)
        }
    }

    @Test func refusesWhatIsNoFormOrSaysThingsTwice() async throws {
        try await AuthRig.run { rig, _ in
            let caller = try await rig.replica().caller
            let json = Call.post("/oauth/token", value: ["grant_type": "client_credentials"])
            #expect(try await caller.fetch(json).value["error"] == "invalid_request")
            var twice = Call.post("/oauth/token", form: ["grant_type": "client_credentials", "client_id": "backlot-service"])
            twice.body.writeString("&client_id=backlot-app")
            #expect(try await caller.fetch(twice).value["error"] == "invalid_request")
            let both = Call.post(
                "/oauth/token",
                form: ["grant_type": "client_credentials", "client_secret": "x"]
            ).field(.authorization, "Basic YTpi")
            #expect(try await caller.fetch(both).value["error"] == "invalid_request")
        }
    }

    @Test func givesServicesTokensOfTheirOwn() async throws {
        try await AuthRig.run { rig, auth in
            let service = AuthClient.Application(
                clientID: "backlot-service", secret: "backlot-service-client-secret", redirectURI: "")
            let tokens = try await auth.clientCredentials(of: service)
            #expect((tokens.scope, tokens.expiresIn, tokens.refreshToken) == ("read write", 3600, nil))
            #expect(try await auth.service(ofToken: tokens.accessToken) == "backlot-service")
            #expect(try await auth.verify(tokens.accessToken).isValid == false)
            // The same by a header, id and secret encoded as in forms: "backlot-service:backlot-service-client-secret".
            let basic = "Basic YmFja2xvdC1zZXJ2aWNlOmJhY2tsb3Qtc2VydmljZS1jbGllbnQtc2VjcmV0"
            let call = Call.post("/oauth/token", form: ["grant_type": "client_credentials", "scope": "read"])
            let reply = try await rig.replica().caller.fetch(call.field(.authorization, basic))
            #expect(reply.value["scope"] == "read")
        }
    }

    @Test func publishesWhatItSupports() async throws {
        try await AuthRig.run { rig, _ in
            let caller = try await rig.replica().caller
            for issuer in ["", "/upstream/google"] {
                let discovery = try await caller.fetch(.get(issuer + "/.well-known/openid-configuration")).value
                #expect(discovery["issuer"] == .string("http://auth" + issuer))
                #expect(discovery["code_challenge_methods_supported"] == ["S256"])
                for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
                    let url = try #require(discovery[name]?.string)
                    let reply = try await caller.fetch(.get(String(url.dropFirst("http://auth".count))))
                    #expect(reply.status.code != 404, "\(url)")
                }
            }
        }
    }
}

/// The claims of an id token.
private struct IdentityClaims: JWTPayload, Equatable {
    var iss: String
    var sub: String
    var aud: String
    var nonce: String

    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
