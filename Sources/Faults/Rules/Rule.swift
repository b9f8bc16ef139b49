// What a fault is: a rule that is shown an event and answers with a verdict. It never acts; others carry verdicts out.

public import Kernel

/// A fault: shown one event, it says what is to become of it.
public protocol Rule: Sendable {
    /// The verdict on an event that the plan has chosen for this rule. `draw` is the rule's chance for this event.
    func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict
}

/// What is to become of an event. Links carry out what concerns deliveries, connections and messages; service hosts what
/// concerns requests and streams; the stores' decorators what concerns statements and keys; the world what concerns processes.
public enum Verdict: Sendable, Hashable {
    /// It goes on as if there were no rule.
    case pass
    /// A delivery, connection or message arrives this much later than it would.
    case delay(Duration)
    /// A delivery and all that follows it this way on its connection vanish; the connection stays open. A connection
    /// that is to be opened is never answered.
    case drop
    /// A delivery vanishes, and both ends see their connection reset.
    case reset
    /// A message arrives, and once more this much later.
    case duplicate(after: Duration)
    /// A request is answered with a status, after it was served or instead of that.
    case answer(status: Int, retryAfter: Duration?, served: Bool)
    /// A stream of events is cut after so many.
    case cut(after: Int)
    /// A request's token counts as expired.
    case expire
    /// A statement fails with this SQLSTATE.
    case fail(state: String)
    /// The keys that match are gone before the command runs.
    case evict(keys: String)
    /// A service loses its connections and its memory, and comes back later; `at` is when, for crashes at a time.
    case crash(down: Duration, at: Duration?)
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
