// What came of one case under one seed.

public import Faults
public import Kernel
public import Suites

/// One case, run once.
public struct CaseResult: Sendable {
    /// The case.
    public let suiteCase: SuiteCase
    /// The seed it ran under.
    public let seed: UInt64
    /// What came of it.
    public let verdict: CaseVerdict
    /// What it measured.
    public var timings: [StepTiming] = []
    /// The hash of the run; nil in worlds that do not repeat, and for what was not run.
    public var fingerprint: Fingerprint?
    /// How much of the world's time passed.
    public var elapsed = Duration.zero
    /// How much real time passed.
    public var took = Duration.zero
    /// The faults that happened, a line each, in order.
    public var faults: [String] = []
    /// The same as decisions, by which alone the run repeats.
    public var decisions = DecisionList([])
    /// How they compare with those of the simulated run of the same case; nil where the world is simulated itself, where
    /// no fault is planned, and for what was not run.
    public var twin: TwinComparison?
    /// What has happened of that which the case says happens sometimes.
    public var marks: Set<String> = []
    /// Which faults could have happened where, sorted, where the plan of faults keeps note of that.
    public var possibleFaults: [FaultCell] = []
    /// The steps that could have run in another order, where they were asked for.
    public var contestedSteps: [ContestedStep] = []
    /// What happened, where it was kept.
    public var events: [Trace.Event] = []

    /// The case's id.
    public var id: String { suiteCase.id }
}

/// What came of a case.
public enum CaseVerdict: Sendable, Equatable {
    /// It found nothing wrong.
    case passed
    /// It found something wrong.
    case failed([Finding])
    /// It could not be carried out; this says nothing of the services.
    case notRun(String)
    /// It was not tried: its world lacks what it needs, or a layer below it has failed.
    case skipped(String)

    /// Whether it was carried out.
    public var isExecuted: Bool {
        switch self {
        case .passed, .failed: true
        case .notRun, .skipped: false
        }
    }
}
