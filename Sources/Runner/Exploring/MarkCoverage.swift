// What cases say happens sometimes: in how many of their runs it has happened.

public import Suites

/// In how many runs each mark of each case was seen.
public struct MarkCoverage: Sendable {
    /// One mark of a case.
    public struct Mark: Sendable, Hashable {
        /// The case's id.
        public let id: String
        /// What happens sometimes.
        public let mark: String
        /// In how many runs it has happened.
        public fileprivate(set) var seen = 0
        /// Of how many.
        public fileprivate(set) var runs = 0
    }

    /// The marks, in the order of the cases and of their declarations.
    public private(set) var marks: [Mark]

    /// The marks of cases, none of them seen.
    public init(_ cases: [SuiteCase] = []) {
        marks = cases.flatMap { suiteCase in suiteCase.sometimes.map { Mark(id: suiteCase.id, mark: $0) } }
    }

    /// Counts what a run has seen.
    public mutating func add(_ result: CaseResult) {
        guard result.verdict.isExecuted else { return }
        for index in marks.indices where marks[index].id == result.id {
            marks[index].runs += 1
            if result.marks.contains(marks[index].mark) { marks[index].seen += 1 }
        }
    }

    /// The marks that were never seen.
    public var missing: [Mark] { marks.filter { $0.seen == 0 } }

    /// The table: a line for each mark.
    public var table: [String] {
        var table = Table(header: ["sometimes", "runs", "of"])
        table.rows = marks.map { ["\($0.id): \($0.mark)", $0.seen == 0 ? "never" : "\($0.seen)", "\($0.runs)"] }
        return table.rows.isEmpty ? [] : table.lines
    }
}
