// Transactions ran as if one after the other: no one of them comes before itself.

/// Checks recorded transactions for anomalies, as Elle does (Kingsbury and Alvaro, VLDB 2020): it infers which transaction
/// must come before which, and looks for cycles.
///
/// All it reports is one; where registers hide the order of their writes it may miss some. With lists of which the last
/// transaction reads all, it misses none. A transaction of unknown outcome counts as committed once anybody has seen its
/// writes. O(t + d) for t steps and d dependencies, plus O(k²) for a knot of k dependencies.
struct SerializabilityChecker: Sendable {
    /// What is to be ruled out. At ``IsolationLevel/snapshot`` only cycles with one anti-dependency are looked for.
    var level = IsolationLevel.serializable

    private var isStrict: Bool { level == .strictSerializable }

    /// The anomalies: first what single transactions show, then a shortest cycle of the gravest kind for each knot.
    func check(_ transactions: [Transaction]) -> [TransactionViolation] {
        var inference = Inference()
        var lists = ListAppendInference(transactions)
        lists.infer(into: &inference)
        var registers = RegisterInference(transactions, isStrict: isStrict)
        registers.infer(into: &inference)
        if isStrict { RealTimeOrder.infer(transactions, into: &inference) }
        let cycles = CycleClassifier(transactions, inference).violations()
        return (inference.violations + cycles).filter { $0.anomaly.isForbidden(by: level) }
    }
}
