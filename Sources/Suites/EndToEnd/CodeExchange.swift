// E1.1: an application gets its tokens for a code, once, and only with the verifier of its challenge.

import Clients
import Kernel
import Wire
import Worlds

enum CodeExchange {
    static let suiteCase = SuiteCase(
        "e2e/code-exchange", "An application exchanges a code with its verifier, once; a wrong verifier gets nothing",
        layer: .services, covers: ["E1.1"], catches: ["pkce-unchecked"]
    ) { stage in
        await stage.everyUser { try await walk($0) }
    }

    private static func walk(_ journey: Journey) async throws {
        let auth = journey.client.auth
        let verifier = String(repeating: "\(journey.user)-verifier-", count: 4)
        func code() async throws -> String {
            try await auth.authorize(
                .test, as: journey.user, challenge: AuthClient.challenge(of: verifier), state: "state of \(journey.user)")
        }
        let stolen = try await journey.take("consent") { try await code() }
        try await journey.take("exchange with another verifier") {
            try await journey.expectRefusal("a wrong verifier", { $0.refusedStatus == 400 }) {
                try await auth.exchange(stolen, verifier: String(repeating: "x", count: 64), for: .test)
            }
        }
        let fresh = try await journey.take("consent again") { try await code() }
        let tokens = try await journey.take("exchange") { try await auth.exchange(fresh, verifier: verifier, for: .test) }
        let validation = try await journey.take("validate") { try await auth.validate(tokens.accessToken) }
        journey.check(validation.isValid, "the application's token is not valid: \(validation.message ?? "")")
        try await journey.take("exchange the same code again") {
            try await journey.expectRefusal("a used code", { $0.refusedStatus == 400 }) {
                try await auth.exchange(fresh, verifier: verifier, for: .test)
            }
        }
    }
}
