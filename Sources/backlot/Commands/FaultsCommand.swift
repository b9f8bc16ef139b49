// backlot faults

import ArgumentParser
import Faults
import Fixtures
import Wire

/// Lists the faults.
struct FaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults", abstract: "Lists the faults that a run can inject.",
        discussion: """
            Examples:
              backlot faults
              backlot faults explain latency
              backlot faults --json
            """,
        subcommands: [List.self, Explain.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the faults, a line each.")
        @Flag(help: "Writes a JSON array of objects.") var json = false

        func run() {
            if json { return Output.write(JSONValue.array(FaultCatalogue.kinds.map(FaultsCommand.json)).text + "\n") }
            let width = FaultCatalogue.kinds.map(\.name.count).max() ?? 0
            for kind in FaultCatalogue.kinds {
                Output.write(kind.name + String(repeating: " ", count: width - kind.name.count + 2) + kind.summary + "\n")
            }
            Output.write(
                "Plans by name: \(FaultPlan.names.joined(separator: ", ")). 'backlot faults explain NAME' says all of one.\n")
        }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "explain", abstract: "Explains one fault.")
        @Argument(help: "The name of the fault.") var name: String

        func run() throws {
            let kind = try UsageError.from { try FaultCatalogue.kind(named: name, at: Place("faults explain")) }
            Output.write("\(kind.name)\n  \(kind.summary)\n")
            Output.write("  Happens at: \(kind.sites.map(\.rawValue).joined(separator: ", "))\n")
            Output.write("  For example: \(kind.example)\n")
            for parameter in kind.parameters {
                Output.write("  \(parameter.name) (\(parameter.unit), \(parameter.fallback)): \(parameter.summary)\n")
            }
            Output.write("  The caller must reckon with: \(kind.outcomes.map(\.rawValue).joined(separator: ", "))\n")
        }
    }

    private static func json(_ kind: FaultKind) -> JSONValue {
        let parameters = kind.parameters.map { parameter -> JSONValue in
            [
                "name": .string(parameter.name), "unit": .string(parameter.unit), "default": .string(parameter.fallback),
                "summary": .string(parameter.summary),
            ]
        }
        return [
            "name": .string(kind.name), "summary": .string(kind.summary), "example": .string(kind.example),
            "sites": .array(kind.sites.map { .string($0.rawValue) }), "parameters": .array(parameters),
            "outcomes": .array(kind.outcomes.map { .string($0.rawValue) }),
        ]
    }
}
