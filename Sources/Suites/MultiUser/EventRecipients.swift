// M3.1: an event goes to its own user, and to nobody who merely listens.

import Clients
import Kernel
import Wire
import Worlds

enum EventRecipients {
    static let suiteCase = SuiteCase(
        "isolation/event-recipients", "While one user's agent works, everybody else who is connected hears nothing of it",
        layer: .flows, covers: ["M3.1"], catches: ["event-misrouted"]
    ) { stage in
        let users = stage.users(atLeast: 2)
        await stage.everyUser(of: users) { journey in
            let login = try await journey.logIn()
            try await journey.withSocket(login) { conversation in
                if journey.user == users.first {
                    let exchange = try await journey.ask(
                        "What can \(journey.user) save on model costs?", login, over: &conversation)
                    journey.checkEvents(exchange, login)
                } else {
                    // Long enough for the whole run of the other, and for what would come late.
                    try await journey.take("listen") { try await journey.clock.sleep(for: .seconds(3)) }
                    try await journey.take("stop listening") { try await conversation.close() }
                    journey.expect(conversation.events.map(\.kind.rawValue), [], "the events that a listener heard")
                }
            }
        }
    }
}
