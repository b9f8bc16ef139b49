// S3.3: what happens in a run arrives in analytics, once each.

import Clients
import Kernel
import Wire
import Worlds

enum AnalyticsPipeline {
    static let suiteCase = SuiteCase(
        "staging/analytics-pipeline", "Every event of a run is in analytics, once, with its type and order",
        layer: .flows, covers: ["S3.3"],
        catches: ["analytics-insert-lost", "analytics-insert-doubled", "analytics-filter-ignored"]
    ) { stage in
        await stage.everyUser(of: stage.users(atLeast: 2)) { journey in
            let (login, exchange) = try await journey.converse("What can \(journey.user) save on model costs?")
            let rows = try await journey.take("read the events in analytics") {
                try await journey.client.analytics.query(
                    "SELECT event_type, sequence_number FROM agent_events WHERE user_id = '\(login.userID)' AND event_type != 'custom' ORDER BY sequence_number"
                )
            }
            let kept = rows.compactMap { $0["event_type"]?.string }
            let seen = exchange.events.filter { $0.kind != .responseChunk }.map(\.kind.rawValue)
            journey.expect(kept, seen, "the events in analytics")
        }
    }
}
