// The rows of an instance: those that are visible, and those of asynchronous inserts that will be.

import AnalyticsEngine
import Kernel

/// The tables as a value: statements in, outcomes out; time comes with every call.
struct AnalyticsTables {
    /// How inserts go wrong, where they do.
    struct InsertDeviations {
        var losesEveryThird = false
        var doubles = false
    }

    private var engine = Engine(AnalyticsSchema.catalog)
    /// Inserts that wait for their time, in the order in which they came.
    private var pending: [(deadline: Instant, insertion: Insertion)] = []
    private var blockCount = 0
    /// The tokens of the blocks that were inserted last, so that none is stored twice.
    private var tokens: [String] = []
    private let deviations: InsertDeviations

    init(_ deviations: InsertDeviations = InsertDeviations()) { self.deviations = deviations }

    /// Makes visible what is due.
    mutating func flush(at now: Instant) {
        guard !pending.isEmpty else { return }
        let due = pending.filter { $0.deadline <= now }
        pending.removeAll { $0.deadline <= now }
        for (_, insertion) in due { commit(insertion) }
    }

    /// Executes a statement. An insert is returned, not yet stored. Throws `EngineError`.
    mutating func execute(
        _ sql: [UInt8], _ context: Context, format: String, statistics: inout OutputFormat.Statistics
    ) throws -> Outcome {
        try engine.execute(sql, context, defaultFormat: format, statistics: &statistics)
    }

    /// How many tokens are kept: ClickHouse's `replicated_deduplication_window`.
    private static let tokensMax = 1000

    /// Whether a block with this `insert_deduplication_token` is new to a table, from now on known. One without is new.
    mutating func isNew(_ token: String?, in insertion: Insertion) -> Bool {
        guard let token, !token.isEmpty else { return true }
        let name = "\(insertion.database).\(insertion.table) \(token)"
        if tokens.contains(name) { return false }
        tokens.append(name)
        if tokens.count > Self.tokensMax { tokens.removeFirst() }
        return true
    }

    /// Stores rows, all at once.
    mutating func commit(_ insertion: Insertion) {
        blockCount += 1
        if deviations.losesEveryThird, blockCount % 3 == 0 { return }
        engine.catalog.commit(insertion)
        if deviations.doubles { engine.catalog.commit(insertion) }
    }

    /// Stores rows once the time has come.
    mutating func commit(_ insertion: Insertion, at deadline: Instant) { pending.append((deadline, insertion)) }
}
