// Tables give only the columns that are read.

/// Leaves out of scans what no step reads.
enum ColumnPruning {
    /// The node, of whose columns only `needed` are read; nil is all of them.
    static func pruned(_ node: PlanNode, needed: Set<Int>?) -> PlanNode {
        switch node {
        case .rows, .numbers: return node
        case .scan(let table, _): return .scan(table, needed: needed)
        case .filter(let input, let condition): return .filter(pruned(input, needed: with(needed, [condition])), condition)
        case .project(let input, let expressions): return .project(pruned(input, needed: with([], expressions)), expressions)
        case .extend(let input, let expressions):
            return .extend(pruned(input, needed: with(needed, expressions)), expressions)
        case .arrayJoin(let input, let slots, let isLeft):
            return .arrayJoin(pruned(input, needed: needed?.union(slots)), slots: slots, isLeft: isLeft)
        case .aggregate(let input, let aggregation):
            let read = aggregation.keys + aggregation.calls.flatMap(\.arguments)
            return .aggregate(pruned(input, needed: with([], read)), aggregation)
        case .sort(let input, let terms, let limit): return .sort(pruned(input, needed: nil), terms, limit: limit)
        case .distinct(let input, let slots): return .distinct(pruned(input, needed: nil), slots: slots)
        case .limit(let input, let offset, let count, let ties):
            return .limit(pruned(input, needed: nil), offset: offset, count: count, ties: ties)
        case .limitBy(let input, let offset, let count, let slots):
            return .limitBy(pruned(input, needed: nil), offset: offset, count: count, slots: slots)
        case .union(let inputs): return .union(inputs.map { pruned($0, needed: nil) })
        case .join(let left, let right, let plan): return .join(pruned(left, needed: nil), pruned(right, needed: nil), plan)
        }
    }

    private static func with(_ slots: Set<Int>?, _ expressions: [TypedExpression]) -> Set<Int>? {
        guard var slots else { return nil }
        for expression in expressions { expression.collectSlots(&slots) }
        return slots
    }
}
