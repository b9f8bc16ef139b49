// clog: a link holds everything for a time, then lets it through.

import Fixtures
public import Kernel

/// Clogs a link one way from a delivery on: it, and all behind it on any connection of the link, arrive no earlier than
/// `time` later; connections that are opened meanwhile wait as well. Nothing is lost.
public struct Clog: Rule {
    let time: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .clog(time) }

    static let kind = FaultKind(
        name: "clog", summary: "Holds all that goes one way over a link for a time, then lets it through in order.",
        sites: [.delivery],
        parameters: [.init(name: "time", unit: "duration", fallback: "1s", summary: "how long the link holds it")],
        outcomes: [.late], example: "agent<-llm: clog(time=2s)@5",
        swarm: { "\($0.oneWay): clog(time=\($0.duration(10, 3000)))~\($0.percent(0.2, 2))" }
    ) { Clog(time: try $0.duration("time")) }
}
