// What a fault is: a rule that is shown an event and answers with a verdict. It never acts; others carry verdicts out.

public import Kernel

/// A fault: shown one event, it says what is to become of it.
public protocol Rule: Sendable {
    /// The verdict on an event that the plan has chosen for this rule. `draw` is the rule's chance for this event.
    func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict

    /// Whether the verdict hangs on when an event comes or how large it is, and not on chance and place alone.
    var measuresEvents: Bool { get }
}

extension Rule {
    /// It does not.
    public var measuresEvents: Bool { false }
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
    /// A delivery takes this long on its link, which carries one after the other.
    case transmit(Duration)
    /// A delivery arrives in pieces of so many bytes, each this much after the one before; see ``Verdict/piecesMax``.
    case rechunk(size: Int, gap: Duration)
    /// A delivery, and all that follows it this way on its link, arrives no earlier than after this time.
    case clog(Duration)
    /// A message arrives, and once more this much later.
    case duplicate(after: Duration)
    /// A message never arrives; those behind it do.
    case lose
    /// A message arrives after so many of those behind it, or after a time if fewer come.
    case hold(behind: Int, atMost: Duration)
    /// A message is lost, and its WebSocket ends with a close frame of this code; with 1006 without any.
    case close(code: Int)
    /// A request is answered with a status, after it was served or instead of that.
    case answer(status: Int, retryAfter: Duration?, served: Bool)
    /// A stream of events is cut after so many.
    case cut(after: Int)
    /// A stream of events rests after so many, for a time.
    case stall(after: Int, time: Duration)
    /// A response ends after so many bytes of its body: its connection is closed.
    case truncate(after: Int)
    /// The arguments of a call of a tool, in a response, are not well-formed.
    case breakArguments
    /// A request's token counts as expired.
    case expire
    /// A request's token has a signature that no key has made.
    case forge
    /// A statement fails with this SQLSTATE.
    case fail(state: String)
    /// A transaction is committed, and its caller is told this SQLSTATE instead.
    case loseReply(state: String)
    /// A command, an insert or a call of a tool is refused, for this reason.
    case refuse(RefusalReason)
    /// The keys that match are gone before the command runs.
    case evict(keys: String)
    /// A service loses its connections and its memory, and comes back later; `at` is when, for crashes at a time.
    case crash(down: Duration, at: Duration?)
    /// A service does nothing for a time, and then goes on; `at` is when, for pauses at a time.
    case pause(time: Duration, at: Duration?)
    /// A service signs with another key from now on, or from `at` on.
    case rotateKeys(at: Duration?)
    /// A service's clock is wrong by this much from now on, or from `at` on.
    case skew(by: Duration, at: Duration?)

    /// The most pieces that a delivery is divided into; the last one has the rest.
    public static let piecesMax = 256
}

/// Why something is refused. The names stand in decision lists.
public enum RefusalReason: String, Sendable, Hashable, CaseIterable {
    /// The cache reads its data and takes no command yet.
    case loading
    /// The cache has no memory left for what is to be written.
    case oom
    /// The cache has become a replica, which takes no writes.
    case failover
    /// A tool denies a call.
    case denied
    /// A table has more parts than its merges can keep up with.
    case tooManyParts = "too-many-parts"

    /// Where it is given.
    public var site: FaultSite {
        switch self {
        case .loading, .oom, .failover: .cache
        case .denied: .tool
        case .tooManyParts: .insert
        }
    }
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
