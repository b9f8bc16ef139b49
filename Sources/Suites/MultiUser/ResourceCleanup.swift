// M1.4, M4.2: when users have gone, nothing of them is held.

import Clients
import Kernel
import Wire
import Worlds

enum ResourceCleanup {
    static let suiteCase = SuiteCase(
        "multi_user/resource-cleanup",
        "After users have talked, logged out and left, no connection, run or session of theirs is held",
        layer: .flows, covers: ["M1.4", "M4.2"], catches: ["connection-leak", "run-leak", "logout-keeps-token"]
    ) { stage in
        let logins = await stage.everyUser { journey -> LoggedIn in
            let (login, _) = try await journey.converse("What does \(journey.user) spend?")
            try await journey.leave(login)
            return login
        }
        await stage.journey("operator") { journey in
            try await journey.settle()
            let held = try await Census.take(journey)
            journey.expect(held.connections, 0, "the number of WebSockets that events holds")
            journey.expect(held.runs, 0, "the number of runs that agent holds")
            journey.expect(held.eventsWaiting, 0, "the number of events that wait for users who have seen them")
            for login in logins.compactMap(\.self) {
                let after = try await journey.client.auth.validate(login.accessToken)
                journey.check(!after.isValid, "the session of \(login.email) is still open")
            }
        }
    }
}
