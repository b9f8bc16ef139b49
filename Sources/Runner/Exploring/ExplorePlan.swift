// What is to be searched: cases, seeds, faults, and when to stop.

public import Faults
import Kernel
import Suites
import Worlds

/// A search, decided and not begun.
public struct ExplorePlan: Sendable {
    /// The cases, the world, the users, and how many worlds run at once. Its seeds are not used.
    public var run: RunPlan
    /// The first seed.
    public let firstSeed: UInt64
    /// The last seed; none, if nil.
    public let lastSeed: UInt64?
    /// How much real time the search may take; any, if nil.
    public var patience: Duration?
    /// After how many distinct failures the search stops; never, if nil.
    public var failureLimit: Int?
    /// Whether the search stops when it has seen all that it is to see: every mark of its cases, and every kind of fault at
    /// every service where it could happen.
    public var stopsWhenCovered = false
    /// Whether failures are shrunk.
    public var shrinks = true
    /// The faults of cases that survive mild ones only; nil where every case has the plan's.
    public var mildFaults: FaultPlan?

    /// A search of a plan's cases under seeds.
    public init(_ run: RunPlan, from first: UInt64, through last: UInt64?) {
        self.run = run
        // What is held to one run has nothing to be searched.
        self.run.cases.removeAll { $0.pin != nil }
        firstSeed = first
        lastSeed = last
    }

    /// How many seeds there are; nil where there is no end.
    public var seedCount: UInt64? { lastSeed.map { $0 - firstSeed + 1 } }

    /// What is run under one seed: the cases that survive every fault; of the others, which have milder ones, the next in
    /// turn. Where every case has the plan's faults, all of them.
    func runs(under seed: UInt64) -> [CaseRun] {
        var run = run
        run.blueprint.faults.notesPossible = stopsWhenCovered
        guard var mildFaults else { return run.cases.map { CaseRun(suiteCase: $0, seed: seed, plan: run) } }
        var runs = run.cases.filter { $0.survives == .any }.map { CaseRun(suiteCase: $0, seed: seed, plan: run) }
        let others = run.cases.filter { $0.survives == .mild }
        if !others.isEmpty {
            var mild = run
            mildFaults.notesPossible = stopsWhenCovered
            mild.blueprint.faults = mildFaults
            runs.append(CaseRun(suiteCase: others[Int(seed % UInt64(others.count))], seed: seed, plan: mild))
        }
        return runs
    }
}

/// A failure, the first of its kind.
public struct DistinctFailure: Sendable {
    /// What failed first in this way.
    public let result: CaseResult
    /// What it is.
    public let signature: String
    /// What is left of it; nil where it was not shrunk, or did not fail again.
    public var shrunk: ShrunkFailure?
    /// The plan under which it failed.
    public let plan: RunPlan
    /// Whether that was a case that had mild faults only.
    public let hasMildFaults: Bool
}

/// What a search says while it goes on, in the order of the seeds.
public enum ExploreEvent: Sendable {
    /// A case has run.
    case ran(CaseResult)
    /// It has failed in a way that was not seen before; it is shrunk next, where that is asked for.
    case failed(DistinctFailure)
    /// A failure has been shrunk.
    case shrunk(DistinctFailure)
}
