// event-loss: a WebSocket message never arrives.

public import Kernel

/// Loses a message; those before and behind it arrive, so that whoever counts sees a gap.
public struct EventLoss: Rule {
    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .lose }

    static let kind = FaultKind(
        name: "event-loss", summary: "Loses a WebSocket message; those behind it arrive.", sites: [.message],
        outcomes: [.lost], example: "client<-events[agent_completed]: event-loss@1",
        swarm: { "client<-events: event-loss~\($0.percent(0.5, 8))" }
    ) { _ in EventLoss() }
}
