// half-open: one end closes, and the other never learns of it.

public import Kernel

/// Loses the end of a connection on its way: the other end goes on as if it were open, and what it sends vanishes
/// (RFC 9293 section 3.5.1 calls such connections half-open).
public struct HalfOpen: Rule {
    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .drop }

    static let kind = FaultKind(
        name: "half-open",
        summary: "Loses the end of a connection: the other end sees it open, and what it sends vanishes.", sites: [.ending],
        outcomes: [.lost, .doneButReplyLost], example: "client->events: half-open@1",
        swarm: { "\($0.link): half-open~\($0.percent(5, 40))" }
    ) { _ in HalfOpen() }
}
