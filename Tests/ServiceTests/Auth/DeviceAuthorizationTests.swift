// Logging in to a device by a code, as RFC 8628 has it.

import Clients
import HTTPTypes
import Kernel
import NIOCore
import ServiceKit
import StoreKit
import Testing
import Wire

@testable import AuthService

@Suite struct DeviceAuthorizationTests {
    private struct Device {
        let code: String
        let userCode: String
        let caller: Caller

        init(_ caller: Caller, scope: String? = nil) async throws {
            var form: FormFields = ["client_id": "backlot-device"]
            form["scope"] = scope
            let answer = try await caller.fetch(.post("/oauth/device_authorization", form: form)).value
            code = try #require(answer["device_code"]?.string)
            userCode = try #require(answer["user_code"]?.string)
            self.caller = caller
        }

        /// What the token endpoint answers: `error`, or nothing where there are tokens.
        func poll() async throws -> (error: String?, answer: JSONValue) {
            let form: FormFields = [
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": code, "client_id": "backlot-device",
            ]
            let answer = try await caller.fetch(.post("/oauth/token", form: form)).value
            return (answer["error"]?.string, answer)
        }

        func decide(_ fields: FormFields) async throws -> String {
            var form = fields
            form["user_code"] = form["user_code"] ?? userCode
            return try await caller.fetch(.post("/oauth/device", form: form)).text
        }
    }

    @Test func aDeviceIsLoggedIn() async throws {
        try await AuthRig.run { rig, auth in
            let caller = try await rig.replica().caller
            let reply = try await caller.fetch(.post("/oauth/device_authorization", form: ["client_id": "backlot-device"]))
            #expect(reply.status.code == 200 && reply.head.headerFields[.cacheControl] == "no-store")
            #expect(reply.value["verification_uri"] == "http://auth/oauth/device")
            #expect(reply.value["expires_in"] == 600 && reply.value["interval"] == 5)
            let device = try await Device(caller, scope: "openid email")
            #expect(try await device.poll().error == "authorization_pending")
            let page = try await caller.fetch(.get("/oauth/device?user_code=" + device.userCode)).text
            #expect(page.contains(device.userCode) && page.contains("see your e-mail address"))
            #expect(try await device.decide(["sub": "ada"]).contains("The device is logged in"))
            try await Task.sleep(for: .seconds(5))
            let (error, tokens) = try await device.poll()
            #expect(error == nil && tokens["scope"] == "openid email" && tokens["id_token"]?.string != nil)
            #expect(try await auth.me(tokens["access_token"]?.string ?? "").email == "ada@example.com")
            #expect(try await device.poll().error == "invalid_grant", "a code is good once")
        }
    }

    @Test(arguments: UInt64(1)...20) func aCodeIsGoodOnceHoweverManyAskAtOnce(seed: UInt64) async throws {
        try await AuthRig.run(seed: seed) { rig, _ in
            let device = try await Device(rig.replica().caller)
            _ = try await device.decide(["sub": "ada"])
            let errors = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<6 { group.addTask { try await device.poll().error } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(errors.count { $0 == nil } == 1)
            #expect(errors.compactMap(\.self).allSatisfy { $0 == "invalid_grant" })
        }
    }

    @Test func whoAsksTooOftenWaitsLonger() async throws {
        try await AuthRig.run { rig, _ in
            let device = try await Device(rig.replica().caller)
            var errors: [String?] = []
            for pause in [0, 5, 2, 10, 9, 15] {
                try await Task.sleep(for: .seconds(pause))
                errors.append(try await device.poll().error)
            }
            let (pending, slow) = ("authorization_pending", "slow_down")
            #expect(errors == [pending, pending, slow, pending, slow, pending])
        }
    }

    @Test func aUserMayDenyAndACodeMayExpire() async throws {
        try await AuthRig.run { rig, _ in
            let caller = try await rig.replica().caller
            let denied = try await Device(caller)
            #expect(try await denied.decide(["deny": "1", "sub": "ada"]).contains("The device was refused"))
            #expect(try await denied.poll().error == "access_denied")
            #expect(try await denied.decide(["sub": "ada"]).contains("not known, was used, or has expired"))
            let late = try await Device(caller)
            try await Task.sleep(for: .seconds(600))
            #expect(try await late.poll().error == "expired_token")
            #expect(try await late.decide(["sub": "ada"]).contains("not known, was used, or has expired"))
        }
    }

    @Test(arguments: ["bcdf-ghjk", " BCDFGHJK ", "b c d f g h j k", "BCDF_GHJK"]) func codesAreReadAsPeopleType(text: String) {
        #expect(DeviceAuthorization.typed(text) == "BCDF-GHJK")
    }

    @Test(arguments: ["", "BCDF-GHJ", "BCDFGHJKL", "<script>", String(repeating: "B", count: 9000)]) func othersAreNone(
        text: String
    ) {
        #expect(DeviceAuthorization.typed(text) == nil)
    }

    @Test func thePageShowsNothingThatWasTypedAsHTML() async throws {
        try await AuthRig.run { rig, _ in
            let caller = try await rig.replica().caller
            let query: FormFields = ["user_code": "\"><script>alert(1)</script>"]
            let page = try await caller.fetch(.get(query.added(to: "/oauth/device"))).text
            #expect(!page.contains("<script>") && page.contains("&quot;&gt;&lt;script&gt;"))
        }
    }

    @Test(
        arguments: [
            (["client_id": "backlot-app"], 400, "unauthorized_client"), (["client_id": "nobody"], 401, "invalid_client"),
            (["client_id": "backlot-device", "scope": "root"], 400, "invalid_scope"), ([:], 401, "invalid_client"),
        ] as [([String: String], Int, String)])
    func refusesWhoMayNot(fields: [String: String], status: Int, error: String) async throws {
        try await AuthRig.run { rig, _ in
            var form: FormFields = [:]
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) { form[name] = value }
            let reply = try await rig.replica().caller.fetch(.post("/oauth/device_authorization", form: form))
            #expect((reply.status.code, reply.value["error"]) == (status, .string(error)))
        }
    }

    @Test func anotherClientGetsNothingForTheCode() async throws {
        var configuration = AuthConfiguration.test
        configuration.clients.append(
            OAuthClient(id: "other", secret: nil, redirectURIs: [], scopes: [], grantTypes: [.deviceCode]))
        try await AuthRig.run(configuration) { rig, _ in
            let device = try await Device(rig.replica().caller)
            _ = try await device.decide(["sub": "ada"])
            let form: FormFields = [
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": device.code, "client_id": "other",
            ]
            #expect(try await device.caller.fetch(.post("/oauth/token", form: form)).value["error"] == "invalid_grant")
            #expect(try await device.poll().error == nil)
        }
    }
}
