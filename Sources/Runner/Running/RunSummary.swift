// What came of a whole run, counted.

public import Kernel

/// What came of a whole run.
public struct RunSummary: Sendable {
    /// Cases that the suites declare.
    public var declared = 0
    /// Cases that could be collected.
    public var collected = 0
    /// Cases that were selected.
    public var selected = 0
    /// Case runs that the plan has: each selected case under each seed.
    public var planned = 0
    /// Case runs that were carried out.
    public var executed = 0
    /// Case runs that found nothing wrong.
    public var passed = 0
    /// Case runs that found something wrong.
    public var failed = 0
    /// Case runs that could not be carried out.
    public var notRun = 0
    /// Case runs that were not tried.
    public var skipped = 0
    /// What could not be collected of that which was asked for.
    public var collectionErrors = 0
    /// Real time.
    public var took = Duration.zero
    /// The world's time, added up.
    public var elapsed = Duration.zero
    /// The fingerprints of all case runs together; nil where there is none.
    public var fingerprint: Fingerprint?
    /// How the decisions of local runs compare with those of their simulated twins.
    public var twins = TwinCount()
    /// The results to show: all that did not pass, and the first that did.
    public var shown: [CaseResult] = []

    /// How many results are kept to be shown.
    static let shownLimit = 20

    init(_ plan: RunPlan) {
        (declared, collected) = plan.counts
        selected = plan.cases.count
        planned = plan.count
    }

    /// The exit code: 0 passed, 1 failed, 2 could not run, could not be collected, or nothing ran.
    public var exitCode: Int32 {
        if failed > 0 { return 1 }
        return executed == 0 || notRun > 0 || collectionErrors > 0 ? 2 : 0
    }

    /// The first result that failed, or else could not be carried out.
    public var failure: CaseResult? {
        shown.first { if case .failed = $0.verdict { true } else { false } }
            ?? shown.first { if case .notRun = $0.verdict { true } else { false } }
    }

    mutating func add(_ result: CaseResult) {
        if result.verdict.isExecuted { executed += 1 }
        var isShown = shown.count < Self.shownLimit
        switch result.verdict {
        case .passed:
            passed += 1
            isShown = shown.isEmpty
        case .failed: failed += 1
        case .notRun: notRun += 1
        case .skipped: skipped += 1
        }
        if isShown { shown.append(result) }
        if let twin = result.twin { twins.add(twin) }
        elapsed += result.elapsed
        if let next = result.fingerprint { fingerprint = fingerprint?.combined(with: next) ?? next }
    }
}
