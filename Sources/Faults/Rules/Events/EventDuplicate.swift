// event-duplicate: a WebSocket message arrives twice.

import Fixtures
public import Kernel

/// Delivers a message, and once more a little later, as a sender that is not sure does (at least once).
public struct EventDuplicate: Rule {
    let after: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .duplicate(after: after) }

    static let kind = FaultKind(
        name: "event-duplicate", summary: "Delivers a WebSocket message twice; messages between keep their order.",
        sites: [.message],
        parameters: [.init(name: "after", unit: "duration", fallback: "0s", summary: "how much later the second one comes")],
        outcomes: [.duplicate], example: "client<-events: event-duplicate@3",
        swarm: { "client<-events: event-duplicate(after=\($0.duration(0, 20)))~\($0.percent(1, 20))" }
    ) { EventDuplicate(after: try $0.duration("after")) }
}
