// Operations took effect one after the other, each at a moment between its begin and its end.

/// What a check for linearizability came to.
struct LinearizabilityReport: Sendable {
    /// The objects whose histories no order explains.
    var violations: [LinearizabilityWitness] = []
    /// The objects whose histories were too much for the budget: nothing is known of them.
    var undecided: [String] = []

    /// The violations in words; empty if there are none.
    var problems: [String] { violations.map(\.description) }
}

/// Checks that a history is linearizable (Herlihy and Wing, "Linearizability", ACM TOPLAS 12(3), 1990).
///
/// The history is divided by key and each part judged alone (P-compositionality: Horn and Kroening, "Faster Linearizability
/// Checking via P-Compositionality", FORTE 2015); each part by ``LinearizationSearch``. An operation whose reply was lost may
/// take effect at any time after its begin, or never; one that was refused is left out.
struct LinearizabilityChecker<Action: Sendable, Answer: Sendable, State: Hashable & Sendable>: Sendable {
    typealias Model = SequentialModel<Action, Answer, State>
    typealias Search = LinearizationSearch<Action, Answer, State>

    let model: Model
    /// How many steps the search may take for each key: one or two microseconds each in release.
    var budget = 500_000
    /// For how many keys a witness is made small.
    var witnesses = 3

    /// Judges a history, key by key in the order of the keys' first operations.
    func check(_ history: History<Action, Answer>) -> LinearizabilityReport {
        var keys: [String] = []
        var parts: [String: [Search.Entry]] = [:]
        for (number, operation) in history.operations.enumerated() where operation.outcome.certainty != .failed {
            let answer = operation.outcome.answer
            let key = model.key(operation.action)
            if parts[key] == nil { keys.append(key) }
            parts[key, default: []].append(
                Search.Entry(
                    call: .init(action: operation.action, answer: answer), number: number, begin: operation.begin.order,
                    end: answer == nil ? nil : operation.end?.order))
        }
        var report = LinearizabilityReport()
        for key in keys {
            let entries = withoutPointless(parts[key] ?? [])
            var search = Search(model, entries)
            switch search.run(from: model.initial, budget: budget) {
            case true?: continue
            case nil: report.undecided.append(key)
            case false?:
                var shrinker = WitnessShrinker(model: model, budget: 4 * budget)
                let witness = report.violations.count < witnesses ? shrinker.shrink(entries) : (entries, false)
                report.violations.append(described(key, witness.0, isFromMiddle: witness.1, history))
            }
        }
        return report
    }

    /// Without operations that need not have happened and that nobody has seen the effect of.
    private func withoutPointless(_ entries: [Search.Entry]) -> [Search.Entry] {
        guard entries.contains(where: { !$0.isRequired }) else { return entries }
        let isPointless = model.canLeaveOut(entries.map(\.call))
        return entries.filter { $0.isRequired || !isPointless($0.call) }
    }

    private func described(
        _ key: String, _ entries: [Search.Entry], isFromMiddle: Bool, _ history: History<Action, Answer>
    ) -> LinearizabilityWitness {
        let steps = entries.sorted { $0.begin < $1.begin }.map { entry in
            let operation = history.operations[entry.number]
            let call = Model.Call(action: operation.action, answer: operation.outcome.answer)
            return LinearizabilityWitness.Step(
                number: entry.number, process: operation.process, label: model.label(call), begin: operation.begin,
                end: operation.outcome.certainty == .done ? operation.end : nil)
        }
        return LinearizabilityWitness(key: key, steps: steps, isFromMiddle: isFromMiddle)
    }
}
