// What the service keeps of one user: the number of the last event, the open connections, and the newest events.

import DequeModule
import Kernel
import Wire

/// Names a connection within the service; grows, and is never used twice.
typealias ConnectionID = Int

/// An agent event with its place in its user's order.
struct NumberedEvent: Sendable, Equatable {
    /// Counts the user's events from 1.
    let sequence: Int
    /// The sender's own name for the event.
    let eventID: String?
    /// When it came.
    let arrival: Instant
    /// The event, with its `sequence`.
    let event: JSONValue
    /// The text of the event as it is sent when it comes.
    let text: String

    init(_ event: JSONValue, sequence: Int, eventID: String?, arrival: Instant) {
        var event = event
        event["sequence"] = JSONValue(sequence)
        self.sequence = sequence
        self.eventID = eventID
        self.arrival = arrival
        self.event = event
        text = event.text
    }

    /// The text of the event as it is sent late, to a connection that was opened after it.
    var textRecovered: String {
        var event = event
        event["recovered"] = true
        return event.text
    }
}

/// One user's connections and newest events. Events are kept whether they were sent or not, so that a client whose
/// connection broke can have them again.
struct UserQueue {
    /// What a client gets that has had the events up to a number.
    struct Replay: Equatable {
        /// The numbers of the events that are not kept any more.
        let lost: ClosedRange<Int>?
        let events: [NumberedEvent]
    }

    /// The open connections, oldest first.
    var connections: [ConnectionID] = []
    private(set) var kept: Deque<NumberedEvent> = []
    /// The number of the last event.
    private(set) var sequence = 0
    /// Every event up to this one was written to some connection, or dropped.
    private(set) var seen = 0
    /// When messages of the user came, for the rate.
    var messageTimes: Deque<Instant> = []
    /// When the user was last heard of.
    var lastUse: Instant

    init(at now: Instant) { lastUse = now }

    /// A queue as it was when another instance of the service kept it.
    init(sequence: Int, seen: Int, kept: [NumberedEvent], at now: Instant) {
        self.init(at: now)
        self.sequence = sequence
        self.seen = min(seen, sequence)
        self.kept = Deque(kept)
    }

    /// Events that were written to nobody yet.
    var unseenCount: Int { kept.count { $0.sequence > seen } }

    /// Adds the next event.
    mutating func append(_ event: NumberedEvent) {
        sequence = event.sequence
        kept.append(event)
    }

    /// Forgets the newest event, though not its number: the planted bug ``ServiceKit/Deviation/restoreLosesNewest``.
    mutating func loseNewest() { _ = kept.popLast() }

    /// Counts an event that is neither kept nor sent.
    mutating func skip(_ event: NumberedEvent) { sequence = event.sequence }

    /// Lets go of events that are too many or too old. Returns how many of them nobody had seen.
    mutating func prune(_ limits: EventsLimits, at now: Instant) -> Int {
        var dropped = 0
        while let first = kept.first, kept.count > limits.eventsKept || first.arrival + limits.eventAge <= now {
            kept.removeFirst()
            // Where somebody is connected, it waits there to be written.
            if first.sequence > seen, connections.isEmpty { dropped += 1 }
        }
        return dropped
    }

    /// An event was written to a connection.
    mutating func wrote(_ event: NumberedEvent) { seen = max(seen, event.sequence) }

    /// The events after a number, and which of them are gone.
    func replay(after last: Int) -> Replay {
        let oldest = kept.first?.sequence ?? sequence + 1
        return Replay(
            lost: last + 1 < oldest ? last + 1...oldest - 1 : nil, events: kept.filter { $0.sequence > last })
    }
}

extension Instant {
    static func + (instant: Instant, duration: Duration) -> Instant { instant.advanced(by: duration) }
}
