// What a fault is: a rule that is shown an event and answers with a verdict. It never acts; the link does.

public import Kernel
public import Wire

/// A fault: shown one event of a link, it says what is to become of it.
public protocol Rule: Sendable {
    /// The verdict on an event that the plan has chosen for this rule. `draw` is the rule's chance for this event.
    func judge(_ event: LinkEvent, _ draw: Draw) -> Verdict
}

/// Something on a link that a rule may judge.
public struct LinkEvent: Sendable {
    /// The link.
    public let link: LinkName
    /// Which way it goes.
    public let direction: LinkDirection
    /// How many deliveries went this way on this link before, over all its connections: the first has 1.
    public let occurrence: UInt64
    /// How many bytes are delivered.
    public let bytes: Int

    /// An event from its parts.
    public init(link: LinkName, direction: LinkDirection, occurrence: UInt64, bytes: Int) {
        self.link = link
        self.direction = direction
        self.occurrence = occurrence
        self.bytes = bytes
    }
}

/// What is to become of a delivery.
public enum Verdict: Sendable, Hashable {
    /// It goes on as if there were no rule.
    case pass
    /// It arrives this much later than it would.
    case delay(Duration)
    /// It and all that follows it this way on its connection vanish; the connection stays open.
    case drop
    /// It vanishes, and both ends see their connection reset.
    case reset
}

/// What may have happened to the effect that the caller asked for, so that a checker knows what to assume.
public enum OutcomeClass: String, Sendable, Hashable, CaseIterable {
    /// It did not happen.
    case lost
    /// It may have happened, but nobody told the caller.
    case doneButReplyLost = "done-but-reply-lost"
    /// A part of it happened.
    case partial
    /// It may have happened twice.
    case duplicate
    /// It happened later.
    case late
    /// It was refused, and the caller was told.
    case refused
}
