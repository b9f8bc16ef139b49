// Plans: what is done with blocks, from a source to a result.

/// A term by which rows are sorted: a slot and a direction.
struct SortTerm {
    var slot: Int
    var isDescending: Bool
    /// Whether NULL and NaN come before everything else.
    var nullsFirst: Bool
}

/// A step of a plan, with the steps before it.
indirect enum PlanNode {
    /// Rows that are there already.
    case rows(Block)
    /// The blocks of a table; slots that are not needed stay empty.
    case scan(Table, needed: Set<Int>?)
    /// Numbers from `start`; without a count there is no end. Zeros where it says so.
    case numbers(start: UInt64, count: UInt64?, areZeros: Bool)
    case filter(PlanNode, TypedExpression)
    /// The input's columns, and these behind them.
    case extend(PlanNode, [TypedExpression])
    case project(PlanNode, [TypedExpression])
    /// A row for each element of arrays, which stand in these slots and become their elements.
    case arrayJoin(PlanNode, slots: [Int], isLeft: Bool)
    case aggregate(PlanNode, Aggregation)
    case sort(PlanNode, [SortTerm], limit: Int?)
    case distinct(PlanNode, slots: [Int])
    case limit(PlanNode, offset: Int, count: Int?, ties: [SortTerm]?)
    case limitBy(PlanNode, offset: Int, count: Int, slots: [Int])
    case union([PlanNode])
    case join(PlanNode, PlanNode, JoinPlan)
}

/// GROUP BY.
struct Aggregation {
    var keys: [TypedExpression]
    var calls: [AggregateCall]
    /// Which keys each further grouping keeps, for ROLLUP and CUBE; the first keeps all.
    var groupings: [[Bool]]
    var hasTotals: Bool
    var having: TypedExpression?
    /// No GROUP BY was written: there is a row even where there are none.
    var isGlobal: Bool
}

/// A join by hash of keys.
struct JoinPlan {
    var join: Join
    /// Keys over the left columns, and over the right ones.
    var leftKeys: [TypedExpression]
    var rightKeys: [TypedExpression]
    var leftTypes: [DataType]
    var rightTypes: [DataType]
    var rightInputTypes: [DataType]
    /// A condition beyond equal keys, over all columns.
    var rest: TypedExpression?
    /// For USING in RIGHT and FULL: slots that take the right value where there is no left one.
    var usingSlots: [(left: Int, right: Int)] = []
}

/// A name and type of a result's column.
public struct ResultColumn: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The type.
    public let type: DataType
}

/// A plan and the columns of its result.
struct Plan {
    var node: PlanNode
    var columns: [ResultColumn]
}
