// What came of one case under one seed.

public import Kernel
public import Suites

/// One case, run once.
public struct CaseResult: Sendable {
    /// The case's id.
    public let id: String
    /// The seed it ran under.
    public let seed: UInt64
    /// What came of it.
    public let verdict: CaseVerdict
    /// What it measured.
    public let timings: [StepTiming]
    /// The hash of the run; nil in worlds that do not repeat.
    public let fingerprint: Fingerprint?
    /// How much of the world's time passed.
    public let elapsed: Duration
    /// How much real time passed.
    public let took: Duration
    /// The faults that happened, in order.
    public let faults: [String]
    /// What happened, where it was kept.
    public let events: [Trace.Event]
}

/// What came of a case.
public enum CaseVerdict: Sendable, Equatable {
    /// It found nothing wrong.
    case passed
    /// It found something wrong.
    case failed([Finding])
    /// It could not be carried out; this says nothing of the services.
    case notRun(String)
}
