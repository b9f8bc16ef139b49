// S2.4: an event is with its user less than 500 ms after it happened.

import Clients
import Kernel
import Wire
import Worlds

enum DeliveryLatency {
    static let suiteCase = SuiteCase(
        "staging/delivery-latency", "Every event is with its user less than 500 ms after it happened",
        layer: .flows, covers: ["S2.4"], catches: ["slow-delivery"]
    ) { stage in
        await stage.everyUser { journey in
            let (_, exchange) = try await journey.converse("What can \(journey.user) save on model costs?")
            for (event, arrival) in zip(exchange.events, exchange.arrivals) {
                guard let happened = Instant(iso8601: event.timestamp) else {
                    journey.find("the timestamp \(event.timestamp) of \(event.kind.rawValue) cannot be read")
                    continue
                }
                journey.within(.milliseconds(500), from: happened, to: arrival, event.kind.rawValue)
            }
        }
    }
}
