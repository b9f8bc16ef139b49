// Asks the plan about every event, and writes down what it decided.

public import Kernel
import Synchronization
public import Wire

/// The fault injector of one world: the plan, the chance that decides, and the list of decisions taken.
///
/// Every decision hangs on `(seed, site, actor, occurrence)` alone, so that neither another fault nor another user
/// changes it. Where the plan is a list of decisions those are taken, and no chance is asked. Safe from any thread.
public final class FaultInjector: Sendable {
    /// What was planned.
    public let plan: FaultPlan
    /// The faults of this world's seed; none where decisions are repeated.
    public let faults: [PlannedFault]
    private let chance: Chance
    private let bySite: [[PlannedFault]]
    private let repeated: [DecisionKey: FaultDecision]
    private let watched: Set<FaultSite>
    private let read: Set<FaultSite>
    private let clock = WorldClock()
    private let origin: Instant
    private let counts = Mutex<[Counter: UInt64]>([:])
    private let taken = Mutex<[FaultDecision]>([])
    private let possible = Mutex<Set<FaultCell>>([])
    private let ended = Atomic<Bool>(false)

    private struct Counter: Hashable {
        let site: FaultSite
        let actor: String
    }

    /// An injector of a plan under a seed, in a world that begins now.
    public init(_ plan: FaultPlan, chance: Chance) {
        self.plan = plan
        self.chance = plan.reseeding.map { Chance(seed: $0.seed) } ?? chance
        let faults = plan.faults(of: chance.seed)
        self.faults = faults
        bySite = FaultSite.allCases.sorted { $0.place < $1.place }.map { site in faults.filter { $0.sites.contains(site) } }
        let decisions = plan.decisions?.decisions ?? []
        repeated = Dictionary(decisions.map { (DecisionKey($0), $0) }) { first, _ in first }
        watched = Set(faults.flatMap(\.sites)).union(decisions.map(\.site))
        read = Set(faults.filter { $0.condition != nil }.flatMap(\.sites))
        origin = clock.now
    }

    /// Whether the plan has no fault, so that nothing needs to be asked.
    public var isIdle: Bool { watched.isEmpty }

    /// Whether anything is planned at such sites, so that it is worth asking.
    public func watches(_ site: FaultSite) -> Bool { watched.contains(site) }

    /// Whether a fault at such sites has a condition on what events say, so that they must be judged with their content.
    public func reads(_ site: FaultSite) -> Bool { read.contains(site) }

    /// Ends the faults: from now on nothing happens any more, whatever is planned. What has happened takes its course.
    public func endFaults() { ended.store(true, ordering: .relaxed) }

    /// Whether the faults were ended.
    public var hasEnded: Bool { ended.load(ordering: .relaxed) }

    /// The time since the world began.
    public var elapsed: Duration { origin.duration(to: clock.now) }

    /// The verdict on what happens now at a place, for the next time there.
    public func judge(_ place: FaultPlace) -> Verdict { judge(place) { nil } }

    /// The same for something that says something: `content` is asked for it only where a fault has a condition on that.
    public func judge(_ place: FaultPlace, saying content: () -> FaultContent?) -> Verdict {
        guard watches(place.site), !hasEnded else { return .pass }
        let actor = place.actor
        let occurrence = count(Counter(site: place.site, actor: actor))
        return judge(
            FaultEvent(place, occurrence: occurrence, time: elapsed, content: reads(place.site) ? content() : nil))
    }

    private func count(_ counter: Counter) -> UInt64 {
        counts.withLock { counts in
            counts[counter, default: 0] += 1
            return counts[counter] ?? 0
        }
    }

