// Which planted bugs and quirks are switched on.

import ArgumentParser
import Fixtures
import ServiceKit
import Worlds

/// The deviations of a world on the command line.
struct DeviationOptions: ParsableArguments {
    @Option(help: "A planted bug, switched on ('backlot bugs' lists them). May be given several times.") var bug: [String] = []
    @Option(help: "A quirk of the real product, switched on ('backlot quirks' lists them). May be given several times.")
    var quirk: [String] = []
    @Option(help: "'strict', as the contracts should be, or 'as-deployed', with all quirks.") var profile = "strict"

    /// What is switched on. Throws an `InputError` with the nearest name for one that does not exist.
    func chosen() throws -> Set<Deviation> {
        let bugs = try bug.map { try DeviationCatalogue.deviation(named: $0, at: Place("--bug")) }
        let quirks = try quirk.map { try DeviationCatalogue.quirk(named: $0, at: Place("--quirk")) }
        switch profile {
        case "strict": return Set(bugs + quirks)
        case "as-deployed": return Set(bugs + quirks + DeviationCatalogue.all.filter(\.isQuirk))
        default: throw InputError.unknown("profile", profile, known: ["strict", "as-deployed"], at: Place("--profile"))
        }
    }

    /// What was asked for, for people; nil where nothing was.
    var note: String? {
        let names = bug + quirk + (profile == "strict" ? [] : ["profile \(profile)"])
        return names.isEmpty ? nil : "switched on: \(names.joined(separator: ", "))"
    }

    /// What a replay must say again.
    var replayArguments: [String] {
        bug.flatMap { ["--bug", $0] } + quirk.flatMap { ["--quirk", $0] } + (profile == "strict" ? [] : ["--profile", profile])
    }
}
