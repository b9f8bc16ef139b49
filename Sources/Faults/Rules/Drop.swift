// drop: a black hole.

public import Kernel

/// Loses a delivery and all that follows it the same way on its connection, as a link that went dead does.
public struct Drop: Rule {
    public func judge(_ event: LinkEvent, _ draw: Draw) -> Verdict { .drop }

    static let kind = FaultKind(
        name: "drop",
        summary: "Loses a delivery and all that follows it the same way on its connection, which stays open.",
        parameters: [], outcomes: [.lost, .doneButReplyLost]
    ) { _ in Drop() }
}
