// What stops guessing: limits of attempts, and locked accounts, in virtual time.

import AuthService
import Clients
import HTTPTypes
import Kernel
import ServiceKit
import StoreKit
import Testing
import Wire

@Suite struct LoginLimitTests {
    @Test(arguments: [
        (AuthConfiguration.Environment.test, 4, 300, 86_400), (.development, 6, 7200, 2_592_000),
        (.staging, 10, 1800, 1_209_600), (.production, 12, 900, 604_800),
    ]) func profilesAreTheContracts(
        environment: AuthConfiguration.Environment, length: Int, access: Int, refresh: Int64
    ) async throws {
        try await AuthRig.run(.profile(environment)) { _, auth in
            let short = String(repeating: "x", count: length - 1)
            #expect(try await status { try await auth.register(email: "a@b.org", password: short, name: "") } == 422)
            let tokens = try await auth.register(email: "a@b.org", password: short + "x", name: "")
            #expect(tokens.expiresIn == access)
            try await Task.sleep(for: .seconds(access - 1))
            #expect(try await auth.verify(tokens.accessToken).isValid)
            try await Task.sleep(for: .seconds(1))
            #expect(try await auth.verify(tokens.accessToken).isValid == false)
            #expect(AuthConfiguration.profile(environment).refreshLifetime == .seconds(refresh))
        }
    }

    @Test func logInsAreLimitedForEachUserAndWindow() async throws {
        try await AuthRig.run(.profile(.staging)) { _, auth in
            for email in ["a@b.org", "c@d.org"] {
                _ = try await auth.register(email: email, password: "long enough", name: "")
            }
            for _ in 0..<5 { _ = try await auth.login(email: "a@b.org", password: "long enough") }
            #expect(try await status { try await auth.login(email: "A@b.org", password: "long enough") } == 429)
            _ = try await auth.login(email: "c@d.org", password: "long enough")
            try await Task.sleep(for: .seconds(299))
            #expect(try await status { try await auth.login(email: "a@b.org", password: "long enough") } == 429)
            try await Task.sleep(for: .seconds(1))
            _ = try await auth.login(email: "a@b.org", password: "long enough")
        }
    }

    @Test func wrongPasswordsLockAnAccountForAWhile() async throws {
        var configuration = AuthConfiguration.test
        configuration.failuresBeforeLockout = 3
        try await AuthRig.run(configuration) { rig, auth in
            _ = try await auth.register(email: "a@b.org", password: "right", name: "")
            func attempt(_ password: String) async throws -> Int {
                try await status { try await auth.login(email: "a@b.org", password: password) }
            }
            // A right one in between begins anew.
            for (password, expected) in [("wrong", 401), ("wrong", 401), ("right", 200), ("wrong", 401), ("wrong", 401)] {
                #expect(try await attempt(password) == expected)
            }
            #expect(try await attempt("wrong") == 401)
            #expect(try await attempt("right") == 423)
            let call = Call.post("/auth/login", value: ["email": "a@b.org", "password": "right"])
            #expect(try await rig.replica().caller.fetch(call).head.headerFields[.retryAfter] == "900")
            try await Task.sleep(for: .seconds(899))
            #expect(try await attempt("right") == 423)
            try await Task.sleep(for: .seconds(1))
            #expect(try await attempt("wrong") == 401)
            #expect(try await attempt("right") == 200)
        }
    }
}
