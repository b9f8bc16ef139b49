// How the decisions of two runs compare that had the same plan and seed in different worlds.

/// The decisions of two runs with the same plan and seed, one set beside the other by their keys.
///
/// A decision hangs on the seed, its site, its actor and its occurrence. How many events there are at a place, and when,
/// is each world's own affair, so a run may take decisions that the other does not; but where both decide on an event of
/// the same key, they decide alike.
public struct DecisionComparison: Sendable, Hashable {
    /// What two runs decided on events of the same key.
    public struct Pair: Sendable, Hashable {
        /// In the first run.
        public let first: FaultDecision
        /// In the second run.
        public let second: FaultDecision
    }

    /// What both decided alike, in the first run's order.
    public private(set) var both: [FaultDecision] = []
    /// What they decided otherwise and may: one of the faults asks when an event comes, how large it is or what it says,
    /// and that is not the same in both.
    public private(set) var allowed: [Pair] = []
    /// What they decided otherwise and must not: a defect of the injector.
    public private(set) var differing: [Pair] = []
    /// What only the first run decided, in its order.
    public private(set) var onlyFirst: [FaultDecision] = []
    /// What only the second run decided, in its order.
    public private(set) var onlySecond: [FaultDecision] = []

    /// Compares two lists. `faults` are those of the plan under the runs' seed; none where decisions were repeated.
    public init(_ first: [FaultDecision], _ second: [FaultDecision], faults: [PlannedFault]) {
        let counterparts = Dictionary(second.map { (DecisionKey($0), $0) }) { first, _ in first }
        for decision in first {
            switch counterparts[DecisionKey(decision)] {
            case nil: onlyFirst.append(decision)
            case decision: both.append(decision)
            case let other?:
                let pair = Pair(first: decision, second: other)
                if pair.mayDiffer(under: faults) { allowed.append(pair) } else { differing.append(pair) }
            }
        }
        let keys = Set(first.map(DecisionKey.init))
        onlySecond = second.filter { !keys.contains(DecisionKey($0)) }
    }
}

extension DecisionComparison.Pair {
    /// Whether one of the two faults, as it is planned, asks for more of an event than its key.
    fileprivate func mayDiffer(under faults: [PlannedFault]) -> Bool {
        faults.contains { fault in
            (fault.name == first.fault || fault.name == second.fault) && fault.sites.contains(first.site)
                && !fault.hangsOnKeyAlone
        }
    }
}
