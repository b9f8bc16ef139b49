// What applications may ask about tokens, and how they give them up: introspection, revocation, logging out.

import AuthService
import Clients
import HTTPTypes
import Kernel
import NIOCore
import ServiceKit
import StoreKit
import Testing
import Wire

@Suite struct TokenManagementTests {
    private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    private static let app = AuthClient.Application.test
    /// `backlot-service:backlot-service-client-secret`.
    private static let basic = "Basic YmFja2xvdC1zZXJ2aWNlOmJhY2tsb3Qtc2VydmljZS1jbGllbnQtc2VjcmV0"

    private func tokens(_ auth: AuthClient) async throws -> AuthClient.ApplicationTokens {
        let code = try await auth.authorize(
            Self.app, as: "ada", challenge: AuthClient.challenge(of: Self.verifier), state: "s")
        return try await auth.exchange(code, verifier: Self.verifier, for: Self.app)
    }

    private func introspect(_ token: String, _ caller: Caller) async throws -> JSONValue {
        let call = Call.post("/oauth/introspect", form: ["token": token]).field(.authorization, Self.basic)
        return try await caller.fetch(call).value
    }

    // MARK: Introspection

    @Test func tellsWhatATokenIsWorth() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let tokens = try await tokens(auth)
            let access = try await introspect(tokens.accessToken, caller)
            #expect(access["active"] == true && access["client_id"] == "backlot-app" && access["token_type"] == "Bearer")
            #expect(access["username"] == "ada@example.com" && access["scope"] == "openid email profile")
            #expect(access["iss"] == "backlot-auth" && access["aud"] == "backlot-platform" && access["jti"] != nil)
            #expect((access["exp"]?.integer ?? 0) - (access["iat"]?.integer ?? 0) == 300)
            let refresh = try await introspect(#require(tokens.refreshToken), caller)
            #expect(refresh["active"] == true && refresh["token_type"] == nil)
            #expect((refresh["exp"]?.integer ?? 0) - (refresh["iat"]?.integer ?? 0) == 86_400)
            let own = try await auth.clientCredentials(
                of: .init(clientID: "backlot-service", secret: "backlot-service-client-secret", redirectURI: ""))
            #expect(try await introspect(own.accessToken, caller)["sub"] == "backlot-service")
            try await Task.sleep(for: .seconds(301))
            #expect(try await introspect(tokens.accessToken, caller) == ["active": false])
        }
    }

    @Test(arguments: ["", "a", "a.b.c", "\0", String(repeating: "x", count: 5000)])
    func saysNothingOfWhatIsNoToken(_ token: String) async throws {
        try await AuthRig.run { rig, _ in
            let caller = try await rig.replica().caller
            let answer = try await introspect(token, caller)
            #expect(token.isEmpty ? answer["error"] == "invalid_request" : answer == ["active": false])
        }
    }

    @Test func tellsThoseAloneWhoHaveASecret() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let token = try await tokens(auth).accessToken
            let asked: FormFields = ["token": token]
            for form in [asked, ["token": token, "client_id": "backlot-app"], ["token": token, "client_id": "nobody"]] {
                let reply = try await caller.fetch(.post("/oauth/introspect", form: form))
                #expect((reply.status.code, reply.value["error"]) == (401, "invalid_client"))
                #expect(reply.head.headerFields[.wwwAuthenticate]?.hasPrefix("Basic") == true)
            }
            for (secret, status) in [("secret-of-this-test", 200), ("guessed", 401)] {
                let call = Call.post("/oauth/introspect", form: asked).field(.serviceID, "agent").field(.serviceSecret, secret)
                let reply = try await caller.fetch(call)
                #expect(reply.status.code == status)
                #expect(reply.head.headerFields[.cacheControl] == "no-store")
            }
            #expect(try await caller.fetch(.get("/oauth/introspect")).status.code == 405)
        }
    }

    // MARK: Revocation

    @Test func aRefreshTokenTakesItsSessionWithIt() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let (first, other) = (try await tokens(auth), try await tokens(auth))
            let form: FormFields = ["token": first.refreshToken!, "client_id": "backlot-app", "token_type_hint": "refresh_token"]
            let reply = try await caller.fetch(.post("/oauth/revoke", form: form))
            #expect(reply.status.code == 200 && reply.text == "")
            #expect(try await introspect(first.accessToken, caller) == ["active": false])
            #expect(try await introspect(first.refreshToken!, caller) == ["active": false])
            #expect(try await status { try await auth.refresh(first.refreshToken!, for: Self.app) } == 400)
            #expect(try await introspect(other.accessToken, caller)["active"] == true, "another session of the same user")
            #expect(try await caller.fetch(.post("/oauth/revoke", form: form)).status.code == 200, "again is no error")
        }
    }

    @Test func anAccessTokenGoesAlone() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let tokens = try await tokens(auth)
            let form: FormFields = ["token": tokens.accessToken, "client_id": "backlot-app"]
            #expect(try await caller.fetch(.post("/oauth/revoke", form: form)).status.code == 200)
            #expect(try await introspect(tokens.accessToken, caller) == ["active": false])
            #expect(try await auth.verify(tokens.accessToken).isValid == false)
            _ = try await auth.refresh(#require(tokens.refreshToken), for: Self.app)
        }
    }

    @Test func nobodyRevokesWhatAnotherWasGiven() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let token = try await tokens(auth).accessToken
            let foreign = Call.post("/oauth/revoke", form: ["token": token]).field(.authorization, Self.basic)
            #expect(try await caller.fetch(foreign).value["error"] == "unauthorized_client")
            let own = try await auth.register(email: "bea@example.org", password: "word", name: "")
            let password: FormFields = ["token": own.accessToken, "client_id": "backlot-app"]
            #expect(try await caller.fetch(.post("/oauth/revoke", form: password)).status.code == 400)
            for shown in [token, own.accessToken] { #expect(try await auth.verify(shown).isValid) }
            let nothing: FormFields = ["token": "nothing.of.ours", "client_id": "backlot-app"]
            #expect(try await caller.fetch(.post("/oauth/revoke", form: nothing)).status.code == 200)
            let unnamed: FormFields = ["token": token]
            #expect(try await caller.fetch(.post("/oauth/revoke", form: unnamed)).status.code == 401)
            let empty: FormFields = ["client_id": "backlot-app"]
            #expect(try await caller.fetch(.post("/oauth/revoke", form: empty)).value["error"] == "invalid_request")
        }
    }

    // MARK: Logging out

    @Test func loggingOutEndsTheSessionAndLeadsBack() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let tokens = try await tokens(auth)
            let query: FormFields = [
                "id_token_hint": tokens.idToken!, "post_logout_redirect_uri": "http://localhost:3000/", "state": "a b",
            ]
            let reply = try await caller.fetch(.get(query.added(to: "/oauth/logout")))
            #expect(reply.status.code == 302 && reply.head.headerFields[.location] == "http://localhost:3000/?state=a+b")
            #expect(try await auth.verify(tokens.accessToken).isValid == false)
            #expect(try await status { try await auth.refresh(tokens.refreshToken!, for: Self.app) } == 400)
            // An id token that has expired still says whose session it was.
            let later = try await self.tokens(auth)
            try await Task.sleep(for: .seconds(3601))
            let page = try await caller.fetch(.post("/oauth/logout", form: ["id_token_hint": later.idToken!]))
            #expect(page.status.code == 200 && page.text.contains("You are logged out"))
            #expect(try await status { try await auth.refresh(later.refreshToken!, for: Self.app) } == 400)
        }
    }

    @Test(
        arguments: [
            (["post_logout_redirect_uri": "http://evil.example/", "client_id": "backlot-app"], 400),
            (["post_logout_redirect_uri": "http://localhost/callback", "client_id": "backlot-app"], 400),
            (["post_logout_redirect_uri": "http://localhost/"], 400), (["client_id": "nobody"], 400),
            (["id_token_hint": "not.a.token"], 400), (["id_token_hint": "TOKEN", "client_id": "backlot-service"], 400),
            (["post_logout_redirect_uri": "http://127.0.0.1:5/", "client_id": "backlot-app"], 302), ([:], 200),
            (["id_token_hint": "ACCESS"], 400),
        ] as [([String: String], Int)])
    func sendsNobodyToWhereNothingIsRegistered(fields: [String: String], status: Int) async throws {
        try await AuthRig.run { rig, auth in
            let tokens = try await tokens(auth)
            var query: FormFields = [:]
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
                query[name] = value == "TOKEN" ? tokens.idToken : value == "ACCESS" ? tokens.accessToken : value
            }
            let reply = try await rig.replica().caller.fetch(.get(query.added(to: "/oauth/logout")))
            #expect(reply.status.code == status, "\(reply.text)")
            #expect((reply.head.headerFields[.location] != nil) == (status == 302))
            #expect(try await auth.verify(tokens.accessToken).isValid)
        }
    }
}
