// Tokens for tokens, as RFC 8693 has it.

import AuthService
import Clients
import HTTPTypes
import Kernel
import NIOCore
import ServiceKit
import StoreKit
import Testing
import Wire

@Suite struct TokenExchangeTests {
    private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    private static let accessType = "urn:ietf:params:oauth:token-type:access_token"
    private static let service = AuthClient.Application(
        clientID: "backlot-service", secret: "backlot-service-client-secret", redirectURI: "")

    private func userToken(_ auth: AuthClient) async throws -> AuthClient.ApplicationTokens {
        let code = try await auth.authorize(
            .test, as: "ada", challenge: AuthClient.challenge(of: Self.verifier), state: "s", scope: "openid email")
        return try await auth.exchange(code, verifier: Self.verifier, for: .test)
    }

    private func exchange(_ caller: Caller, _ fields: FormFields) async throws -> Reply {
        var form: FormFields = [
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "client_id": Self.service.clientID,
            "client_secret": Self.service.secret!, "subject_token_type": Self.accessType,
        ]
        for field in fields.fields { form[field.name] = field.value.isEmpty ? nil : field.value }
        return try await caller.fetch(.post("/oauth/token", form: form))
    }

    @Test func aServiceActsForAUser() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let user = try await userToken(auth)
            let own = try await auth.clientCredentials(of: Self.service)
            let reply = try await exchange(
                caller,
                [
                    "subject_token": user.accessToken, "actor_token": own.accessToken, "actor_token_type": Self.accessType,
                    "scope": "email",
                ])
            #expect(reply.status.code == 200 && reply.head.headerFields[.cacheControl] == "no-store")
            #expect(reply.value["issued_token_type"] == .string(Self.accessType) && reply.value["token_type"] == "Bearer")
            #expect(reply.value["scope"] == "email" && reply.value["refresh_token"] == nil)
            let token = try #require(reply.value["access_token"]?.string)
            let payload = try #require(TokenParts(token)?.claims)
            #expect(payload["act"] == ["sub": "backlot-service"] && payload["client_id"] == "backlot-service")
            #expect(try await auth.me(token).email == "ada@example.com")
            // One more service acts: who acted before is told within.
            let next = try await exchange(
                caller, ["subject_token": token, "actor_token": own.accessToken, "actor_token_type": Self.accessType])
            let chain = try #require(TokenParts(next.value["access_token"]?.string ?? "")?.claims?["act"])
            #expect(chain == ["sub": "backlot-service", "act": ["sub": "backlot-service"]])
        }
    }

    @Test func theNewTokenEndsWithTheSessionAndNoLater() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let user = try await userToken(auth)
            try await Task.sleep(for: .seconds(200))
            let reply = try await exchange(caller, ["subject_token": user.accessToken])
            #expect(reply.value["expires_in"] == 100)
            let token = try #require(reply.value["access_token"]?.string)
            #expect(try await auth.verify(token).isValid)
            let form: FormFields = ["token": user.refreshToken!, "client_id": "backlot-app"]
            _ = try await caller.fetch(.post("/oauth/revoke", form: form))
            #expect(try await auth.verify(token).isValid == false)
        }
    }

    @Test(
        arguments: [
            (["subject_token": ""], 400, "invalid_request"), (["subject_token_type": ""], 400, "invalid_request"),
            (["subject_token_type": "urn:ietf:params:oauth:token-type:saml2"], 400, "invalid_request"),
            (["subject_token": "no.token.atall"], 400, "invalid_request"),
            (["actor_token": "no.token.atall", "actor_token_type": accessType], 400, "invalid_request"),
            (["actor_token": "x"], 400, "invalid_request"), (["actor_token_type": accessType], 400, "invalid_request"),
            (["requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"], 400, "invalid_request"),
            (["scope": "openid email profile"], 400, "invalid_scope"), (["audience": "elsewhere"], 400, "invalid_target"),
            (["client_secret": "guessed"], 401, "invalid_client"),
            (["client_id": "backlot-app", "client_secret": ""], 400, "unauthorized_client"),
            (["audience": "backlot-platform"], 200, nil), ([:], 200, nil),
        ] as [([String: String], Int, String?)])
    func answersWithTheErrorsOfTheStandard(changes: [String: String], status: Int, error: String?) async throws {
        try await AuthRig.run { rig, auth in
            var fields: FormFields = ["subject_token": try await userToken(auth).accessToken]
            for (name, value) in changes.sorted(by: { $0.key < $1.key }) { fields[name] = value }
            let reply = try await exchange(rig.replica().caller, fields)
            #expect((reply.status.code, reply.value["error"]?.string) == (status, error), "\(reply.text)")
        }
    }

    @Test func aRefreshTokenIsNotExchanged() async throws {
        try await AuthRig.run { rig, auth in
            let refresh = try #require(try await userToken(auth).refreshToken)
            let reply = try await exchange(rig.replica().caller, ["subject_token": refresh])
            #expect(reply.value["error"] == "invalid_request")
        }
    }
}
