// The simulated run beside a local one: the same case, seed, users and plan, for its decisions.

public import Faults
import Kernel
import Suites
import Worlds

/// What came of comparing a local run's decisions with those of its simulated twin.
public enum TwinComparison: Sendable {
    /// Both have a list: the local one is the first.
    case compared(DecisionComparison)
    /// One has none, for this reason.
    case notCompared(String)

    /// The decisions that differ and must not, as findings: each is a defect of Backlot, and not of the services.
    var findings: [Finding] {
        guard case .compared(let comparison) = self else { return [] }
        return comparison.differing.map { pair in
            Finding(
                user: "world", step: "decisions",
                "a defect of Backlot: the same event met another fate, locally \(pair.first.spoken), simulated \(pair.second.spoken). "
                    + "Report it with the replay line")
        }
    }
}

extension CaseRun {
    /// Runs the case simulated, under the same seed, users and plan, and compares its decisions with those of a local run.
    func compareWithTwin(_ local: DecisionList) async -> TwinComparison {
        let twin = simulatedBlueprint
        let (suiteCase, setting) = (suiteCase, plan.setting)
        let result = await Threads.run {
            SimulatedWorld.run(twin) { world in
                _ = try await suiteCase.run(in: world, setting)
                return world.decisions.decisions
            }.result
        }
        switch result {
        case .success(let simulated):
            return .compared(DecisionComparison(local.decisions, simulated, faults: twin.faults.faults(of: seed)))
        case .failure(let error): return .notCompared("the simulated run came to no end: \(error)")
        }
    }
}

extension FaultDecision {
    /// `drop of delivery 1 on user-1->auth->`, and the parameters in parentheses.
    var spoken: String { line + parametersSpoken }
}
