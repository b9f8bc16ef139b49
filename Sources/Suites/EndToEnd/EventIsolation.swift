// E4.3: while others talk, a user sees only what is theirs.

import Clients
import Kernel
import Wire
import Worlds

enum EventIsolation {
    static let suiteCase = SuiteCase(
        "e2e/event-isolation", "While others talk at the same time, each user sees only events of their own run",
        layer: .flows, covers: ["E4.3"], catches: ["event-misrouted", "queue-shared"]
    ) { stage in
        // Isolation shows only where there is somebody else.
        let users = stage.users.count > 1 ? stage.users : ["user-1", "user-2"]
        await stage.everyUser(of: users) { journey in
            let (_, exchange) = try await journey.converse("What can \(journey.user) save on model costs?")
            for event in exchange.events {
                for other in users where other != journey.user {
                    journey.check(!event.data.text.contains("\(other) "), "\(event.kind.rawValue) speaks of \(other)")
                }
            }
        }
    }
}
