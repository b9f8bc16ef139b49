// Which world, with which users, faults and planted bugs.

import ArgumentParser
import Faults
import Fixtures
import Foundation
import Runner
import ServiceKit
import Worlds

/// The world of a run on the command line, in Backlot's words and in the plan's.
struct WorldOptions: ParsableArguments {
    @Option(help: "The world: 'simulated' (virtual time, repeatable) or 'local' (loopback sockets, real time).")
    var world: String?
    @Option(
        help: "The plan's word for the world: 'test', 'dev' or 'staging'. Where no staging is configured, the fakes stand in.")
    var environment: String?
    @Flag(help: "Always true: nothing here needs Docker.") var noDocker = false
    @Option(help: "How many users act at once. Also: --concurrent-users.") var users: Int?
    @Option(help: .hidden) var concurrentUsers: Int?
    @Option(help: "A fault: LINK: FAULT[(PARAMETER=VALUE, ...)][@N][~PERCENT%]. May be given several times.")
    var fault: [String] = []
    @Option(help: "A planted bug, switched on ('backlot bugs' lists them). May be given several times.") var bug: [String] = []
    @Option(help: "A quirk of the real product, switched on ('backlot quirks' lists them). May be given several times.")
    var quirk: [String] = []
    @Option(help: "'strict', as the contracts should be, or 'as-deployed', with all quirks.") var profile = "strict"

    /// The names of environments that the plan knows.
    static let environments = ["test", "dev", "staging"]

    /// How many users act at once.
    func userCount() throws -> Int {
        if let users, let concurrentUsers, users != concurrentUsers {
            throw UsageError(
                description: "--users \(users) and --concurrent-users \(concurrentUsers) say the same thing: give one.")
        }
        let count = users ?? concurrentUsers ?? 10
        guard (1...100_000).contains(count) else {
            throw UsageError(description: "--users: \(count) is not between 1 and 100000.")
        }
        return count
    }

    /// The blueprint that the options describe, and what the report is to say of it.
    func blueprint(seed: UInt64, fixtures: FixtureSet) throws -> (blueprint: Blueprint, notes: [String]) {
        var notes: [String] = []
        if let environment {
            guard Self.environments.contains(environment) else {
                throw UsageError.unknown("environment", environment, known: Self.environments)
            }
            if environment == "staging" { notes.append(Self.standIn) }
        }
        let known = WorldKind.allCases.map(\.rawValue)
        let name = world ?? WorldKind.simulated.rawValue
        guard let kind = WorldKind(rawValue: name) else { throw UsageError.unknown("world", name, known: known) }
        var blueprint = Blueprint(kind, seed: seed, fixtures: fixtures)
        blueprint.faults = FaultPlan(
            try UsageError.from {
                try fault.map { try FaultExpression.parse($0, endpoints: ServiceName.names + ["client"]) }
            })
        blueprint.deviations = try UsageError.from { try deviations() }
        if !blueprint.deviations.isEmpty { notes.append("switched on: \((bug + quirk + profileNames).joined(separator: ", "))") }
        return (blueprint, notes)
    }

    private static let standIn =
        "no staging environment is configured, so the fakes stand in for it: this run says nothing of a deployment"

    private var profileNames: [String] { profile == "strict" ? [] : ["profile \(profile)"] }

    private func deviations() throws -> Set<Deviation> {
        let bugs = try bug.map { try DeviationCatalogue.deviation(named: $0, at: Place("--bug")) }
        let quirks = try quirk.map { try DeviationCatalogue.quirk(named: $0, at: Place("--quirk")) }
        switch profile {
        case "strict": return Set(bugs + quirks)
        case "as-deployed": return Set(bugs + quirks + DeviationCatalogue.all.filter(\.isQuirk))
        default: throw InputError.unknown("profile", profile, known: ["strict", "as-deployed"], at: Place("--profile"))
        }
    }

    /// What a replay must say again.
    var replayArguments: [String] {
        var arguments = ["--users", "\((try? userCount()) ?? 10)"]
        if let world, world != "simulated" { arguments += ["--world", world] }
        for fault in fault { arguments += ["--fault", fault] }
        for bug in bug { arguments += ["--bug", bug] }
        for quirk in quirk { arguments += ["--quirk", quirk] }
        if profile != "strict" { arguments += ["--profile", profile] }
        return arguments
    }
}
