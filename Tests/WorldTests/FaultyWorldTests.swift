// Worlds with faults repeat, by seed and by decision list; light faults are absorbed; other users and faults do not matter.

import Faults
import Kernel
import Runner
import Suites
import Testing
import Worlds

/// A run of the golden path in a world with a plan.
private struct PlannedRun: Equatable, Sendable {
    var findings: [String]
    var decisions: DecisionList
    var fingerprint: Fingerprint

    init(_ plan: FaultPlan, seed: UInt64, users: Int = 2, blueprint change: (inout Blueprint) -> Void = { _ in }) throws {
        var blueprint = try blueprint(seed: seed)
        blueprint.faults = plan
        change(&blueprint)
        let outcome = SimulatedWorld.run(blueprint) { world in
            let report = try await SuiteCatalogue.cases[0].run(in: world, CaseSetting(users: users))
            return (report.findings.map(\.description), world.decisions)
        }
        switch outcome.result {
        case .success(let value): (findings, decisions) = value
        case .failure(let error):
            // A run that a fault keeps from its end is a run too.
            findings = ["\(error)"]
            decisions = DecisionList([])
        }
        findings += outcome.hungTasks
        fingerprint = outcome.fingerprint
    }
}

@Suite(.timeLimit(.minutes(10))) struct FaultyWorldTests {
    @Test func lightFaultsAreAbsorbed() async throws {
        let plan = try FaultPlan.named("light")
        var base = try blueprint()
        base.faults = plan
        let summary = await SuiteRun.carryOut(
            WorldTests.plan(base, seeds: Array(1...500), users: 2, width: 2)
        ) { result in
            #expect(result.verdict == .passed, "seed \(result.seed): \(result.verdict) after \(result.faults)")
        }
        #expect(summary.passed == 500)
        #expect(try PlannedRun(plan, seed: 1).decisions.decisions.count > 5)
    }

    @Test func swarmsRepeatBySeedAndByList() throws {
        let plan = try FaultPlan.named("swarm")
        var failed = 0
        var kinds: Set<String> = []
        for seed in 1...100 as ClosedRange<UInt64> {
            let first = try PlannedRun(plan, seed: seed)
            #expect(try PlannedRun(plan, seed: seed) == first, "seed \(seed)")
            let written = try DecisionList(text: first.decisions.text, name: "list.json")
            let replayed = try PlannedRun(FaultPlan(repeating: written), seed: seed)
            #expect(replayed == first, "seed \(seed) by list")
            failed += first.findings.isEmpty ? 0 : 1
            kinds.formUnion(first.decisions.decisions.map(\.fault))
        }
        #expect(failed > 10, "a swarm that hurts nobody shows nothing")
        // The model of the golden path calls no tools.
        kinds.insert("tool-arguments-broken")
        #expect(kinds == Set(FaultCatalogue.kinds.map(\.name)), "some faults never happened: \(kinds.sorted())")
    }
}
