// Logging in by a provider, as a browser does it: the whole walk, and every way in which it can go wrong.

import AuthService
import Clients
import HTTPTypes
import Kernel
import NIOCore
import ServiceKit
import StoreKit
import Testing
import Wire

@Suite struct ProviderLoginTests {
    @Test func leadsABrowserToTokens() async throws {
        try await AuthRig.run { _, auth in
            let browser = auth.browser()
            let login = try await auth.logIn(as: "ada@example.org", in: browser)
            #expect(login.page == "http://localhost:3000/auth/callback")
            #expect((login.email, login.name) == ("ada@example.org", "ada"))
            let me = try await auth.me(login.accessToken)
            #expect(me.email == "ada@example.org")
            // The id is the provider's, as the contract has it: 21 digits.
            #expect(me.userID.wholeMatch(of: /1\d{20}/) != nil)
            #expect(try await auth.refresh(login.refreshToken).expiresIn == 300)
            #expect(browser.cookies(for: "/auth/callback").isEmpty, "the cookie of the state is to be taken back")
            // The same user again, not another one.
            #expect(try await auth.me(auth.logIn(as: "ADA@example.org").accessToken).userID == me.userID)
            #expect(try await auth.me(auth.logIn(as: "bea").accessToken).userID != me.userID)
        }
    }

    @Test func asksTheProviderAsTheContractSays() async throws {
        try await AuthRig.run { rig, _ in
            let caller = try await rig.replica().caller
            let reply = try await caller.fetch(.get("/auth/login?provider=google"))
            #expect(reply.status.code == 302)
            let (place, query) = reply.location
            #expect(place == "http://auth/upstream/google/o/oauth2/auth")
            #expect(query["client_id"] == UpstreamProvider.google.clientID)
            #expect(query["redirect_uri"] == "http://auth/auth/callback")
            #expect(query["scope"] == "openid email profile")
            #expect(query["response_type"] == "code")
            #expect(query["access_type"] == "offline")
            #expect(query["prompt"] == "consent")
            #expect(query["code_challenge_method"] == "S256")
            for name in ["state", "nonce", "code_challenge"] {
                #expect(query[name]?.wholeMatch(of: /[A-Za-z0-9_-]{43}/) != nil, "\(name)")
            }
            let cookie = try #require(reply.head.headerFields[.setCookie])
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Max-Age=600"))
        }
    }

    @Test(arguments: [
        ("/auth/login", 400, "Provider parameter is required for OAuth login"),
        ("/auth/login?provider=", 400, "Provider parameter is required for OAuth login"),
        ("/auth/login?provider=github", 400, "Unsupported OAuth provider: github"),
        ("/auth/callback", 400, "Missing authorization code or state"),
        ("/auth/callback?code=x", 400, "Missing authorization code or state"),
        ("/auth/oauth/callback?state=x", 400, "Missing authorization code or state"),
        ("/auth/callback?code=x&state=guessed", 400, "Invalid or expired OAuth state"),
        ("/upstream/github/token", 405, "Method Not Allowed"),
        ("/upstream/github/oauth2/v2/userinfo", 404, "No provider of this name is played here"),
    ]) func refusesInTheContractsWords(path: String, status: Int, detail: String) async throws {
        try await AuthRig.run { rig, _ in
            let reply = try await rig.replica().caller.fetch(.get(path))
            #expect(reply.status.code == status)
            #expect(reply.detail == detail)
        }
    }

    @Test func saysThatNoProviderIsConfigured() async throws {
        var configuration = AuthConfiguration.test
        configuration.providers = []
        try await AuthRig.run(configuration) { rig, _ in
            let caller = try await rig.replica().caller
            #expect(try await caller.fetch(.get("/auth/login?provider=google")).status.code == 503)
            #expect(try await caller.fetch(.get("/oauth/providers")).value["status"] == "not_configured")
            #expect(try await caller.fetch(.get("/oauth/status")).value["oauth_healthy"] == false)
        }
        configuration.providers = [UpstreamProvider(name: "google", clientID: "short", clientSecret: "short")]
        configuration.environment = .staging
        try await AuthRig.run(configuration) { rig, _ in
            let caller = try await rig.replica().caller
            #expect(try await caller.fetch(.get("/auth/login?provider=google")).status.code == 503)
            let health = try await caller.fetch(.get("/oauth/status"))
            #expect(health.status.code == 503)
            #expect(health.value["oauth_providers"]?["google"]?["checks_failed"] == ["configuration_validation"])
        }
    }

