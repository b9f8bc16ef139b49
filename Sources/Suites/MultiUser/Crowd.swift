// M1.1: ten users and more at once, and nobody gets in another's way.

import Clients
import Kernel
import Wire
import Worlds

enum Crowd {
    static let suiteCase = SuiteCase(
        "multi_user/crowd", "Ten users and more hold two conversations each at once, and each gets exactly their own",
        layer: .flows, covers: ["M1.1"], catches: ["queue-shared", "event-misrouted", "wrong-user-token"]
    ) { stage in
        let users = stage.users(atLeast: 10)
        let logins = await stage.everyUser(of: users) { journey -> LoggedIn in
            let login = try await journey.logIn()
            try await journey.withSocket(login) { conversation in
                for question in ["What does \(journey.user) spend?", "What can \(journey.user) save on model costs?"] {
                    let exchange = try await journey.ask(question, login, over: &conversation)
                    journey.checkEvents(exchange, login)
                }
            }
            return login
        }
        await stage.journey("all") { journey in
            let ids = logins.compactMap { $0?.userID }
            journey.expect(Set(ids).count, users.count, "the number of different users")
        }
    }
}
