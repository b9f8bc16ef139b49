// reset: the connection breaks.

public import Kernel

/// Loses a delivery and resets its connection, so that both ends see an error.
public struct Reset: Rule {
    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .reset }

    static let kind = FaultKind(
        name: "reset", summary: "Loses a delivery and resets its connection: both ends see an error.", sites: [.delivery],
        outcomes: [.lost, .doneButReplyLost, .partial], example: "agent->llm: reset@2",
        swarm: { "\($0.oneWay): reset~\($0.percent(0.1, 5))" }
    ) { _ in Reset() }
}
