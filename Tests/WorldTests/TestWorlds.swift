// What the tests of this folder share: the repository's fixtures, and one way into either kind of world.

import Faults
import Foundation
import Kernel
import Mesh
import Runner
import Suites
import Worlds

/// The repository's own fixtures, found by this file's place.
enum TestFixtures {
    static func load() throws -> FixtureSet {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try FixtureSet.load(root.appending(path: "Fixtures"))
    }
}

/// A blueprint of the repository's fixtures, with faults as the command line writes them.
func blueprint(_ kind: WorldKind = .simulated, seed: UInt64 = 1, faults: [String] = []) throws -> Blueprint {
    var blueprint = Blueprint(kind, seed: seed, fixtures: try TestFixtures.load())
    blueprint.faults = FaultPlan(try faults.map { try FaultExpression.parse($0, endpoints: ServiceName.names + ["client"]) })
    return blueprint
}

/// Runs `body` in a world of its own, of either kind.
func inWorld<Value: Sendable>(
    _ blueprint: Blueprint, _ body: @escaping @Sendable (World) async throws -> Value
) async throws -> Value {
    switch blueprint.kind {
    case .simulated: try SimulatedWorld.run(blueprint, body).value
    case .local: try await LocalWorld.run(blueprint, body)
    }
}

/// A plan of the golden path, or of other cases.
func plan(
    _ blueprint: Blueprint, cases: [SuiteCase] = [SuiteCatalogue.goldenPath], seeds: [UInt64] = [1], users: Int, width: Int = 1
) -> RunPlan {
    RunPlan(
        cases: cases, of: SuiteCatalogue.collect(cases), seeds: seeds, setting: CaseSetting(users: users),
        blueprint: blueprint, width: width)
}

/// What a run of the golden path shows of itself.
struct GoldenRun: Equatable, Sendable {
    var fingerprint: Fingerprint
    var findings: [String]
    var decisions: [FaultDecision]

    /// Runs the golden path in a simulated world.
    init(
        seed: UInt64 = 1, users: Int, faults: [String] = [], order: Simulation.Order = .seeded
    ) throws {
        let suiteCase = SuiteCatalogue.goldenPath
        let outcome = SimulatedWorld.run(try blueprint(seed: seed, faults: faults), order: order) { world in
            let report = try await suiteCase.run(in: world, CaseSetting(users: users))
            return (report.findings.map(\.description), world.mesh.injector.decisions)
        }
        (findings, decisions) = try outcome.value
        fingerprint = outcome.fingerprint
    }
}
