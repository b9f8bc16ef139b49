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
              backlot faults --schema > plan.schema.json

            A fault in one line, as --fault takes it:
              PLACE[[CONDITION]]: FAULT[(PARAMETER=VALUE, ...)][@N | @N..M | @N..][@t=FROM[..TO]][~PERCENT%]

            PLACE is a link (agent->llm, agent<-llm, agent<->llm), a route (llm POST /v1/**, client->agent /api/**), a store (auth \
            sql insert, auth sql commit, auth cache get), a tool (agent tool search), an insert (analytics insert agent_events) \
            or a service (agent). CONDITION is what an event must say: [agent_completed], the type of a WebSocket message; \
            [~"text"], a text in a message, a request's body, a statement or a command; or both. @N is the N-th event at each \
            such place, of those that meet the condition, counted from 1; @t= is a time since the world began.
              client<-events[agent_completed]: event-loss@1
              llm POST /v1/chat/completions[~"costs"]: http-429@2..3
            """,
        subcommands: [List.self, Explain.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the faults, a line each.")
        @Flag(help: "Writes a JSON array of objects.") var json = false
        @Flag(help: "Writes the JSON schema of plans in YAML, for editors.") var schema = false

        func validate() throws {
            if json, schema { throw ValidationError("--json and --schema write different things: leave one of them out.") }
        }

        func run() {
            if schema { return Output.write(FaultSchema.text) }
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
            let forms = kind.forms.map { "\($0.article) (\($0.example))" }
            Output.write("  Its place: \(forms.joined(separator: ", or "))\n")
            Output.write("  For example: \(kind.example)\n")
            for parameter in kind.parameters {
                Output.write("  \(parameter.name) (\(parameter.unit), \(parameter.fallback)): \(parameter.summary)\n")
            }
            if kind.needsWindow { Output.write("  Needs @t=FROM..TO, and takes neither @N nor ~PERCENT%.\n") }
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
