// drop: a black hole.

public import Kernel

/// Loses a delivery and all that follows it the same way on its connection, as a link that went dead does.
public struct Drop: Rule {
    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .drop }

    static let kind = FaultKind(
        name: "drop", summary: "Loses a delivery and all that follows it the same way on its connection, which stays open.",
        sites: [.delivery], outcomes: [.lost, .doneButReplyLost], example: "client<-events: drop@3",
        swarm: { "\($0.oneWay): drop~\($0.percent(0.1, 2))" }
    ) { _ in Drop() }
}
