// What a search has seen of all that it is to see.

public import Suites

/// What a search has seen of all that it is to see: faults at services, and what cases say happens sometimes.
public struct SearchCoverage: Sendable {
    /// Which faults happened where.
    public private(set) var faults = FaultCoverage()
    /// What has happened of that which happens sometimes.
    public private(set) var marks: MarkCoverage

    /// Nothing seen yet of these cases.
    public init(_ cases: [SuiteCase] = []) { marks = MarkCoverage(cases) }

    /// Counts what a run has seen.
    public mutating func add(_ result: CaseResult) {
        faults.add(result.decisions, possible: result.possibleFaults)
        marks.add(result)
    }

    /// Whether all has been seen. Never so unless the plan of faults keeps note of what is possible.
    public var isComplete: Bool { faults.isComplete && marks.missing.isEmpty }
}
