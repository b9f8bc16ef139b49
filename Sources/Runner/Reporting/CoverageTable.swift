// Which line of the plan is covered by which cases.

public import Suites

/// The lines of the test plan with the cases that cover them.
public struct CoverageTable: Sendable {
    /// The ids of the lines that no case covers.
    public let uncovered: [String]
    /// The table for people: a line of the plan each, its cases below it, and the count at the end.
    public let lines: [String]

    /// The coverage of the plan by these cases.
    public init(_ cases: [SuiteCase]) {
        var lines: [String] = []
        var uncovered: [String] = []
        for category in TestPlan.categories {
            let own = TestPlan.lines.filter { $0.category == category }
            lines.append("\(category)")
            for line in own {
                let covering = cases.filter { $0.covers.contains(line.id) }
                if covering.isEmpty { uncovered.append(line.id) }
                lines.append("  \(line.id)  \(line.text)")
                lines.append("        \(line.markers.joined(separator: " "))")
                lines += covering.isEmpty ? ["        NO CASE"] : covering.map { "        \($0.id)" }
            }
        }
        let total = TestPlan.lines.count
        lines.append("\(total - uncovered.count) of \(total) lines covered by \(cases.count) cases")
        if !uncovered.isEmpty { lines.append("without a case: \(uncovered.joined(separator: " "))") }
        self.lines = lines
        self.uncovered = uncovered
    }
}
