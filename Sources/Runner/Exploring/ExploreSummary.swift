// What came of a search, counted.

public import Kernel
import Suites

/// What came of a search.
public struct ExploreSummary: Sendable {
    /// Seeds of which something was run.
    public private(set) var seeds: UInt64 = 0
    /// Case runs that were carried out.
    public private(set) var executed = 0
    /// Case runs that failed, in whatever way.
    public private(set) var failed = 0
    /// Case runs that could not be carried out, and the first reason.
    public private(set) var notRun = (count: 0, reason: "")
    /// The distinct failures, in the order in which they were found; shrunk where they were.
    public private(set) var failures: [DistinctFailure] = []
    /// What was seen of all that there is to see.
    public private(set) var coverage: SearchCoverage
    /// The fingerprints of all case runs together.
    public private(set) var fingerprint: Fingerprint?
    /// Real time.
    public var took = Duration.zero
    private var lastSeed: UInt64?
    private var counts: [String: (ran: Int, failed: [String: Int])] = [:]

    /// Nothing yet of a search.
    public init(_ plan: ExplorePlan) { coverage = SearchCoverage(plan.run.cases) }

    /// Counts what has happened.
    public mutating func add(_ event: ExploreEvent) {
        switch event {
        case .ran(let result): add(result)
        case .failed(let failure): failures.append(failure)
        case .shrunk(let failure):
            let place = failures.firstIndex { $0.result.id == failure.result.id && $0.signature == failure.signature }
            if let place { failures[place] = failure }
        }
    }

    private mutating func add(_ result: CaseResult) {
        if result.seed != lastSeed { seeds += 1 }
        lastSeed = result.seed
        counts[result.id, default: (0, [:])].ran += 1
        for signature in Set(FailureSignature.all(of: result.verdict)) {
            counts[result.id]?.failed[signature, default: 0] += 1
        }
        switch result.verdict {
        case .passed: executed += 1
        case .failed:
            executed += 1
            failed += 1
        case .notRun(let reason):
            if notRun.count == 0 { notRun.reason = "\(result.id) seed \(result.seed): \(reason)" }
            notRun.count += 1
        case .skipped: break
        }
        coverage.add(result)
        if let next = result.fingerprint { fingerprint = fingerprint?.combined(with: next) ?? next }
    }

    /// How often a failure showed, of all seeds under which its case ran.
    public func findability(of failure: DistinctFailure) -> Findability? {
        guard let count = counts[failure.result.id], let failed = count.failed[failure.signature] else { return nil }
        return Findability(failed: failed, of: count.ran)
    }

    /// Seeds in a second of real time.
    public var seedsPerSecond: Double { Double(seeds) / max(took.seconds, 1e-3) }

    /// The exit code: 0 none found, 1 found, 2 could not run or nothing ran.
    public var exitCode: Int32 { failed > 0 ? 1 : executed == 0 || notRun.count > 0 ? 2 : 0 }
}
