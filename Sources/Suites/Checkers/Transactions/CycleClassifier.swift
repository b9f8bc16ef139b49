// Names the cycles among transactions, and says in words why each step of a cycle is necessary.

/// Looks for cycles in the direct serialization graph, the gravest kind first.
struct CycleClassifier {
    private let transactions: [Transaction]
    private let dependencies: [Dependency]
    private let updates: [String: Set<Int>]
    private let search: CycleSearch

    init(_ transactions: [Transaction], _ inference: Inference) {
        self.transactions = transactions
        dependencies = inference.dependencies
        updates = inference.updates
        search = CycleSearch(
            nodes: transactions.count, edges: inference.dependencies.map { .init(from: $0.from, to: $0.to) })
    }

    /// One violation for each knot: a shortest cycle of the gravest kind in it, without real time if there is one.
    func violations() -> [TransactionViolation] {
        search.knots().compactMap { knot in
            [false, true].lazy.compactMap { withTime in violation(in: knot, withTime: withTime) }.first
        }
    }

    private func violation(in knot: [Int], withTime: Bool) -> TransactionViolation? {
        let kinds: [(anomaly: Anomaly, start: Dependency.Kind, others: Set<Dependency.Kind>)] = [
            (.dirtyWrite, .writeWrite, [.writeWrite]), (.circularInformation, .writeRead, [.writeWrite, .writeRead]),
            (.readSkew, .readWrite, [.writeWrite, .writeRead]),
            (.writeSkew, .readWrite, [.writeWrite, .writeRead, .readWrite]),
        ]
        for (anomaly, start, others) in kinds {
            let allowed = withTime ? others.union([.realTime]) : others
            let cycle = search.shortestCycle(
                in: knot, through: { dependencies[$0].kind == start }, { allowed.contains(dependencies[$0].kind) })
            if let cycle { return violation(anomaly, cycle.map { dependencies[$0] }) }
        }
        return nil
    }

    private func violation(_ anomaly: Anomaly, _ cycle: [Dependency]) -> TransactionViolation {
        let names = cycle.map { transactions[$0.from].name }
        let explanation =
            cycle.map { "\(transactions[$0.from].name) before \(transactions[$0.to].name): \($0.reason)" }
            .joined(separator: "; ") + "; so \(names[0]) came before itself"
        return TransactionViolation(
            anomaly: losesUpdate(cycle) ? .lostUpdate : anomaly, transactions: names,
            needsRealTime: cycle.contains { $0.kind == .realTime }, explanation: explanation)
    }

    /// Two transactions that have both read a key and then written it, each in ignorance of the other.
    private func losesUpdate(_ cycle: [Dependency]) -> Bool {
        guard cycle.count == 2, cycle[0].key == cycle[1].key, let both = updates[cycle[0].key] else { return false }
        return cycle.allSatisfy { ($0.kind == .readWrite || $0.kind == .writeWrite) && both.contains($0.from) }
            && cycle.contains { $0.kind == .readWrite }
    }
}
