// S2.5: ten users and more at once are all served, each as well as one alone.

import Clients
import Kernel
import Wire
import Worlds

enum ConcurrentUsers {
    static let suiteCase = SuiteCase(
        "staging/concurrent-users", "Ten users and more talk at once; every one is answered within the limits",
        layer: .flows, covers: ["S2.5"], catches: ["queue-shared", "slow-start"]
    ) { stage in
        let users = stage.users(atLeast: 10)
        let answered = await stage.everyUser(of: users) { journey in
            let (_, exchange) = try await journey.converse("What can \(journey.user) save on model costs?")
            if let first = exchange.arrivals.first {
                journey.within(.seconds(5), from: exchange.askedAt, to: first, "the first event")
            }
            if let last = exchange.arrivals.last {
                journey.within(.seconds(30), from: exchange.askedAt, to: last, "the whole run")
            }
            return exchange.answer
        }
        await stage.journey("all") { journey in
            journey.expect(answered.count { $0?.isEmpty == false }, users.count, "the number of users with an answer")
        }
    }
}
