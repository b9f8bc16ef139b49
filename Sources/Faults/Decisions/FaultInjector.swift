// Asks the plan about every event, and writes down what it decided.

public import Kernel
import Synchronization
import Wire

/// The fault injector of one world: the plan, the chance that decides, and the list of decisions taken.
///
/// Every decision hangs on `(seed, site, actor, occurrence)` alone, so that neither another fault nor another user
/// changes it. Safe from any thread.
public final class FaultInjector: Sendable {
    /// What was planned.
    public let plan: FaultPlan
    private let chance: Chance
    private let taken = Mutex<[FaultDecision]>([])

    /// An injector of a plan under a seed.
    public init(_ plan: FaultPlan, chance: Chance) {
        self.plan = plan
        self.chance = chance
    }

    /// Whether the plan has no fault, so that nothing needs to be asked.
    public var isIdle: Bool { plan.faults.isEmpty }

    /// The verdict on an event: that of the first fault that concerns it, happens, and does not pass.
    public func judge(_ event: LinkEvent) -> Verdict {
        for fault in plan.faults where fault.concerns(event) {
            let actor = "\(event.link)\(event.direction.rawValue)"
            let happening = chance.draw(site: fault.text, actor: actor, occurrence: event.occurrence)
            guard happening.happens(fault.probability) else { continue }
            let parameter = chance.draw(site: fault.text + "/parameter", actor: actor, occurrence: event.occurrence)
            let verdict = fault.rule.judge(event, parameter)
            guard verdict != .pass else { continue }
            let decision = FaultDecision(
                site: fault.text, actor: actor, occurrence: event.occurrence, fault: fault.name, verdict: verdict)
            taken.withLock { $0.append(decision) }
            return verdict
        }
        return .pass
    }

    /// The decisions taken so far, in order.
    public var decisions: [FaultDecision] { taken.withLock { $0 } }
}

/// One decision to let a fault happen.
public struct FaultDecision: Sendable, Hashable {
    /// What decided: the planned fault as it was written.
    public let site: String
    /// Upon whom: a link and a direction.
    public let actor: String
    /// The how-many-th event it was there.
    public let occurrence: UInt64
    /// The kind of fault.
    public let fault: String
    /// What became of the event.
    public let verdict: Verdict
}
