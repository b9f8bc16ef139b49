// A link: all connections from one caller to one callee, with what they share.

import Faults
import Kernel
import Synchronization
import Wire

/// What all connections of one link share: its name, its keys, and how much went over it.
final class Link: Sendable {
    let name: LinkName
    let label: String
    private let injector: FaultInjector
    private let trace: Trace
    private let chance: Chance
    private let actor: UInt64
    /// The natural latency in nanoseconds: the least, and how much more it may be.
    let latency: (min: Int64, span: Int64)
    private let counts = Mutex(Counts())

    private struct Counts {
        var forth = LinkWay()
        var back = LinkWay()
        var connections: UInt64 = 0
        var webSockets: UInt64 = 0

        subscript(_ direction: LinkDirection) -> LinkWay {
            get { direction == .forth ? forth : back }
            _modify { if direction == .forth { yield &forth } else { yield &back } }
        }
    }

    private static let latencySite = StableHash.of("link latency")
    private static let handshakeSite = StableHash.of("link handshake")

    init(_ name: LinkName, profile: LinkProfile, injector: FaultInjector, chance: Chance, trace: Trace) {
        self.name = name
        label = name.description
        let least = profile.latencyMin.nanosecondsClamped
        latency = (least, profile.latencyMax.nanosecondsClamped - least)
        self.injector = injector
        self.chance = chance
        self.trace = trace
        actor = StableHash.of(label)
    }

    /// What becomes of one delivery: how long it takes, or its end.
    struct Decision {
        var delay: Int64
        var verdict: Verdict
    }

    /// The next connection's ordinal on this link, from 1.
    func openConnection() -> UInt64 {
        let ordinal = counts.withLock { counts in
            counts.connections += 1
            return counts.connections
        }
        trace.record(.opened, actor: label, actorHash: actor, value: ordinal, detail: "connection \(ordinal)")
        return ordinal
    }

    /// The next WebSocket's ordinal on this link, from 1.
    func openWebSocket() -> UInt64 {
        counts.withLock { counts in
            counts.webSockets += 1
            return counts.webSockets
        }
    }

    /// Decides on the next delivery in a direction. `content` stands for its bytes in the trace.
    func decide(_ direction: LinkDirection, bytes: Int, content: UInt64) -> Decision {
        let occurrence = counts.withLock { counts in
            counts[direction].deliveries += 1
            return counts[direction].deliveries
        }
        trace.record(.sent, actor: label, actorHash: actor, value: content, detail: "\(direction.rawValue) \(bytes) bytes")
        var decision = Decision(delay: naturalDelay(Self.latencySite, direction, occurrence), verdict: .pass)
        guard injector.watches(.delivery) else { return decision }
        let place = FaultPlace.link(.delivery, name, direction)
        let now = injector.elapsed
        decision.verdict = injector.judge(FaultEvent(place, occurrence: occurrence, time: now, bytes: bytes))
        if decision.verdict != .pass {
            trace.record(.fault, actor: label, "\(decision.verdict) of delivery \(direction.rawValue)\(occurrence)")
        }
        decision.delay = counts.withLock {
            $0[direction].delay(decision.delay, under: decision.verdict, at: now.nanosecondsClamped)
        }
        return decision
    }

    /// Whether the end of a connection, one way, is lost.
    func losesEnd(_ direction: LinkDirection) -> Bool {
        guard injector.watches(.ending) else { return false }
        let verdict = injector.judge(.link(.ending, name, direction))
        if verdict != .pass { trace.record(.fault, actor: label, "\(verdict) of ending \(direction.rawValue)") }
        return verdict == .drop
    }

    /// Notes that a connection ended.
    func closeConnection(_ ordinal: UInt64) {
        trace.record(.closed, actor: label, actorHash: actor, value: ordinal, detail: "connection \(ordinal)")
    }

    /// How long it takes to open a connection, there and back; nil where it is never answered.
    func handshake(_ ordinal: UInt64) -> Duration? {
        var natural = Duration.nanoseconds(
            naturalDelay(Self.handshakeSite, .forth, ordinal) + naturalDelay(Self.handshakeSite, .back, ordinal))
        if injector.watches(.delivery) {
            let clear = counts.withLock { max($0.forth.clearAt, $0.back.clearAt) }
            natural = max(natural, .nanoseconds(clear) - injector.elapsed)
        }
        guard injector.watches(.connection) else { return natural }
        let place = FaultPlace.link(.connection, name, .forth)
        let verdict = injector.judge(FaultEvent(place, occurrence: ordinal, time: injector.elapsed))
        guard verdict != .pass else { return natural }
        trace.record(.fault, actor: label, "\(verdict) of connection \(ordinal)")
        if case .delay(let more) = verdict { return natural + more }
        return nil
    }

    private func naturalDelay(_ site: UInt64, _ direction: LinkDirection, _ occurrence: UInt64) -> Int64 {
        guard latency.span > 0 else { return latency.min }
        let draw = chance.draw(site: site, actor: direction == .forth ? actor : ~actor, occurrence: occurrence)
        return latency.min + Int64(draw.number(below: UInt64(latency.span) + 1))
    }
}
