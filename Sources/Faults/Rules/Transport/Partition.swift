// partition: for a time, nothing gets through between two ends.

public import Kernel

/// Keeps everything on a link back until the planned time is over, as a network does that is cut and heals: senders
/// repeat what was lost, in order. One way where the plan names one direction. Without an end nothing arrives any more.
public struct Partition: Rule {
    public var measuresEvents: Bool { true }

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        guard let end = event.window?.end else { return .drop }
        return .delay(end - event.time)
    }

    static let kind = FaultKind(
        name: "partition",
        summary: "Lets nothing through on a link, one way or both, and no connection be opened, until the time of '@t=' is over.",
        sites: [.delivery, .connection], outcomes: [.late, .lost, .doneButReplyLost],
        example: "agent<->llm: partition@t=1s..3s",
        swarm: { dice in
            let from = dice.number(0, 4000)
            return "\(dice.link): partition@t=\(from)ms..\(from + dice.number(100, 8000))ms"
        }
    ) { _ in Partition() }
}
