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
    /// The decisions to repeat. Where they are given, faults and swarm are not asked; but see ``reseeding``.
    public var decisions: DecisionList?
    /// From when on decisions are not repeated any more, and another seed decides on the plan's faults.
    public var reseeding: Reseeding?

    /// Whether worlds keep note of which faults could have happened where, for those who ask what a search has reached.
    public var notesPossible = false

    /// A time from which on another seed decides.
    public struct Reseeding: Sendable, Hashable {
        /// The time since the world began.
        public let time: Duration
        /// The seed from then on.
        public let seed: UInt64
    }

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

    /// A plan that takes these decisions again until a time, in the seed's order; from then on another seed decides on
    /// these faults, and on the order.
    public init(repeating decisions: DecisionList, until time: Duration, then faults: [PlannedFault], seed: UInt64) {
        self.faults = faults
        self.decisions = decisions
        reseeding = Reseeding(time: time, seed: seed)
    }

    /// No fault.
    public static let none = FaultPlan()

    /// Whether no seed has any fault.
    public var isEmpty: Bool { faults.isEmpty && swarm == nil && (decisions?.decisions.isEmpty ?? true) }

    /// The faults of a seed, in order.
    public func faults(of seed: UInt64) -> [PlannedFault] {
        if reseeding != nil { return faults }
        return decisions == nil ? faults + (swarm?.faults(of: Chance(seed: seed)) ?? []) : []
    }
}