    @Test func sendsAnErrorOfTheProviderToTheFrontend() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let reply = try await caller.fetch(
                .get("/auth/callback?error=access_denied&error_description=The+user+said+no&state=x"))
            #expect(reply.status.code == 302)
            #expect(reply.location.place == "http://localhost:3000/auth/error")
            #expect(reply.location.query == ["error": "access_denied", "error_description": "The user said no"])
            // A person who denies at the page ends there too.
            let browser = auth.browser()
            let page = try await browser.get("/auth/login?provider=google")
            #expect(page.reply?.text.contains("<form method=\"post\"") == true)
            var form = page.query
            form["deny"] = "1"
            let end = try await browser.post(page.place, form: form)
            #expect(end.place == "http://localhost:3000/auth/error")
            #expect(end.query["error"] == "access_denied")
        }
    }

    @Test func letsAPersonClickThroughThePage() async throws {
        try await AuthRig.run { _, auth in
            let browser = auth.browser()
            let page = try await browser.get("/auth/login?provider=google")
            let html = try #require(page.reply?.text)
            var form: FormFields = [:]
            for match in html.matches(of: /name="([a-z_]+)" value="([^"]*)"/) {
                form[String(match.output.1)] = String(match.output.2)
            }
            form["deny"] = nil
            form["sub"] = "grace"
            let end = try await browser.post(page.place, form: form)
            #expect(end.place == "http://localhost:3000/auth/callback")
            #expect(end.query["email"] == "grace@example.com")
        }
    }

    @Test func takesAStateOnceAndFromItsOwnBrowserAlone() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            // Stops before the callback: the walk is done by hand.
            let begun = try await caller.fetch(.get("/auth/login?provider=google&login_hint=ada"))
            let cookie = String(try #require(begun.head.headerFields[.setCookie]).prefix { $0 != ";" })
            let upstream = begun.location
            let granted = try await caller.fetch(.get(upstream.query.added(to: "/upstream/google/o/oauth2/auth")))
            let callback = granted.location.query.added(to: "/auth/callback")
            let stranger = try await caller.fetch(.get(callback))
            #expect((stranger.status.code, stranger.detail) == (400, "Invalid or expired OAuth state"))
            let other = try await caller.fetch(.get(callback).field(.cookie, "oauth_state=other"))
            #expect(other.status.code == 400)
            let own = try await caller.fetch(.get(callback).field(.cookie, "a=b; " + cookie))
            #expect(own.status.code == 302)
            let again = try await caller.fetch(.get(callback).field(.cookie, cookie))
            #expect((again.status.code, again.detail) == (400, "Invalid or expired OAuth state"))
            // Too late.
            let slow = auth.browser()
            let page = try await slow.get("/auth/login?provider=google")
            try await Task.sleep(for: .seconds(601))
            var form = page.query
            form["sub"] = "ada"
            let late = try await slow.post(page.place, form: form)
            #expect(late.reply?.status.code == 400)
        }
    }

    @Test(arguments: [
        ("/upstream/google/token", 503, 503), ("/upstream/google/token", 500, 503), ("/upstream/google/token", 429, 503),
        ("/upstream/google/token", 400, 401), ("/upstream/google/oauth2/v2/userinfo", 502, 503),
        ("/upstream/google/oauth2/v2/userinfo", 401, 401),
    ]) func passesOnTheProvidersTroubles(path: String, answer: Int, status expected: Int) async throws {
        try await AuthRig.run { rig, auth in
            rig.provider.set(path, .status(HTTPResponse.Status(code: answer)))
            #expect(try await status { try await auth.logIn(as: "ada") } == expected)
            rig.provider.set(path, .lost)
            #expect(try await status { try await auth.logIn(as: "ada") } == 503)
            rig.provider.set(path, .body("no JSON"))
            #expect(try await status { try await auth.logIn(as: "ada") } == 503)
            rig.provider.set(path, .body("{}"))
            #expect(try await status { try await auth.logIn(as: "ada") } == 401)
            rig.provider.set(path, nil)
            _ = try await auth.logIn(as: "ada")
        }
    }

    @Test func believesNoUserInfoOfAnotherUser() async throws {
        try await AuthRig.run { rig, auth in
            rig.provider.set(
                "/upstream/google/oauth2/v2/userinfo", .body(#"{"id":"1","email":"eve@example.org","verified_email":true}"#))
            let answered = try await status { try await auth.logIn(as: "ada") }
            #expect(answered == 401)
        }
    }

    @Test func findsTheAccountOfAVerifiedAddress() async throws {
        try await AuthRig.run { _, auth in
            let registered = try await auth.register(email: "ada@example.org", password: "a password", name: "Ada")
            let login = try await auth.logIn(as: "ada@example.org")
            #expect(try await auth.me(login.accessToken).userID == registered.user?.id)
            #expect(login.name == "Ada")
            _ = try await auth.login(email: "ada@example.org", password: "a password")
            // Who came by a provider has no password that anybody could know.
            _ = try await auth.logIn(as: "bea@example.org")
            #expect(try await status { try await auth.login(email: "bea@example.org", password: "password") } == 401)
        }
    }

    @Test(arguments: UInt64(1)...5) func makesOneAccountHoweverManyBrowsersComeAtOnce(seed: UInt64) async throws {
        let ids = try await AuthRig.run(seed: seed) { _, auth in
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await auth.me(auth.logIn(as: "ada@example.org").accessToken).userID }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
        }
        #expect(ids.count == 1)
    }

    @Test func saysWhatItIsSetUpWith() async throws {
        try await AuthRig.run { rig, _ in
            let caller = try await rig.replica().caller
            let providers = try await caller.fetch(.get("/oauth/providers")).value
            #expect(providers["providers"] == ["google"])
            #expect(providers["status"] == "configured")
            let configuration = try await caller.fetch(.get("/auth/config")).value
            #expect(configuration["oauth_enabled"] == true)
            #expect(configuration["development_mode"] == true)
            #expect(configuration["oauth_redirect_uri"] == "http://auth/auth/callback")
            // What is advertised is there: no endpoint answers 404.
            for member in try #require(configuration["endpoints"]?.object) {
                let path = try #require(member.value.string).dropFirst("http://auth".count)
                let reply = try await caller.fetch(.get(String(path)))
                #expect(reply.status.code != 404, "\(member.key)")
            }
            #expect(try await caller.fetch(.get("/oauth/status")).value["oauth_healthy"] == true)
        }
    }
}
