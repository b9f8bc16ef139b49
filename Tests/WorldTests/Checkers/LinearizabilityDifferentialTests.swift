// The search for linearizations against trying all orders, on small random histories.

import Kernel
import Testing

@testable import Suites

/// All orders of all operations, without any cleverness.
private struct AllOrders<Action: Sendable, Answer: Sendable, State: Equatable> {
    let operations: [Operation<Action, Answer>]
    /// The state after an operation; nil where its answer does not fit.
    let step: (State, Action, Answer?) -> State?

    /// Whether one order explains the history. What is unknown may be anywhere after its begin, or nowhere.
    func explain(from initial: State) -> Bool {
        explain(initial, operations.indices.filter { operations[$0].outcome.certainty != .failed })
    }

    private func explain(_ state: State, _ left: [Int]) -> Bool {
        if left.allSatisfy({ operations[$0].outcome.certainty == .unknown }) { return true }
        return left.contains { next in
            let comesTooEarly = left.contains { other in
                other != next && operations[other].outcome.certainty == .done
                    && (operations[other].end ?? operations[other].begin) < operations[next].begin
            }
            guard !comesTooEarly, let after = step(state, operations[next].action, operations[next].outcome.answer)
            else { return false }
            return explain(after, left.filter { $0 != next })
        }
    }
}

@Suite struct LinearizabilityDifferentialTests {
    typealias Registers = History<RegisterAction, RegisterAnswer>
    typealias Sets = History<SetAction, SetAnswer>

    @Test func registersAsAllOrdersSay() {
        var verdicts = [0, 0]
        for seed in 1...3000 as ClosedRange<UInt64> {
            var choices = SeededChoices(seed: seed)
            let history = Registers(Self.registerLines(&choices))
            let isExplained = Self.isExplained(history.operations)
            verdicts[isExplained ? 1 : 0] += 1
            let report = LinearizabilityChecker(model: .register()).check(history)
            #expect(report.undecided.isEmpty)
            #expect(report.violations.isEmpty == isExplained, "seed \(seed): \(history.operations)")
            for witness in report.violations {
                // The witness is a proof by itself, and leads to its history.
                let part = witness.steps.map { history.operations[$0.number] }
                #expect(!Self.isExplained(part), "seed \(seed): \(witness)")
            }
        }
        #expect(verdicts.min() ?? 0 > 500, "\(verdicts)")
    }

    private static func isExplained(_ operations: [Operation<RegisterAction, RegisterAnswer>]) -> Bool {
        AllOrders<RegisterAction, RegisterAnswer, String?>(operations: operations) { state, action, answer in
            switch action {
            case .read: answer == nil || answer == .value(state) ? .some(state) : nil
            case .write(_, let value): .some(value)
            case .compareAndSet(_, let from, let to):
                answer == nil || answer == .swapped(state == from) ? .some(state == from ? to : state) : nil
            }
        }.explain(from: nil)
    }

    private static func times(_ choices: inout SeededChoices, _ body: (inout SeededChoices, String, Int, Int) -> Void) {
        for process in ["ada", "bob", "cyd"] {
            var time = choices.number(below: 6)
            for _ in 0..<2 {
                let length = 1 + choices.number(below: 8)
                body(&choices, process, time, time + length)
                time += length + 1 + choices.number(below: 4)
            }
        }
    }

    private static func registerLines(_ choices: inout SeededChoices) -> [Registers.Line] {
        var lines: [Registers.Line] = []
        times(&choices) { choices, process, from, to in
            let values = ["1", "2", "3"]
            let kind = choices.number(below: 5)
            let seen: String? = choices.one(of: [nil, "1", "2", "3"])
            let action: RegisterAction =
                kind < 2
                ? .read("x")
                : kind < 4 ? .write("x", choices.one(of: values)) : .compareAndSet("x", from: seen, to: choices.one(of: values))
            let answer: RegisterAnswer = kind < 2 ? .value(seen) : kind < 4 ? .written : .swapped(choices.happens(percent: 50))
            let outcome: Outcome<RegisterAnswer> =
                choices.happens(percent: 20) ? .unknown : choices.happens(percent: 5) ? .failed : .returned(answer)
            lines.append((process, action, outcome, from, to))
        }
        return lines
    }

    @Test(arguments: [false, true]) func setsAsAllOrdersSay(asksForAll: Bool) {
        var verdicts = [0, 0]
        for seed in 1...2000 as ClosedRange<UInt64> {
            var choices = SeededChoices(seed: seed)
            let history = Sets(Self.setLines(&choices, asksForAll: asksForAll))
            let isExplained = Self.isExplained(history.operations, from: [[]])
            verdicts[isExplained ? 1 : 0] += 1
            let report = LinearizabilityChecker(model: .set(for: history)).check(history)
            #expect(report.violations.isEmpty == isExplained, "seed \(seed): \(history.operations)")
            for witness in report.violations {
                let part = witness.steps.map { history.operations[$0.number] }
                let starts: [Set<String>] = witness.isFromMiddle ? [[], ["a"], ["b"], ["a", "b"]] : [[]]
                #expect(!Self.isExplained(part, from: starts), "seed \(seed): \(witness)")
            }
        }
        #expect(verdicts.min() ?? 0 > 300, "\(verdicts)")
    }

    private static func isExplained(_ operations: [Operation<SetAction, SetAnswer>], from starts: [Set<String>]) -> Bool {
        let orders = AllOrders<SetAction, SetAnswer, Set<String>>(operations: operations) { state, action, answer in
            var after = state
            switch action {
            case .add(let element, _): after.insert(element)
            case .remove(let element, _): after.remove(element)
            case .contains(let element, _): return answer == nil || answer == .contained(state.contains(element)) ? state : nil
            case .members: return answer == nil || answer == .members(state) ? state : nil
            }
            return answer == nil || answer == .done || answer == .changed(after != state) ? after : nil
        }
        return starts.contains { orders.explain(from: $0) }
    }

    private static func setLines(_ choices: inout SeededChoices, asksForAll: Bool) -> [Sets.Line] {
        var lines: [Sets.Line] = []
        times(&choices) { choices, process, from, to in
            let element = choices.one(of: ["a", "b"])
            let kind = choices.number(below: asksForAll ? 5 : 4)
            let isTrue = choices.happens(percent: 50)
            let actions: [SetAction] = [
                .add(element, to: "s"), .add(element, to: "s"), .remove(element, from: "s"), .contains(element, in: "s"),
                .members(of: "s"),
            ]
            let change: SetAnswer = choices.happens(percent: 30) ? .done : .changed(isTrue)
            let answers: [SetAnswer] = [
                change, change, change, .contained(isTrue), .members(choices.one(of: [[], ["a"], ["b"], ["a", "b"]])),
            ]
            lines.append((process, actions[kind], choices.happens(percent: 20) ? .unknown : .returned(answers[kind]), from, to))
        }
        return lines
    }
}
