// Runs variants of one failure, and tells which of them still fail in the same way.

import Faults
import Kernel
import Suites
import Worlds

/// What is varied of a failed run.
struct FailureVariant: Sendable, Hashable {
    /// The decisions that are taken, and the order of ready tasks.
    var list: DecisionList
    /// How many users act.
    var users: Int
    /// How many steps each user takes; as the case has it, if nil.
    var steps: Int?
}

/// Carries variants of one failure out, simulated, each in a world of its own.
final class FailureTrials {
    private let suiteCase: SuiteCase
    private let seed: UInt64
    private let plan: RunPlan
    let signature: String
    private let limit: Int
    private let deadline: ContinuousClock.Instant
    /// How many variants were run.
    private(set) var count = 0

    /// Trials of a case under a seed that failed with this signature; at most `limit`, and none after `patience`.
    init(
        _ suiteCase: SuiteCase, seed: UInt64, plan: RunPlan, signature: String, limit: Int = 4000,
        patience: Duration = .seconds(30)
    ) {
        self.suiteCase = suiteCase
        self.seed = seed
        self.plan = plan
        self.signature = signature
        self.limit = limit
        deadline = .now.advanced(by: patience)
    }

    /// What comes of a variant.
    func run(_ variant: FailureVariant, recordsSchedule: Bool = false, keepsTrace: Bool = false) -> CaseResult {
        count += 1
        return CaseRun(
            suiteCase: suiteCase, seed: seed, plan: plan.repeating(variant, keepsTrace: keepsTrace),
            recordsSchedule: recordsSchedule
        ).simulate()
    }

    /// What comes of a variant without any fault, in the order of another seed.
    func run(_ variant: FailureVariant, inOrderOf other: UInt64) -> CaseResult {
        count += 1
        var plan = plan.repeating(variant)
        plan.blueprint.faults = FaultPlan(repeating: DecisionList([]), until: .zero, then: [], seed: other)
        return CaseRun(suiteCase: suiteCase, seed: seed, plan: plan, recordsSchedule: true).simulate()
    }

    /// Whether there may be more trials.
    var mayGoOn: Bool { count < limit && ContinuousClock.now < deadline }

    /// Whether a result is the failure that is looked at.
    func isSame(_ result: CaseResult) -> Bool { FailureSignature.all(of: result.verdict).contains(signature) }

    /// Whether a variant fails in the same way. False when the trials are used up.
    func fails(_ variant: FailureVariant) -> Bool {
        guard mayGoOn else { return false }
        return isSame(run(variant))
    }

    /// The first of these that fails in the same way.
    func firstFailing(_ variants: some Sequence<FailureVariant>) -> Int? {
        for (index, variant) in variants.enumerated() where fails(variant) { return index }
        return nil
    }
}

extension RunPlan {
    /// The plan that runs a variant of a failure instead.
    func repeating(_ variant: FailureVariant, keepsTrace: Bool = false) -> RunPlan {
        var plan = self
        plan.blueprint.faults = FaultPlan(repeating: variant.list)
        plan.blueprint.keepsTrace = keepsTrace
        plan.setting = CaseSetting(users: variant.users, steps: variant.steps)
        return plan
    }
}
