// Runs variants of one failure, and tells which of them still fail in the same way.

import Faults
import Foundation
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

/// Carries variants of one failure out, simulated, each in a world of its own. Several run at once, ahead of their turn; what comes
/// of them is as if they ran one after the other.
final class FailureTrials {
    private let suiteCase: SuiteCase
    private let seed: UInt64
    private let plan: RunPlan
    let signature: String
    private let limit: Int
    private let deadline: ContinuousClock.Instant
    /// How many variants were run, those left out that were ahead of their turn in vain.
    private(set) var count = 0
    /// What is known of variants: each step of shrinking may come to the same ones.
    private var known: [FailureVariant: Bool] = [:]

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

    /// Whether there may be more trials.
    var mayGoOn: Bool { count < limit && ContinuousClock.now < deadline }

    /// Whether a result is the failure that is looked at.
    func isSame(_ result: CaseResult) -> Bool { Self.isSame(result, signature) }

    private static func isSame(_ result: CaseResult, _ signature: String) -> Bool {
        FailureSignature.all(of: result.verdict).contains(signature)
    }

    /// Whether a variant fails in the same way. False when the trials are used up.
    func fails(_ variant: FailureVariant) -> Bool { firstFailing([variant]) != nil }

    /// The first of these that fails in the same way; none when the trials are used up.
    func firstFailing(_ variants: [FailureVariant]) -> Int? {
        var next = 0
        while next < variants.count {
            if let fails = known[variants[next]] {
                if fails { return next }
                next += 1
                continue
            }
            guard mayGoOn else { return nil }
            let ahead = Array((next..<variants.count).lazy.filter { self.known[variants[$0]] == nil }.prefix(Self.width))
            let (suiteCase, seed, signature, plans) = (suiteCase, seed, signature, ahead.map { plan.repeating(variants[$0]) })
            let outcomes = Threads.map(plans.count) { place in
                Self.isSame(CaseRun(suiteCase: suiteCase, seed: seed, plan: plans[place]).simulate(), signature)
            }
            for (index, fails) in zip(ahead, outcomes) { known[variants[index]] = fails }
            count += (outcomes.firstIndex(of: true) ?? outcomes.count - 1) + 1
        }
        return nil
    }

    /// The first of these seeds in whose order a variant fails in the same way without any fault, and the steps that could have
    /// run in another; none when the trials are used up.
    func firstFailing(
        _ variant: FailureVariant, inOrderOf seeds: Range<UInt64>
    ) -> (seed: UInt64, departures: [Departure])? {
        var seeds = seeds[...]
        while !seeds.isEmpty, mayGoOn {
            let ahead = Array(seeds.prefix(Self.width))
            seeds = seeds.dropFirst(ahead.count)
            let plan = plan.repeating(variant)
            let (suiteCase, seed) = (suiteCase, seed)
            let results = Threads.map(ahead.count) { place in
                var plan = plan
                plan.blueprint.faults = FaultPlan(
                    repeating: DecisionList([]), until: .zero, then: [], seed: ahead[place])
                return CaseRun(suiteCase: suiteCase, seed: seed, plan: plan, recordsSchedule: true).simulate()
            }
            let first = results.firstIndex(where: isSame)
            count += (first ?? results.count - 1) + 1
            if let first { return (ahead[first], results[first].contestedSteps.map(\.departure)) }
        }
        return nil
    }

    /// How many run at once.
    private static let width = ProcessInfo.processInfo.activeProcessorCount
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
