// The passing twin of a failure: the run that differs in one decision only, and passes.

public import Faults
public import Kernel
import Suites

/// A failed run, and the nearest one that passes.
public struct PassingTwin: Sendable {
    /// What the failed run has and the twin has not, in words.
    public let difference: String
    /// The decisions of the twin.
    public let list: DecisionList
    /// What happened in the failed run.
    public let failed: [Trace.Event]
    /// What happened in the twin.
    public let passed: [Trace.Event]

    /// The first place at which the two differ.
    public var divergence: Int {
        zip(failed, passed).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(failed.count, passed.count)
    }

    /// Finds the twin: the failure without its last decision or departure, or the one before that, until a run passes.
    /// Nil where none does, as where a failure needs no decision at all.
    static func find(_ form: FailureFile.Form, _ suiteCase: SuiteCase, seed: UInt64, plan: RunPlan) -> PassingTwin? {
        func run(_ list: DecisionList) -> CaseResult {
            let variant = FailureVariant(list: list, users: form.users, steps: form.steps)
            return CaseRun(suiteCase: suiteCase, seed: seed, plan: plan.repeating(variant, keepsTrace: true)).simulate()
        }
        let failed = run(form.list)
        for (difference, list) in neighbours(of: form.list).prefix(50) {
            let twin = run(list)
            guard twin.verdict == .passed else { continue }
            return PassingTwin(difference: difference, list: list, failed: failed.events, passed: twin.events)
        }
        return nil
    }

    /// The lists that lack one decision, the last one first; departures come before faults.
    private static func neighbours(of list: DecisionList) -> [(String, DecisionList)] {
        var neighbours: [(String, DecisionList)] = []
        let departures = list.order.departures
        for index in departures.indices.reversed() {
            var others = departures
            let departure = others.remove(at: index)
            let words = departure.isAhead ? "goes ahead of its turn" : "lets others go ahead"
            neighbours.append(
                ("step \(departure.step + 1) of \(departure.name) \(words)", DecisionList(list.decisions, order: .listed(others)))
            )
        }
        for index in list.decisions.indices.reversed() {
            var others = list.decisions
            let decision = others.remove(at: index)
            neighbours.append((decision.line + decision.parametersSpoken, DecisionList(others, order: list.order)))
        }
        return neighbours
    }
}
