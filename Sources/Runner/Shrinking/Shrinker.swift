// From a failed run to the fewest faults, users and departures of the order that still make it fail in the same way.

public import Faults
public import Kernel
public import Suites
import Wire

/// What is left of a failure.
public struct ShrunkFailure: Sendable {
    /// The decisions that are left, departures of the order among them.
    public let list: DecisionList
    /// How many users are left.
    public let users: Int
    /// How many steps each user takes; as the case has it, if nil.
    public let steps: Int?
    /// The departures in words: `agent before user-1, at 3.141 s`.
    public let departures: [String]
    /// What it says when it fails.
    public let findings: [Finding]
    /// The run's hash.
    public let fingerprint: Fingerprint?
    /// How many runs it took to find.
    public let trials: Int
    /// How much real time it took to find.
    public let took: Duration
}

/// Shrinks failures.
public enum Shrinker {
    /// Shrinks a failed result of a simulated run of a plan. Nil where it does not fail again in the same way. Blocks the
    /// calling thread for some hundreds of runs.
    public static func shrink(_ result: CaseResult, of plan: RunPlan) -> ShrunkFailure? {
        guard let signature = FailureSignature.all(of: result.verdict).first else { return nil }
        let begun = ContinuousClock.now
        let trials = FailureTrials(result.suiteCase, seed: result.seed, plan: plan, signature: signature)
        var shrinking = Shrinking(
            trials,
            FailureVariant(list: result.decisions, users: plan.setting.users, steps: plan.setting.steps ?? result.suiteCase.steps)
        )
        guard trials.fails(shrinking.best) else { return nil }
        shrinking.shrink()
        var best = shrinking.best
        var last = trials.run(best, recordsSchedule: true)
        // What was listed and never came to pass is seldom needed; but callers that expect repeats, say, skip them.
        let taken = best.changed { $0.list.decisions = last.decisions.decisions }
        if taken != best {
            let pruned = trials.run(taken, recordsSchedule: true)
            if trials.isSame(pruned) { (best, last) = (taken, pruned) }
        }
        guard trials.isSame(last), case .failed(let findings) = last.verdict else { return nil }
        return ShrunkFailure(
            list: best.list, users: best.users, steps: best.steps,
            departures: ScheduleAccount.lines(of: best.list.order, in: last.contestedSteps), findings: findings,
            fingerprint: last.fingerprint, trials: trials.count, took: ContinuousClock.now - begun)
    }
}

/// A failure on its way to its smallest form: `best` always fails.
private struct Shrinking {
    private let trials: FailureTrials
    private(set) var best: FailureVariant

    init(_ trials: FailureTrials, _ whole: FailureVariant) {
        self.trials = trials
        best = whole
    }

    /// The cheap and great steps first: each makes every later run shorter.
    mutating func shrink() {
        takeFewerUsers()
        takeFewerSteps()
        takeNeutralOrder()
        takeOrderAlone()
        takeFewerKinds()
        takeFewerFaults()
        takeOneFaultElsewhere()
        takeFewerUsers()
        takeFewerSteps()
        takeNeutralOrder()
        takeFewerDepartures()
        takeFewerFaults()
        takeFewerFaultsElsewhere()
        takeFewerUsers()
        takeSmallerParameters()
    }

    private mutating func take(_ variants: [FailureVariant]) {
        if let index = trials.firstFailing(variants) { best = variants[index] }
    }

    private mutating func takeFewerUsers() {
        take((1..<max(1, best.users)).map { users in best.changed { $0.users = users } })
    }

    private mutating func takeFewerSteps() {
        guard let steps = best.steps else { return }
        take((1..<max(1, steps)).map { steps in best.changed { $0.steps = steps } })
    }

    /// First in, first out, if it fails then too.
    private mutating func takeNeutralOrder() {
        guard best.list.order == .seeded else { return }
        take([best.changed { $0.list.order = .listed([]) }])
    }

    /// No fault at all, if the order of some seed makes it fail without any: it is the order then that is unlucky.
    private mutating func takeOrderAlone() {
        guard best.list.order == .seeded, !best.list.decisions.isEmpty else { return }
        guard let order = trials.firstFailing(best, inOrderOf: 0..<Self.ordersTried) else { return }
        take([best.changed { $0.list = DecisionList([], order: .listed(order.departures)) }])
    }

    private static let ordersTried: UInt64 = 30

    /// One of the faults alone, at another time or for another event, or the other way where it has two, such as a request that
    /// is served or not before it is refused: the others may only have moved it to where it hurts.
    private mutating func takeOneFaultElsewhere() {
        guard best.list.decisions.count > 1 else { return }
        let moved = best.list.decisions.flatMap(Self.places)
        take(moved.map { decision in best.changed { $0.list.decisions = [decision] } })
    }

    /// One fault less, and of the others one that comes at a time of its own at another time: the one left out may only have
    /// brought them together. For lists that are still long, each time looked at from the nearest on.
    private mutating func takeFewerFaultsElsewhere() {
        while best.list.decisions.count > 3, let fewer = fewerElsewhere() { best = fewer }
    }

    private func fewerElsewhere() -> FailureVariant? {
        for place in best.list.decisions.indices {
            let fewer = best.changed { $0.list.decisions.remove(at: place) }
            let variants = fewer.list.decisions.indices.flatMap { moving in
                Self.nearTimes(of: fewer.list.decisions[moving]).map { moved in
                    fewer.changed { $0.list.decisions[moving] = moved }
                }
            }
            if let index = trials.firstFailing(variants) { return variants[index] }
        }
        return nil
    }

