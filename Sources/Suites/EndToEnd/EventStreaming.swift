// E4.1: events reach the user while the run goes on, not at its end.

import Clients
import Kernel
import Wire
import Worlds

enum EventStreaming {
    static let suiteCase = SuiteCase(
        "e2e/event-streaming", "Events arrive while the run goes on, each soon after it happened",
        layer: .flows, covers: ["E4.1"], catches: ["slow-delivery"]
    ) { stage in
        await stage.everyUser { journey in
            let (_, exchange) = try await journey.converse("What can \(journey.user) save on model costs?")
            guard let first = exchange.arrivals.first, let last = exchange.arrivals.last else { return }
            let tools = exchange.events.filter { $0.kind == .toolCompleted }
            let worked = Duration.milliseconds(tools.compactMap { $0.data["execution_time_ms"]?.integer }.reduce(0, +))
            let spread = first.duration(to: last)
            journey.check(
                spread + .milliseconds(300) >= worked,
                "all events came within \(spread), but the tools alone worked for \(worked)")
            for (event, arrival) in zip(exchange.events, exchange.arrivals) {
                guard let happened = Instant(iso8601: event.timestamp) else {
                    journey.find("the timestamp \(event.timestamp) of \(event.kind.rawValue) cannot be read")
                    continue
                }
                let late = happened.duration(to: arrival)
                journey.check(
                    late < .milliseconds(500), "\(event.kind.rawValue) came \(late) after it happened, expected less than 500 ms")
            }
        }
    }
}
