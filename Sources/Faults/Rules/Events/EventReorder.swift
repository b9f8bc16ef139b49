// event-reorder: a WebSocket message is overtaken by those behind it.

import Fixtures
public import Kernel

/// Delivers a message after the next `behind` of its direction, or after `within` if fewer come. Messages are exchanged,
/// never bytes within a stream.
public struct EventReorder: Rule {
    let behind: Int
    let within: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .hold(behind: behind, atMost: within) }

    static let kind = FaultKind(
        name: "event-reorder", summary: "Delivers a WebSocket message after the ones behind it.", sites: [.message],
        parameters: [
            .init(name: "behind", unit: "count", fallback: "1", summary: "how many messages overtake it"),
            .init(name: "within", unit: "duration", fallback: "1s", summary: "how long it waits for them at most"),
        ],
        outcomes: [.late], example: "client<-events: event-reorder(behind=2)@4",
        swarm: {
            "client<-events: event-reorder(behind=\($0.number(1, 3)), within=\($0.duration(10, 1000)))~\($0.percent(1, 10))"
        }
    ) { EventReorder(behind: try $0.count("behind", from: 1), within: try $0.duration("within")) }
}
