// M4.1: users may come and go as often as they like, and what is held does not grow.

import Clients
import Kernel
import Worlds

enum NoGrowth {
    static let suiteCase = SuiteCase(
        "multi_user/no-growth", "Four crowds come, talk and go; after each the services hold the same as after the first",
        layer: .flows, covers: ["M4.1"], catches: ["connection-leak", "run-leak"]
    ) { stage in
        let crowd = stage.users.prefix(10)
        var after: [Census] = []
        for round in 1...4 {
            await stage.everyUser(of: crowd.map { "\($0)-\(round)" }) { journey in
                let (login, _) = try await journey.converse("What does \(journey.user) spend?")
                try await journey.leave(login)
            }
            let held = await stage.journey("operator") { journey in
                try await journey.settle()
                return try await Census.take(journey)
            }
            if let held { after.append(held) }
        }
        let counted = after
        await stage.journey("operator") { journey in
            journey.expect(counted.count, 4, "the number of rounds that could be counted")
            for (round, held) in counted.enumerated().dropFirst(2) {
                // The first rounds fill pools of connections; after that nothing may be added.
                let base = counted[1]
                journey.expect(
                    [held.connections, held.runs, held.eventsWaiting], [base.connections, base.runs, base.eventsWaiting],
                    "the numbers of WebSockets, runs and waiting events after round \(round + 1)")
                // Less than a task for every user and round: pools of the services' own connections may breathe.
                if let now = held.tasks, let then = base.tasks {
                    journey.check(
                        now < then + 2 * crowd.count + 8, "\(now) tasks after round \(round + 1), \(then) after the second")
                }
            }
        }
    }
}
