// `SELECT count() FROM table` needs no row: the table knows.

/// Answers a lone count() of a whole table from the sizes of its blocks.
enum TrivialCount {
    static func answered(_ node: PlanNode, _ context: Context) -> PlanNode {
        switch node {
        case .project(let input, let expressions): return .project(answered(input, context), expressions)
        case .sort(let input, let terms, let limit): return .sort(answered(input, context), terms, limit: limit)
        case .limit(let input, let offset, let count, let ties):
            return .limit(answered(input, context), offset: offset, count: count, ties: ties)
        case .aggregate(.scan(let table, _), let aggregation)
        where aggregation.keys.isEmpty && aggregation.calls.count == 1 && !aggregation.hasTotals && aggregation.having == nil
            && aggregation.calls[0].function.name.lowercased() == "count" && aggregation.calls[0].arguments.isEmpty:
            let blocks = context.quirks.countIsStale ? table.blocks.dropLast() : table.blocks[...]
            let count = blocks.reduce(UInt64(0)) { $0 + UInt64($1.count) }
            return .rows(Block([TypedColumn(.uint64, .uint64([count]))], count: 1))
        case .aggregate(let input, let aggregation)
        where context.quirks.countIsStale && aggregation.calls.contains { $0.function.name.lowercased() == "count" }:
            return .aggregate(withoutLatestBlock(input), aggregation)
        default: return node
        }
    }

    /// The source without the block that was inserted last: what a stale count sees.
    private static func withoutLatestBlock(_ node: PlanNode) -> PlanNode {
        switch node {
        case .scan(var table, let needed):
            table.blocks = Array(table.blocks.dropLast())
            return .scan(table, needed: needed)
        case .filter(let input, let condition): return .filter(withoutLatestBlock(input), condition)
        case .extend(let input, let expressions): return .extend(withoutLatestBlock(input), expressions)
        case .project(let input, let expressions): return .project(withoutLatestBlock(input), expressions)
        default: return node
        }
    }
}
