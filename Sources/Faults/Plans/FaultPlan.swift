// The plan: which faults a world has under which seed, or which decisions it is to repeat.

import Kernel

/// The faults of a world, in order: the first whose verdict is not `pass` decides.
///
/// A plan may add faults that hang on the seed (a ``Swarm``), or consist of a list of decisions that are taken again
/// instead of any fault's chance.
public struct FaultPlan: Sendable {
    /// The faults that every seed has.
    public var faults: [PlannedFault]
    /// What each seed adds.
    public var swarm: Swarm?
    /// The decisions to repeat. Where they are given, faults and swarm are not asked.
    public var decisions: DecisionList?

    /// A plan of faults; without any, nothing is ever judged.
    public init(_ faults: [PlannedFault] = [], swarm: Swarm? = nil) {
        self.faults = faults
        self.swarm = swarm
    }

    /// A plan that takes these decisions again, and no other.
    public init(repeating decisions: DecisionList) {
        faults = []
        self.decisions = decisions
    }

    /// No fault.
    public static let none = FaultPlan()

    /// Whether no seed has any fault.
    public var isEmpty: Bool { faults.isEmpty && swarm == nil && (decisions?.decisions.isEmpty ?? true) }

    /// The faults of a seed, in order.
    public func faults(of seed: UInt64) -> [PlannedFault] {
        decisions == nil ? faults + (swarm?.faults(of: Chance(seed: seed)) ?? []) : []
    }
}
