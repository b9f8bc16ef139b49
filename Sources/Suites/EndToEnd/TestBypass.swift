// E1.1: the bypass that end-to-end tests log in by is open to its key alone, and gives what it says.

import Clients
import Kernel
import Wire
import Worlds

enum TestBypass {
    static let suiteCase = SuiteCase(
        "e2e/test-bypass", "The end-to-end bypass takes its key alone, and its token carries the permissions that it names",
        layer: .services, covers: ["E1.1"], catches: ["bypass-open", "permissions-lost"]
    ) { stage in
        await stage.everyUser { journey in
            let auth = journey.client.auth
            for key in [nil, "", "a wrong key"] as [String?] {
                try await journey.take("come with \(key.map { "the key '\($0)'" } ?? "no key")") {
                    try await journey.expectRefusal("a wrong bypass key", { $0.refusedStatus == 401 }) {
                        try await auth.bypass(key: key, email: "\(journey.user)@example.com")
                    }
                }
            }
            let login = try await journey.take("come with the key") {
                try await auth.bypass(
                    key: journey.world.bypassKey, email: "\(journey.user)@example.com", name: journey.user,
                    permissions: ["threads:read"])
            }
            journey.expect(login.permissions, ["threads:read"], "the permissions in the answer")
            let validation = try await journey.take("validate") { try await auth.validate(login.tokens.accessToken) }
            journey.expect(validation.permissions, ["threads:read"], "the permissions in the token")
        }
    }
}
