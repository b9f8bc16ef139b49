// E4.2: events come in order, once each, without a gap, over several runs.

import Clients
import Kernel
import Wire
import Worlds

enum EventOrder {
    static let suiteCase = SuiteCase(
        "e2e/event-order", "The events of two runs come in order, once each, and their sequence numbers have no gap",
        layer: .flows, covers: ["E4.2"], catches: ["event-reordered", "event-doubled", "event-lost"]
    ) { stage in
        await stage.everyUser { journey in
            let login = try await journey.logIn()
            try await journey.withSocket(login) { conversation in
                let first = try await journey.ask("What does \(journey.user) spend?", login, over: &conversation)
                let second = try await journey.ask("Why is it slow?", login, in: first.thread, over: &conversation)
                for exchange in [first, second] { journey.checkEvents(exchange, login) }
                let all = first.events + second.events
                journey.expect(
                    all.map(\.sequence), Array((all.first?.sequence ?? 1)..<((all.first?.sequence ?? 1) + all.count)),
                    "the sequence numbers of both runs")
                journey.check(first.run != second.run, "both runs have the id \(first.run)")
            }
        }
    }
}
