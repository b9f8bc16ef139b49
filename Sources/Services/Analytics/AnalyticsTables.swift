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
