// Which world, with which users, faults and planted bugs.

import ArgumentParser
import Fixtures
import Foundation
import Runner
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
    @OptionGroup var faults: FaultOptions
    @OptionGroup var deviations: DeviationOptions

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
        blueprint.faults = try UsageError.from { try faults.plan() }
        blueprint.deviations = try UsageError.from { try deviations.chosen() }
        if let note = deviations.note { notes.append(note) }
        return (blueprint, notes)
    }

    private static let standIn =
        "no staging environment is configured, so the fakes stand in for it: this run says nothing of a deployment"

    /// What a replay must say again.
    var replayArguments: [String] {
        var arguments = ["--users", "\((try? userCount()) ?? 10)"]
        if let world, world != "simulated" { arguments += ["--world", world] }
        arguments += faults.replayArguments + deviations.replayArguments
        return arguments
    }
}
