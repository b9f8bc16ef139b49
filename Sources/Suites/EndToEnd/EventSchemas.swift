// E4.4: every event has the fields and types that its schema asks for.

import Clients
import Kernel
import Wire
import Worlds

enum EventSchemas {
    static let suiteCase = SuiteCase(
        "e2e/event-schemas", "Every event of a run fulfils the schema of its kind",
        layer: .flows, covers: ["E4.4"], catches: ["event-field-missing", "event-renamed"]
    ) { stage in
        await stage.everyUser { journey in
            let (_, exchange) = try await journey.converse("What can \(journey.user) save on model costs?")
            journey.checkPayloads(exchange.events)
            for frame in exchange.frames {
                if case .malformed(let text) = frame { journey.find("a frame cannot be read: \(text.prefix(200))") }
            }
        }
    }
}
