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
    private let clock = WorldClock()
    private let origin: Instant
    private let counts = Mutex<[Counter: UInt64]>([:])
    private let taken = Mutex<[FaultDecision]>([])
    private let ended = Atomic<Bool>(false)

    private struct Counter: Hashable {
        let site: FaultSite
        let actor: String
    }

    /// An injector of a plan under a seed, in a world that begins now.
    public init(_ plan: FaultPlan, chance: Chance) {
        self.plan = plan
        self.chance = chance
        let faults = plan.faults(of: chance.seed)
        self.faults = faults
        bySite = FaultSite.allCases.map { site in faults.filter { $0.sites.contains(site) } }
        let decisions = plan.decisions?.decisions ?? []
        repeated = Dictionary(decisions.map { (DecisionKey($0), $0) }) { first, _ in first }
        watched = Set(faults.flatMap(\.sites)).union(decisions.map(\.site))
        origin = clock.now
    }

    /// Whether the plan has no fault, so that nothing needs to be asked.
    public var isIdle: Bool { watched.isEmpty }

    /// Whether anything is planned at such sites, so that it is worth asking.
    public func watches(_ site: FaultSite) -> Bool { watched.contains(site) }

    /// Ends the faults: from now on nothing happens any more, whatever is planned. What has happened takes its course.
    public func endFaults() { ended.store(true, ordering: .relaxed) }

    /// Whether the faults were ended.
    public var hasEnded: Bool { ended.load(ordering: .relaxed) }

    /// The time since the world began.
    public var elapsed: Duration { origin.duration(to: clock.now) }

    /// The verdict on what happens now at a place, for the next time there.
    public func judge(_ place: FaultPlace) -> Verdict {
        guard watches(place.site), !hasEnded else { return .pass }
        let actor = place.actor
        let occurrence = counts.withLock { counts in
            counts[Counter(site: place.site, actor: actor), default: 0] += 1
            return counts[Counter(site: place.site, actor: actor)] ?? 0
        }
        return judge(FaultEvent(place, occurrence: occurrence, time: elapsed))
    }

    /// The verdict on an event that was counted elsewhere: that of the first fault that concerns it, happens, and does
    /// not pass.
    public func judge(_ event: FaultEvent) -> Verdict {
        if hasEnded { return .pass }
        if !repeated.isEmpty {
            guard let decision = repeated[DecisionKey(event)] else { return .pass }
            taken.withLock { $0.append(decision) }
            return decision.verdict
        }
        for fault in bySite[event.place.site.place] {
            let verdict = fault.judge(event, actor: event.place.actor, chance)
            guard verdict != .pass else { continue }
            return record(verdict, fault.name, event)
        }
        return .pass
    }

    /// The crashes of a service that come at a time, decided when the world begins.
    public func appointments(of service: Endpoint) -> [Verdict] {
        if !repeated.isEmpty {
            let mine = plan.decisions?.decisions.filter { $0.site == .appointment && $0.actor == service.description } ?? []
            taken.withLock { $0 += mine }
            return mine.map(\.verdict)
        }
        let place = FaultPlace.process(.appointment, service)
        return bySite[FaultSite.appointment.place].filter { $0.pattern.matches(place) }.enumerated().compactMap { index, fault in
            let event = FaultEvent(place, occurrence: UInt64(index + 1), time: fault.window?.start ?? .zero)
            let verdict = fault.judge(event, actor: place.actor, chance)
            return verdict == .pass ? nil : record(verdict, fault.name, event)
        }
    }

    private func record(_ verdict: Verdict, _ fault: String, _ event: FaultEvent) -> Verdict {
        let decision = FaultDecision(
            site: event.place.site, actor: event.place.actor, occurrence: event.occurrence, fault: fault, verdict: verdict)
        taken.withLock { $0.append(decision) }
        return verdict
    }

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
        }
    }
}
