// Every planted bug of the auth service does what its name says, and without it the service does not.

import AuthService
import Clients
import HTTPTypes
import Kernel
import ServiceKit
import StoreKit
import Testing
import Wire

@Suite struct AuthDeviationTests {
    /// Whether a service is seen to be wrong.
    private struct Symptom: Sendable, CustomTestStringConvertible {
        let deviation: Deviation
        var configuration = AuthConfiguration.test
        let shows: @Sendable (AuthRig, AuthClient) async throws -> Bool

        var testDescription: String { deviation.name }
    }

    private static func user(_ auth: AuthClient, _ name: String = "ada") async throws -> AuthClient.Tokens {
        try await auth.register(email: name + "@example.org", password: "right", name: name)
    }

    private static func succeeds(_ body: () async throws -> some Any) async throws -> Bool { try await status(body) == 200 }

    private static let symptoms: [Symptom] = [
        Symptom(deviation: .refreshReuse) { _, auth in
            let tokens = try await user(auth)
            _ = try await auth.refresh(tokens.refreshToken)
            return try await succeeds { try await auth.refresh(tokens.refreshToken) }
        },
        Symptom(deviation: .expiryIgnored) { _, auth in
            let tokens = try await user(auth)
            try await Task.sleep(for: .seconds(301))
            return try await auth.verify(tokens.accessToken).isValid
        },
        Symptom(deviation: .logoutKeepsToken) { _, auth in
            let tokens = try await user(auth)
            try await auth.logout(tokens.accessToken)
            return try await auth.verify(tokens.accessToken).isValid
        },
        Symptom(deviation: .signatureUnchecked) { _, auth in
            let token = try await user(auth).accessToken
            return try await auth.verify(String(token.dropLast(4)) + "AAAA").isValid
        },
        Symptom(deviation: .oauthStateUnchecked) { rig, auth in
            let page = try await auth.browser().get("/auth/login?provider=google")
            var form = page.query
            form["sub"] = "ada"
            // Another browser than the one that began, which knows no cookie.
            let end = try await auth.browser().post(page.place, form: form)
            return end.query["access_token"] != nil
        },
        Symptom(deviation: .pkceUnchecked) { _, auth in
            let challenge = AuthClient.challenge(of: String(repeating: "v", count: 43))
            let code = try await auth.authorize(.test, as: "ada", challenge: challenge, state: "s")
            return try await succeeds { try await auth.exchange(code, verifier: nil, for: .test) }
        },
        Symptom(deviation: .sessionNotPersisted) { rig, auth in
            let tokens = try await user(auth)
            let restarted = AuthClient(try await rig.replica().caller)
            return try await !restarted.verify(tokens.accessToken).isValid
        },
        Symptom(deviation: .serviceSecretUnchecked) { _, auth in
            try await succeeds { try await auth.serviceToken(id: "agent", secret: "guessed") }
        },
        Symptom(deviation: .expiresInLie) { _, auth in try await user(auth).expiresIn == 900 },
        Symptom(deviation: .duplicateRegistration) { _, auth in
            _ = try await user(auth)
            _ = try? await auth.register(email: "ADA@example.org", password: "taken over", name: "Eve")
            return try await succeeds { try await auth.login(email: "ada@example.org", password: "taken over") }
        },
        Symptom(deviation: .wrongUserToken) { _, auth in
            for name in ["ada", "bea"] { _ = try await user(auth, name) }
            _ = try await auth.login(email: "ada@example.org", password: "right")
            let bea = try await auth.login(email: "bea@example.org", password: "right")
            return try await auth.me(bea.accessToken).userID != bea.user?.id
        },
        Symptom(deviation: .bypassOpen) { _, auth in
            try await succeeds { try await auth.bypass(key: "guessed", email: "qa@example.org") }
        },
        Symptom(deviation: .refreshTokenAsAccess) { _, auth in
            try await auth.verify(user(auth).refreshToken).isValid
        },
        Symptom(deviation: .permissionsLost) { _, auth in
            let login = try await auth.bypass(key: "backlot-e2e-bypass-key", email: "qa@example.org", permissions: ["read"])
            return try await auth.validate(login.tokens.accessToken).permissions != login.permissions
        },
    ]

    @Test(arguments: symptoms) private func isSeenWhenItIsSwitchedOnAndNotOtherwise(symptom: Symptom) async throws {
        #expect(try await AuthRig.run(symptom.configuration, deviations: [symptom.deviation], symptom.shows))
        #expect(try await AuthRig.run(symptom.configuration, symptom.shows) == false)
        // Nor by any of the others.
        let others = Set(Deviation.authDeviations.filter { $0.needs != .order }).subtracting([symptom.deviation])
        for other in others.sorted(by: { $0.name < $1.name }) {
            #expect(
                try await AuthRig.run(symptom.configuration, deviations: [other], symptom.shows) == false, "\(other.name)")
        }
    }

    @Test func allAreSeen() {
        let shown = Deviation.authDeviations.filter { $0.needs == .nothing }
        #expect(Set(Self.symptoms.map(\.deviation)) == Set(shown))
        #expect(Self.symptoms.count == shown.count)
    }
}
