// M2.3: nothing of one user's session is remembered in another's.

import Clients
import Kernel
import Wire
import Worlds

enum SessionMemory {
    static let suiteCase = SuiteCase(
        "isolation/session-memory", "Users who come one after the other, and one who comes back, find nothing of anybody else",
        layer: .flows, covers: ["M2.3"], catches: ["context-shared", "wrong-user-token"]
    ) { stage in
        var before: [String] = []
        for user in stage.users(atLeast: 3).prefix(5) {
            let foreign = before
            await stage.journey(user) { journey in
                let secret = "\(user)-\(String(user.reversed()))-secret"
                let (login, exchange) = try await journey.converse("What can be saved on costs? My word is \(secret).")
                let spoken = exchange.events.map(\.data.text).joined() + exchange.answer
                journey.check(spoken.contains(secret), "the run never speaks of its own question")
                for other in foreign { journey.check(!spoken.contains(other), "the run speaks of another's word \(other)") }
                let profile = try await journey.take("ask who one is") { try await journey.client.auth.me(login.accessToken) }
                journey.expect(profile.email, login.email, "the e-mail address behind the token")
                try await journey.take("log out") { try await journey.client.auth.logout(login.accessToken) }
            }
            before.append("\(user)-\(String(user.reversed()))-secret")
        }
    }
}
