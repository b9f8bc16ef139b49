// backlot list

import ArgumentParser
import Fixtures
import Foundation
import Runner
import Suites

/// Lists cases.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the cases, and runs nothing.",
        discussion: """
            Exit codes: 0, 1 with --coverage where a line of the plan has no case, 2 nothing selected or an error of \
            collection, 64 wrong usage.

            Examples:
              backlot list
              backlot list -q -m "auth_flow and not golden_path"
              backlot list --coverage
            """)

    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @Flag(name: .shortAndLong, help: "Only the ids, one a line.") var quiet = false
    @Flag(help: "Every line of the test plan, with the selected cases that cover it.") var coverage = false

    func run() throws {
        let (collection, selection, chosen) = try selection.select()
        let errors = selection.errors(of: collection)
        guard coverage else { return try Self.collect(collection, chosen, errors, isQuiet: quiet) }
        Self.report(errors)
        let table = CoverageTable(chosen)
        Output.write(table.lines.map { $0 + "\n" }.joined())
        if !table.uncovered.isEmpty { throw ExitCode(1) }
        if !errors.isEmpty { throw ExitCode(2) }
    }

    /// Lists cases; with `isQuiet` only their ids. Throws exit code 2 for nothing selected, and for errors.
    static func collect(
        _ collection: SuiteCatalogue.Collection, _ chosen: [SuiteCase], _ errors: [CollectionError], isQuiet: Bool
    ) throws {
        for suiteCase in chosen { Output.write(isQuiet ? suiteCase.id + "\n" : text(suiteCase)) }
        report(errors)
        let counts =
            "declared \(collection.declared), collected \(collection.cases.count), selected \(chosen.count), \(errors.count) errors\n"
        // With -q the ids are for other programs, which shall not read the counts as one.
        if isQuiet { FileHandle.standardError.write(Data(counts.utf8)) } else { Output.write(counts) }
        if chosen.isEmpty || !errors.isEmpty { throw ExitCode(2) }
    }

    private static func report(_ errors: [CollectionError]) {
        for error in errors { FileHandle.standardError.write(Data("collection error: \(error)\n".utf8)) }
    }

    private static func text(_ suiteCase: SuiteCase) -> String {
        var lines = [
            suiteCase.id, "  \(suiteCase.title)", "  layer \(suiteCase.layer.rawValue)",
            "  covers \(suiteCase.covers.joined(separator: " "))", "  markers \(suiteCase.markers.joined(separator: " "))",
        ]
        if suiteCase.survives == .any { lines.append("  bears any fault") }
        if !suiteCase.finds.isEmpty { lines.append("  finds under some seeds \(suiteCase.finds.joined(separator: " "))") }
        if !suiteCase.catches.isEmpty { lines.append("  catches \(suiteCase.catches.joined(separator: " "))") }
        if !suiteCase.needs.isEmpty {
            lines.append("  needs \(suiteCase.needs.map(\.rawValue).joined(separator: "; "))")
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
