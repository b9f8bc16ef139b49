// What happened, in order, and the hash of it: two runs are the same run if their fingerprints are equal.

import Synchronization

/// The append-only list of what happened in a world, and its running hash.
///
/// Every event is hashed; it is kept, with its detail as text, only where the world was asked to keep its trace.
/// Safe from any task.
public final class Trace: Sendable {
    /// One thing that happened.
    public struct Event: Sendable, Equatable {
        /// When it happened, in nanoseconds of the world's time since the world began.
        public let offset: Duration
        /// To whom it happened: a link, a service, a user.
        public let actor: String
        /// What kind of thing it was.
        public let kind: Kind
        /// What exactly, for a person.
        public let detail: String
    }

    /// The kinds of events.
    public enum Kind: String, Sendable, CaseIterable {
        /// A connection was opened on a link.
        case opened
        /// Bytes went over a link.
        case sent
        /// A connection ended in the usual way.
        case closed
        /// A fault did something.
        case fault
        /// A service said something of itself.
        case service
        /// A case took a step.
        case step
        /// The mesh did something about a call that failed.
        case mesh

        /// The kind's place in the fingerprint; fixed by position here, never by memory layout.
        fileprivate var code: UInt64 {
            switch self {
            case .opened: 1
            case .sent: 2
            case .closed: 3
            case .fault: 4
            case .service: 5
            case .step: 6
            case .mesh: 7
            }
        }
    }

    private struct State {
        var hash = StableHash()
        var count: UInt64 = 0
        var events: [Event] = []
    }

    /// Whether events are kept, and not only hashed.
    public let keepsEvents: Bool
    private let clock = WorldClock()
    private let origin: Instant
    private let state = Mutex(State())

    /// An empty trace of a world that begins now.
    public init(keepsEvents: Bool = false) {
        self.keepsEvents = keepsEvents
        origin = clock.now
    }

    /// Appends an event. `value` stands for its content in the fingerprint (a hash of the bytes, a count);
    /// `actorHash` is ``StableHash/of(_:)`` of the actor. The detail is computed only where events are kept.
    public func record(
        _ kind: Kind, actor: String, actorHash: UInt64, value: UInt64, detail: @autoclosure () -> String
    ) {
        let offset = clock.now.nanoseconds - origin.nanoseconds
        let event = keepsEvents ? Event(offset: .nanoseconds(offset), actor: actor, kind: kind, detail: detail()) : nil
        state.withLock { state in
            state.hash.combine(UInt64(bitPattern: offset))
            state.hash.combine(actorHash ^ kind.code)
            state.hash.combine(value)
            state.count += 1
            if let event { state.events.append(event) }
        }
    }

    /// Appends an event whose detail is its content.
    public func record(_ kind: Kind, actor: String, _ detail: String) {
        record(kind, actor: actor, actorHash: StableHash.of(actor), value: StableHash.of(detail), detail: detail)
    }

    /// The events kept so far, oldest first.
    public var events: [Event] { state.withLock { $0.events } }

    /// How many events happened, kept or not.
    public var count: UInt64 { state.withLock { $0.count } }

    /// The hash of all events so far.
    public var fingerprint: Fingerprint { state.withLock { Fingerprint(value: $0.hash.value) } }
}

/// The hash of a run: equal for two runs exactly if, but for a chance of 2^-64, the same things happened in them.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// The 64 bits of the hash.
    public let value: UInt64

    /// A fingerprint with given bits.
    public init(value: UInt64) { self.value = value }

    /// 16 hexadecimal digits.
    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The fingerprint of two things together.
    public func combined(with other: Fingerprint) -> Fingerprint {
        var hash = StableHash(key: value)
        hash.combine(other.value)
        return Fingerprint(value: hash.value)
    }
}