    /// The verdict on an event that was counted elsewhere: that of the first fault that concerns it, happens, and does
    /// not pass.
    public func judge(_ event: FaultEvent) -> Verdict {
        if hasEnded { return .pass }
        if repeats(at: event.time) {
            guard let decision = repeated[DecisionKey(event)] else { return .pass }
            taken.withLock { $0.append(decision) }
            return decision.verdict
        }
        let faults = bySite[event.place.site.place]
        // Counted for all of them, whichever decides, so that no fault changes which event is another's n-th.
        let ordinals = event.content == nil ? [:] : ordinals(of: event, faults)
        for (index, fault) in faults.enumerated() {
            var event = event
            if fault.condition != nil {
                guard let ordinal = ordinals[index] else { continue }
                event.ordinal = ordinal
            }
            guard concerns(fault, event) else { continue }
            let verdict = fault.judge(event, actor: event.place.actor, chance)
            guard verdict != .pass else { continue }
            return record(verdict, fault.name, event)
        }
        return .pass
    }

    /// The how-many-th event this is for each of the faults that have a condition which it meets, by their places.
    private func ordinals(of event: FaultEvent, _ faults: [PlannedFault]) -> [Int: UInt64] {
        var ordinals: [Int: UInt64] = [:]
        for (index, fault) in faults.enumerated() {
            guard let condition = fault.condition, fault.isCounted(event, condition) else { continue }
            ordinals[index] = count(Counter(site: event.place.site, actor: "\(index) of \(event.place.actor)"))
        }
        return ordinals
    }

    /// What comes at a time for a service (crashes, pauses and the like), decided when the world begins.
    public func appointments(of service: Endpoint) -> [Verdict] {
        if repeats(at: elapsed) {
            let mine =
                plan.decisions?.decisions.filter { decision in
                    decision.site == .appointment && decision.actor.split(separator: " ").first ?? "" == service.description
                } ?? []
            taken.withLock { $0 += mine }
            return mine.map(\.verdict)
        }
        var counts: [String: UInt64] = [:]
        return bySite[FaultSite.appointment.place].compactMap { fault in
            let place =
                fault.name == Crash.kind.name
                ? FaultPlace.process(.appointment, service) : .occasion(service, fault: fault.name)
            guard fault.pattern.matches(place) else { return nil }
            let occurrence = counts[fault.name, default: 0] + 1
            counts[fault.name] = occurrence
            let event = FaultEvent(place, occurrence: occurrence, time: fault.window?.start ?? .zero)
            guard concerns(fault, event) else { return nil }
            let verdict = fault.judge(event, actor: place.actor, chance)
            return verdict == .pass ? nil : record(verdict, fault.name, event)
        }
    }

    /// Whether the decision at a time is one of the list, and not one of chance.
    private func repeats(at time: Duration) -> Bool {
        plan.decisions != nil && plan.reseeding.map { time < $0.time } ?? true
    }

    private func record(_ verdict: Verdict, _ fault: String, _ event: FaultEvent) -> Verdict {
        let decision = FaultDecision(
            site: event.place.site, actor: event.place.actor, occurrence: event.occurrence, fault: fault, verdict: verdict)
        taken.withLock { $0.append(decision) }
        return verdict
    }

    /// Whether an event concerns a fault; what does is noted as possible, where that is asked for.
    private func concerns(_ fault: PlannedFault, _ event: FaultEvent) -> Bool {
        guard fault.concerns(event) else { return false }
        if plan.notesPossible {
            let cell = FaultCell(fault: fault.name, service: event.place.service.role)
            possible.withLock { _ = $0.insert(cell) }
        }
        return true
    }

    /// Which faults could have happened where so far, sorted: those that were asked about something that concerns them,
    /// whatever chance said. Empty unless the plan has ``FaultPlan/notesPossible``.
    public var possibleCells: [FaultCell] { possible.withLock { $0.sorted() } }

    /// The decisions taken so far, in order.
    public var decisions: [FaultDecision] { taken.withLock { $0 } }
}

extension FaultSite {
    /// Its place in a table of all sites.
    fileprivate var place: Int {
        switch self {
        case .delivery: 0
        case .connection: 1
        case .message: 2
        case .request: 3
        case .token: 4
        case .stream: 5
        case .statement: 6
        case .cache: 7
        case .arrival: 8
        case .appointment: 9
        case .ending: 10
        case .response: 11
        case .toolCall: 12
        case .commit: 13
        case .tool: 14
        case .insert: 15
        case .start: 16
        }
    }
}