    /// The same fault at other times, a tenth of a second apart, the nearest first; none for one without a time of its own.
    private static func nearTimes(of decision: FaultDecision) -> [FaultDecision] {
        guard case .integer(let time)? = decision.parameters["at_ns"] else { return [] }
        return (1...12).flatMap { [$0, -$0] }.map { time + $0 * 100_000_000 }.filter { $0 > 0 }.compactMap {
            decision.with("at_ns", .integer($0))
        }
    }

    /// The same fault at times a quarter of a second apart, or for the events around its own.
    private static func places(of decision: FaultDecision) -> [FaultDecision] {
        if decision.parameters["at_ns"] != nil {
            return (1...60).compactMap { decision.with("at_ns", .integer(Int64($0) * 250_000_000)) }
        }
        let first = decision.occurrence > 8 ? decision.occurrence - 8 : 1
        let moved = (first...decision.occurrence + 8).map { decision.at(occurrence: $0) }
        return moved + decision.otherWays.flatMap { way in moved.compactMap { $0.with(way.name, way.value) } }
    }

    /// Whole kinds of faults go first: many small delays that only move others would else have to go one by one.
    private mutating func takeFewerKinds() {
        var kinds: [String] = []
        for decision in best.list.decisions where !kinds.contains(decision.fault) { kinds.append(decision.fault) }
        for kind in kinds { take([best.changed { $0.list.decisions.removeAll { $0.fault == kind } }]) }
    }

    private mutating func takeFewerFaults() {
        let whole = best
        best.list.decisions = minimize(whole.list.decisions) { decisions in whole.changed { $0.list.decisions = decisions } }
    }

    /// The departures from first-in-first-out that it takes, as few and as plain as will do.
    private mutating func takeFewerDepartures() {
        if best.list.order == .seeded {
            let contested = trials.run(best, recordsSchedule: true).contestedSteps.map(\.departure)
            take([best.changed { $0.list.order = .listed(contested) }])
        }
        guard case .listed(let contested) = best.list.order, !contested.isEmpty else { return }
        best.list.order = .listed(fewer(contested))
        takeOtherOrders()
        takePlainDepartures()
    }

    /// The fewest of these departures with which the best variant fails.
    private func fewer(_ departures: [Departure]) -> [Departure] {
        minimize(departures) { listed in best.changed { $0.list.order = .listed(listed) } }
    }

    /// The departures of other seeds' orders, where those of this one stay many and no fault is needed.
    private mutating func takeOtherOrders() {
        var seed: UInt64 = 0
        while best.list.decisions.isEmpty, case .listed(let current) = best.list.order, current.count > 3,
            let other = trials.firstFailing(best, inOrderOf: seed..<Self.ordersTried)
        {
            seed = other.seed + 1
            guard trials.fails(best.changed { $0.list.order = .listed(other.departures) }) else { continue }
            let departures = fewer(other.departures)
            if departures.count < current.count { best.list.order = .listed(departures) }
        }
    }

    /// Each departure as "before all others" or "after them", where that does.
    private mutating func takePlainDepartures() {
        guard case .listed(var departures) = best.list.order else { return }
        let whole = best
        for index in departures.indices {
            for rank in [UInt64.min, .max] where departures[index].isAhead == (rank == .min) {
                var plain = departures
                plain[index] = plain[index].at(rank: rank)
                if trials.fails(whole.changed { $0.list.order = .listed(plain) }) { departures = plain }
            }
        }
        best.list.order = .listed(departures)
    }

    /// The items of a list without which it does not fail; none, if it fails without any.
    private func minimize<Item>(_ items: [Item], _ variant: ([Item]) -> FailureVariant) -> [Item] {
        if items.isEmpty || trials.fails(variant([])) { return [] }
        return DeltaDebugging.minimize(items) { candidates, _ in trials.firstFailing(candidates.map(variant)) }
    }

    private mutating func takeSmallerParameters() {
        for index in best.list.decisions.indices {
            for member in best.list.decisions[index].parameters {
                switch member.value {
                case .bool(true): takeParameter(index, member.key, .bool(false))
                case .integer(let number) where Self.isAmount(member.key): takeAmount(index, member.key, number)
                default: break
                }
            }
        }
    }

    /// Parameters that say how much; others say which, and a smaller one is not less.
    private static func isAmount(_ name: String) -> Bool {
        name != "at_ns" && (name.hasSuffix("ns") || ["after", "bytes", "count", "size"].contains(name))
    }

    @discardableResult
    private mutating func takeParameter(_ index: Int, _ name: String, _ value: JSONValue) -> Bool {
        guard let decision = best.list.decisions[index].with(name, value) else { return false }
        let variant = best.changed { $0.list.decisions[index] = decision }
        guard trials.fails(variant) else { return false }
        best = variant
        return true
    }

    /// Towards nothing; durations in whole milliseconds where they have some.
    private mutating func takeAmount(_ index: Int, _ name: String, _ number: Int64) {
        let unit: Int64 = name.hasSuffix("ns") && number > 1_000_000 ? 1_000_000 : 1
        let decision = best.list.decisions[index]
        let least = DeltaDebugging.minimize(from: 0, to: (number + unit - 1) / unit) { amount in
            guard let smaller = decision.with(name, .integer(amount * unit)) else { return false }
            return trials.fails(best.changed { $0.list.decisions[index] = smaller })
        }
        if least * unit < number { takeParameter(index, name, .integer(least * unit)) }
    }
}

extension FaultDecision {
    /// What is true or false of it, as the opposite.
    fileprivate var otherWays: [(name: String, value: JSONValue)] {
        parameters.compactMap { member in member.value.bool.map { (member.key, .bool(!$0)) } }
    }
}

extension FailureVariant {
    fileprivate func changed(_ change: (inout FailureVariant) -> Void) -> FailureVariant {
        var variant = self
        change(&variant)
        return variant
    }
}
