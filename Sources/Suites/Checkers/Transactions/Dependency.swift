// That one transaction comes before another in every serial order, and why.

/// An edge of the direct serialization graph.
struct Dependency: Sendable {
    /// Adya's kinds, and the order of real time.
    enum Kind: Sendable, Hashable {
        /// The later one overwrites or adds to what the earlier one wrote.
        case writeWrite
        /// The later one reads what the earlier one wrote.
        case writeRead
        /// The later one overwrites or adds to what the earlier one read.
        case readWrite
        /// The earlier one had ended before the later one began.
        case realTime
    }

    /// Transactions, by their places in the history.
    let from: Int
    let to: Int
    let kind: Kind
    /// What it is about; empty for ``Kind/realTime``.
    let key: String
    let reason: String
}

/// What a history says without looking for cycles.
struct Inference: Sendable {
    private struct Arc: Hashable {
        let from: Int
        let to: Int
        let kind: Dependency.Kind
        let key: String
    }

    private(set) var dependencies: [Dependency] = []
    var violations: [TransactionViolation] = []
    /// Which transactions read and write which keys: who does both may lose an update.
    var updates: [String: Set<Int>] = [:]
    private var known: Set<Arc> = []

    /// Adds a dependency, once for each pair, kind and key.
    mutating func add(_ kind: Dependency.Kind, _ from: Int, _ to: Int, key: String, _ reason: @autoclosure () -> String) {
        guard from != to, known.insert(Arc(from: from, to: to, kind: kind, key: key)).inserted else { return }
        dependencies.append(Dependency(from: from, to: to, kind: kind, key: key, reason: reason()))
    }
}

/// Who wrote what to one key.
struct KeyWriters: Sendable {
    /// The transaction of each value, and whether it is the last that it wrote to the key.
    private(set) var writers: [String: (transaction: Int, isLast: Bool)] = [:]
    /// The values in the order of the history.
    private(set) var values: [String] = []
    /// Values that were written twice, so that reads of them tell nothing.
    private(set) var reused: [String] = []
    private var latest: [Int: String] = [:]

    mutating func add(_ value: String, by transaction: Int) {
        if writers[value] != nil {
            if !reused.contains(value) { reused.append(value) }
            return
        }
        if let earlier = latest[transaction] { writers[earlier]?.isLast = false }
        latest[transaction] = value
        writers[value] = (transaction, true)
        values.append(value)
    }
}
