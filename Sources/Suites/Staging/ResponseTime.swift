// S2.2: an agent begins to respond in less than 5 s.

import Clients
import Kernel
import Wire
import Worlds

enum ResponseTime {
    static let suiteCase = SuiteCase(
        "staging/response-time", "An agent's first event and its first words come in less than 5 s",
        layer: .flows, covers: ["S2.2"], catches: ["slow-start"]
    ) { stage in
        await stage.everyUser { journey in
            let (_, exchange) = try await journey.converse("What can \(journey.user) save on model costs?")
            for kind in [AgentEventKind.started, .responseChunk] {
                guard let arrival = exchange.arrival(of: kind) else {
                    journey.find("no \(kind.rawValue) came")
                    continue
                }
                journey.within(.seconds(5), from: exchange.askedAt, to: arrival, "the first \(kind.rawValue)")
            }
        }
    }
}
