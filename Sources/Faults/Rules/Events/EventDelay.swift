// event-delay: a WebSocket message comes late, and those behind it wait.

import Fixtures
public import Kernel

/// Delays a message by up to `max`, at least by `min`; what follows it on its WebSocket stays behind it.
public struct EventDelay: Rule {
    let min: Duration
    let max: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .delay(draw.duration(in: min...Swift.max(min, max))) }

    static let kind = FaultKind(
        name: "event-delay", summary: "Delivers a WebSocket message late; those behind it stay behind it.", sites: [.message],
        parameters: [
            .init(name: "min", unit: "duration", fallback: "500ms", summary: "the least delay"),
            .init(name: "max", unit: "duration", fallback: "500ms", summary: "the longest delay; the least, if that is longer"),
        ],
        outcomes: [.late], example: "client<-events: event-delay(min=100ms, max=2s)~5%",
        swarm: { "client<->events: event-delay(min=\($0.duration(1, 300)), max=\($0.duration(300, 3000)))~\($0.percent(1, 20))" }
    ) { EventDelay(min: try $0.duration("min"), max: try $0.duration("max")) }
}
