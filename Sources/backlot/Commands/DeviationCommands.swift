// backlot bugs, backlot quirks

import ArgumentParser
import Fixtures
import ServiceKit
import Suites
import Wire
import Worlds

/// Lists the planted bugs.
struct BugsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bugs", abstract: "Lists the planted bugs: what '--bug NAME' switches on, and which cases catch it.",
        discussion: """
            Examples:
              backlot bugs
              backlot bugs explain refresh-reuse
              backlot bugs --json
            """,
        subcommands: [List.self, Explain.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the bugs, a line each.")
        @Flag(help: "Writes a JSON array of objects.") var json = false
        func run() { DeviationList.write(DeviationCatalogue.all, asJSON: json) }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "explain", abstract: "Explains one bug.")
        @Argument(help: "The name of the bug.") var name: String
        func run() throws {
            DeviationList.explain(
                try UsageError.from { try DeviationCatalogue.deviation(named: name, at: Place("bugs explain")) })
        }
    }
}

/// Lists the quirks.
struct QuirksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quirks", abstract: "Lists the quirks of the real product: what '--quirk NAME' switches on.",
        discussion: """
            Examples:
              backlot quirks
              backlot quirks explain silent-drop
              backlot quirks --json
            """,
        subcommands: [List.self, Explain.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the quirks, a line each.")
        @Flag(help: "Writes a JSON array of objects.") var json = false
        func run() { DeviationList.write(DeviationCatalogue.all.filter(\.isQuirk), asJSON: json) }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "explain", abstract: "Explains one quirk.")
        @Argument(help: "The name of the quirk.") var name: String
        func run() throws {
            DeviationList.explain(try UsageError.from { try DeviationCatalogue.quirk(named: name, at: Place("quirks explain")) })
        }
    }
}

/// How deviations are listed.
private enum DeviationList {
    static func write(_ deviations: [Deviation], asJSON: Bool) {
        if asJSON { return Output.write(JSONValue.array(deviations.map(json)).text + "\n") }
        let names = deviations.map(\.name.count).max() ?? 0
        let services = deviations.map(\.service.count).max() ?? 0
        for deviation in deviations {
            let name = deviation.name.padding(to: names + 2)
            let needs = deviation.needs.rawValue.padding(to: DeviationNeed.nothing.rawValue.count + 2)
            Output.write(name + deviation.service.padding(to: services + 2) + needs + deviation.summary + "\n")
        }
    }

    static func explain(_ deviation: Deviation) {
        let cases = catching(deviation)
        Output.write(
            """
            \(deviation.name)
              \(deviation.summary)
              service \(deviation.service)
              needs \(needed(deviation.needs)) to show
              \(deviation.isQuirk ? "a quirk: the real product was seen to do so" : "a planted bug")
              caught by \(cases.isEmpty ? "no case yet" : cases.joined(separator: ", "))

            """)
    }

    private static func needed(_ need: DeviationNeed) -> String {
        switch need {
        case .nothing: "nothing"
        case .fault: "a fault"
        case .order: "an unlucky order of what is ready at one moment"
        }
    }

    private static func catching(_ deviation: Deviation) -> [String] {
        SuiteCatalogue.collect().cases.filter { ($0.catches + $0.finds).contains(deviation.name) }.map(\.id)
    }

    private static func json(_ deviation: Deviation) -> JSONValue {
        [
            "name": .string(deviation.name), "service": .string(deviation.service), "summary": .string(deviation.summary),
            "quirk": .bool(deviation.isQuirk), "needs": .string(deviation.needs.rawValue),
            "caught_by": .array(catching(deviation).map(JSONValue.string)),
        ]
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
