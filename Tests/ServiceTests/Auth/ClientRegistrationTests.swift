// Applications register themselves, as RFC 7591 and RFC 7592 have it.

import Clients
import HTTPTypes
import Kernel
import NIOCore
import ServiceKit
import StoreKit
import Testing
import Wire

@testable import AuthService

@Suite struct ClientRegistrationTests {
    private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    private func register(_ caller: Caller, _ metadata: JSONValue) async throws -> Reply {
        try await caller.fetch(.post("/oauth/register", value: metadata))
    }

    private func registration(
        _ method: HTTPRequest.Method, _ answer: JSONValue, _ caller: Caller, token: String? = nil, _ body: JSONValue? = nil
    ) async throws -> Reply {
        let uri = try #require(answer["registration_client_uri"]?.string)
        let bearer = try token ?? #require(answer["registration_access_token"]?.string)
        let call = Call(method, String(uri.dropFirst("http://auth".count))).bearer(bearer)
        return try await caller.fetch(body.map { call.json(value: $0) } ?? call)
    }

    @Test func aRegisteredApplicationLogsUsersIn() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let reply = try await register(
                caller,
                [
                    "redirect_uris": ["https://app.example/cb"], "client_name": "An <app>", "scope": "openid email",
                    "grant_types": ["authorization_code", "refresh_token"], "software_version": "7",
                    "post_logout_redirect_uris": ["https://app.example/out"],
                ])
            #expect(reply.status.code == 201 && reply.head.headerFields[.cacheControl] == "no-store")
            let id = try #require(reply.value["client_id"]?.string)
            let secret = try #require(reply.value["client_secret"]?.string)
            #expect(reply.value["client_secret_expires_at"] == 0 && reply.value["response_types"] == ["code"])
            #expect(reply.value["token_endpoint_auth_method"] == "client_secret_basic" && secret.count == 43)
            let app = AuthClient.Application(clientID: id, secret: secret, redirectURI: "https://app.example/cb")
            let query: FormFields = [
                "response_type": "code", "client_id": id, "redirect_uri": app.redirectURI, "code_challenge_method": "S256",
                "code_challenge": AuthClient.challenge(of: Self.verifier),
            ]
            let page = try await caller.fetch(.get(query.added(to: "/oauth/authorize"))).text
            #expect(page.contains("An &lt;app&gt;") && !page.contains("An <app>"))
            let code = try await auth.authorize(
                app, as: "ada", challenge: AuthClient.challenge(of: Self.verifier), state: "s", scope: "openid email")
            let tokens = try await auth.exchange(code, verifier: Self.verifier, for: app)
            #expect(try await auth.verify(tokens.accessToken).isValid)
            _ = try await auth.refresh(#require(tokens.refreshToken), for: app)
            let out: FormFields = ["id_token_hint": tokens.idToken!, "post_logout_redirect_uri": "https://app.example/out"]
            #expect(try await caller.fetch(.get(out.added(to: "/oauth/logout"))).status.code == 302)
            // A replica, or the same service after a restart, knows it too.
            let other = try await rig.replica().caller
            #expect(try await registration(.get, reply.value, other).value == reply.value)
            // Who has the id alone gets nothing.
            let guessed = AuthClient.Application(clientID: id, secret: "guessed", redirectURI: app.redirectURI)
            #expect(try await status { try await auth.refresh(tokens.refreshToken!, for: guessed) } == 401)
        }
    }

    @Test func aRegistrationIsChangedAndRemoved() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let first = try await register(caller, ["grant_types": ["client_credentials"], "scope": "read"]).value
            let changed = try await registration(
                .put, first, caller,
                ["grant_types": ["client_credentials"], "scope": "read write", "client_id": first["client_id"]!])
            #expect(changed.status.code == 200 && changed.value["scope"] == "read write")
            #expect(changed.value["client_secret"] == first["client_secret"])
            let app = AuthClient.Application(
                clientID: first["client_id"]!.string!, secret: first["client_secret"]!.string!, redirectURI: "")
            #expect(try await auth.clientCredentials(of: app).scope == "read write")
            for body: JSONValue in [
                ["grant_types": ["client_credentials"], "client_id": "backlot-app"], ["token_endpoint_auth_method": "none"], [:],
            ] {
                #expect(try await registration(.put, first, caller, body).status.code == 400)
            }
            for token in ["", "guessed", first["client_secret"]!.string!] {
                for method in [HTTPRequest.Method.get, .put, .delete] {
                    let reply = try await registration(method, first, caller, token: token, method == .put ? [:] : nil)
                    #expect((reply.status.code, reply.value["error"]) == (401, "invalid_token"))
                }
            }
            #expect(try await registration(.delete, first, caller).status.code == 204)
            #expect(try await registration(.get, first, caller).status.code == 401)
            #expect(try await status { try await auth.clientCredentials(of: app) } == 401)
        }
    }

    @Test(
        arguments: [
            ("[]", "invalid_client_metadata"), ("{", "invalid_client_metadata"), ("{}", "invalid_redirect_uri"),
            (#"{"redirect_uris": "https://a.example/"}"#, "invalid_client_metadata"),
            (#"{"redirect_uris": [1]}"#, "invalid_client_metadata"),
            (#"{"redirect_uris": ["https://a.example/#x"]}"#, "invalid_redirect_uri"),
            (#"{"redirect_uris": ["https://a.example/"], "response_types": ["token"]}"#, "invalid_client_metadata"),
            (#"{"redirect_uris": ["https://a.example/"], "grant_types": ["implicit"]}"#, "invalid_client_metadata"),
            (#"{"redirect_uris": ["https://a.example/"], "scope": "root"}"#, "invalid_client_metadata"),
            (
                #"{"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": "tls_client_auth"}"#,
                "invalid_client_metadata"
            ),
            (#"{"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"}"#, "invalid_client_metadata"),
            (
                #"{"redirect_uris": ["https://a.example/"], "post_logout_redirect_uris": ["http://a.example/"]}"#,
                "invalid_redirect_uri"
            ),
        ])
    func refusesWhatCannotBe(body: String, error: String) async throws {
        try await AuthRig.run { rig, _ in
            var call = Call.post("/oauth/register")
            call.body.writeString(body)
            let reply = try await rig.replica().caller.fetch(call)
            #expect((reply.status.code, reply.value["error"]) == (400, .string(error)), "\(reply.text)")
        }
    }

    @Test(
        arguments: [
            "https://a.example/cb?x=1", "http://localhost/cb", "http://127.0.0.1:80/", "http://[::1]:1/", "com.example.app:/cb",
        ])
    func sendsBrowsersTo(uri: String) { #expect(ClientMetadata.problem(with: uri) == nil) }

    @Test(
        arguments: [
            "", "/cb", "https:cb", "https:///cb", "http://a.example/", "http://localhost.evil.example/", "http://evil@localhost/",
            "https://user:word@a.example/", "javascript:alert(1)", "data:text/html,x", "https://a.example/ x",
            "https://é.example/",
            "file:///etc/passwd", "myapp:/cb", "https://" + String(repeating: "a", count: 2000),
        ])
    func sendsNobodyTo(uri: String) { #expect(ClientMetadata.problem(with: uri) != nil) }
}
