// E2.3: the five critical events of a run all reach the user.

import Clients
import Kernel
import Wire
import Worlds

enum FiveEvents {
    static let suiteCase = SuiteCase(
        "e2e/five-events", "All five critical events of a run reach the user, every tool with both of its events",
        layer: .flows, covers: ["E2.3"], catches: ["event-lost", "event-renamed"]
    ) { stage in
        await stage.everyUser { journey in
            let (_, exchange) = try await journey.converse("What can \(journey.user) save on model costs?")
            for kind in [AgentEventKind.started, .thinking, .toolExecuting, .toolCompleted, .completed] {
                journey.check(exchange.events.contains { $0.kind == kind }, "no \(kind.rawValue) came")
            }
            let begun = exchange.events.filter { $0.kind == .toolExecuting }.compactMap { $0.data["tool_name"]?.string }
            let ended = exchange.events.filter { $0.kind == .toolCompleted }.compactMap { $0.data["tool_name"]?.string }
            journey.expect(ended, begun, "the tools that were completed")
        }
    }
}
