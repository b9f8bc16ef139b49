// Every event is what the contract of events says: Fixtures/schemas/events.json decides, and nothing else.

import Clients
import Wire

/// Checks events against their schema.
enum EventPayloadChecker {
    /// What is wrong with the events; empty if nothing is.
    static func check(_ events: [AgentEvent], by schema: JSONSchema) -> [String] {
        events.flatMap { event in
            schema.problems(of: event.json).map { "\(event.kind.rawValue) \(event.sequence): \($0)" }
        }
    }
}
