// backlot list

import ArgumentParser
import Fixtures
import Runner
import Suites

/// Lists cases.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the cases, and runs nothing.",
        discussion: """
            Examples:
              backlot list
              backlot list -q
            """)

    @Argument(help: "The ids of the cases to list; all, if none is given.") var cases: [String] = []
    @Flag(name: .shortAndLong, help: "Only the ids, one a line.") var quiet = false

    func run() throws {
        let selected = try UsageError.from { try CaseSelection.select(cases) }
        if quiet { selected.forEach { Output.write($0.id + "\n") } } else { Self.print(selected) }
    }

    static func print(_ cases: [SuiteCase]) {
        for suiteCase in cases {
            Output.write("\(suiteCase.id)\n  \(suiteCase.title)\n")
            Output.write("  covers \(suiteCase.covers.joined(separator: " "))\n")
            Output.write("  markers \(suiteCase.markers.joined(separator: " "))\n")
        }
        Output.write("collected \(SuiteCatalogue.cases.count), selected \(cases.count)\n")
    }
}
