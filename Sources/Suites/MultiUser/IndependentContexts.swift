// M1.2: agents that run at once each work with their own user's context.

import Clients
import Kernel
import Wire
import Worlds

enum IndependentContexts {
    static let suiteCase = SuiteCase(
        "multi_user/independent-contexts", "Agents that run at once work each with their own user's question, tools and results",
        layer: .flows, covers: ["M1.2"], catches: ["context-shared"]
    ) { stage in
        let users = stage.users(atLeast: 2)
        await stage.everyUser(of: users) { journey in
            let secret = "the secret of \(journey.user) is \(mark(of: journey.user))"
            let (_, exchange) = try await journey.converse("What can be saved on costs? For you alone: \(secret).")
            let spoken = exchange.events.map(\.data.text).joined()
            journey.check(spoken.contains(secret), "the run never speaks of its own question")
            for other in users where other != journey.user {
                journey.check(!spoken.contains(mark(of: other)), "the run speaks of what \(other) said")
            }
        }
    }

    /// A word that nobody else says.
    private static func mark(of user: String) -> String { "<\(user)>" + String(user.reversed()) + "<mark>" }
}
