// reset: the connection breaks.

public import Kernel

/// Loses a delivery and resets its connection, so that both ends see an error.
public struct Reset: Rule {
    public func judge(_ event: LinkEvent, _ draw: Draw) -> Verdict { .reset }

    static let kind = FaultKind(
        name: "reset", summary: "Loses a delivery and resets its connection: both ends see an error.",
        parameters: [], outcomes: [.lost, .doneButReplyLost, .partial]
    ) { _ in Reset() }
}
