// The syntax tree of SELECT.

/// SELECTs joined by UNION.
final class SelectUnion: Sendable {
    let selects: [SelectQuery]
    /// Before the second and every further SELECT: whether equal rows are to be left out (UNION DISTINCT).
    let isDistinct: [Bool]

    init(_ selects: [SelectQuery], isDistinct: [Bool]) {
        self.selects = selects
        self.isDistinct = isDistinct
    }

    var depth: Int { 1 + (selects.map(\.depth).max() ?? 0) }
}

/// What stands behind WITH: a name for an expression or for a query.
enum WithElement: Sendable {
    case expression(Expression)
    case query(name: String, SelectUnion)
}

/// Where rows come from.
indirect enum TableExpression: Sendable {
    case table(QualifiedName, alias: String?, isFinal: Bool)
    case function(String, [Expression], alias: String?)
    case subquery(SelectUnion, alias: String?)
    case join(TableExpression, Join, TableExpression)
}

/// How two tables are joined.
struct Join: Sendable {
    enum Kind: Sendable { case inner, left, right, full, cross }
    enum Strictness: Sendable { case all, any, semi, anti }
    enum Condition: Sendable {
        case none
        case on(Expression)
        case using([Expression])
    }

    var kind: Kind
    var strictness: Strictness
    var condition: Condition
}

/// A table's name as it was written.
struct QualifiedName: Sendable, Hashable {
    var database: String?
    var name: String
}

/// A term of ORDER BY.
struct OrderTerm: Sendable {
    var expression: Expression
    var isDescending = false
    /// Where NULL and NaN stand; nil is the default, last.
    var nullsFirst: Bool?
}

/// One SELECT.
struct SelectQuery: Sendable {
    var with: [WithElement] = []
    var isDistinct = false
    var distinctOn: [Expression] = []
    var projection: [Expression] = []
    var from: TableExpression?
    var arrayJoin: [Expression] = []
    var isLeftArrayJoin = false
    var sample: Expression?
    var prewhere: Expression?
    var filter: Expression?
    var groupBy: [Expression]?
    /// `GROUP BY ... WITH ROLLUP` or `WITH CUBE`.
    var grouping = Grouping.plain
    var hasTotals = false
    var having: Expression?
    var orderBy: [OrderTerm] = []
    var limitBy: (limit: Expression, offset: Expression?, keys: [Expression])?
    var limit: Expression?
    var offset: Expression?
    var hasTies = false
    var settings: [(name: String, value: Value)] = []

    enum Grouping: Sendable { case plain, rollup, cube }

    var depth: Int {
        var depth = 0
        for expression in projection + arrayJoin + (groupBy ?? []) + orderBy.map(\.expression) {
            depth = max(depth, expression.depth)
        }
        for expression in [prewhere, filter, having] { depth = max(depth, expression?.depth ?? 0) }
        if let from { depth = max(depth, from.depth) }
        for case .query(_, let query) in with { depth = max(depth, query.depth) }
        return depth + 1
    }
}

extension TableExpression {
    var depth: Int {
        switch self {
        case .table: 1
        case .function(_, let arguments, _): 1 + (arguments.map(\.depth).max() ?? 0)
        case .subquery(let query, _): 1 + query.depth
        case .join(let left, _, let right): 1 + max(left.depth, right.depth)
        }
    }
}
