// Proof that cases can fail: each against each bug that it says it catches.

import Kernel
public import Suites
public import Worlds

/// What a case makes of one planted bug.
public struct BugTrial: Sendable {
    /// The case.
    public let suiteCase: SuiteCase
    /// The bug; nil for the trial without any.
    public let bug: String?
    /// What came of it.
    public let result: CaseResult

    /// Whether the suites are as they must be here: a case passes without bugs, and fails with each that it catches.
    public var isRight: Bool {
        switch result.verdict {
        case .passed: bug == nil
        case .failed: bug != nil
        case .notRun, .skipped: false
        }
    }
}

/// Runs cases against the bugs that they name.
public enum SuiteVerification {
    /// The trials of cases: each without a bug first, and then with each of its own.
    public static func trials(_ cases: [SuiteCase]) -> [(suiteCase: SuiteCase, bug: String?)] {
        cases.flatMap { suiteCase in
            [(suiteCase, nil)] + suiteCase.catches.map { (suiteCase, $0) }
        }
    }

    /// Carries the trials out under one seed, simulated, `width` at once, and hands them on in order.
    public static func carryOut(
        _ cases: [SuiteCase], blueprint: Blueprint, setting: CaseSetting, width: Int, observe: (BugTrial) -> Void
    ) async throws {
        let trials = Self.trials(cases)
        var done = 0
        // A few at a time: a simulation blocks the thread that carries it out.
        while done < trials.count {
            let batch = trials[done..<min(done + max(1, width), trials.count)]
            let results = try await withThrowingTaskGroup(of: (Int, BugTrial).self) { group in
                for (index, trial) in zip(batch.indices, batch) {
                    let blueprint = try Self.blueprint(blueprint, with: trial.bug)
                    group.addTask { (index, await attempt(trial.suiteCase, trial.bug, blueprint, setting)) }
                }
                var results: [(Int, BugTrial)] = []
                for try await result in group { results.append(result) }
                return results.sorted { $0.0 < $1.0 }
            }
            for (_, trial) in results { observe(trial) }
            done += batch.count
        }
    }

    private static func blueprint(_ blueprint: Blueprint, with bug: String?) throws -> Blueprint {
        guard let bug else { return blueprint }
        var planted = blueprint
        planted.deviations.insert(try DeviationCatalogue.deviation(named: bug, at: nil))
        return planted
    }

    private static func attempt(
        _ suiteCase: SuiteCase, _ bug: String?, _ blueprint: Blueprint, _ setting: CaseSetting
    ) async -> BugTrial {
        let plan = RunPlan(
            cases: [suiteCase], of: SuiteCatalogue.collect([suiteCase]), seeds: [blueprint.seed], setting: setting,
            blueprint: blueprint, width: 1)
        var only: CaseResult?
        for await result in SuiteRun.results(plan) { only = result }
        let none = CaseResult(suiteCase: suiteCase, seed: blueprint.seed, verdict: .notRun("nothing came of it"))
        return BugTrial(suiteCase: suiteCase, bug: bug, result: only ?? none)
    }
}
