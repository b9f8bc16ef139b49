// Plans queries: from syntax to a plan, sub-queries and common table expressions included.

/// Plans the queries of one statement against one state of the catalogue.
final class Planner {
    let catalog: Catalog
    let context: Context
    /// Whether aggregate functions may stand in the clause that is resolved.
    var allowsAggregates = false
    /// What is planned, for messages.
    var scopeText = "SELECT"
    private var parameterCount = 0
    private var commonQueries: [[String: SelectUnion]] = []
    private var depth = 0
    /// Rows that were read so far.
    private(set) var readRows = 0
    private(set) var readBytes = 0

    init(_ catalog: Catalog, _ context: Context) {
        self.catalog = catalog
        self.context = context
    }

    /// A new number for a parameter of a lambda, and the like.
    func nextParameter() -> Int {
        parameterCount += 1
        return parameterCount
    }

    func noteRead(_ block: Block) throws {
        readRows += block.count
        let limit = context.settings.integer("max_rows_to_read")
        if limit > 0, readRows > limit {
            throw EngineError(
                .tooManyRows,
                "Limit for rows (controlled by 'max_rows_to_read' setting) exceeded, max rows: \(limit), current rows: \(readRows)"
            )
        }
        guard readRows <= Self.mostRows else {
            throw EngineError(.tooManyRows, "The query reads more than \(Self.mostRows) rows, the limit of this engine")
        }
        readBytes += block.columns.reduce(0) { $0 + $1.column.size }
    }

    /// More rows than this no statement may read: an endless source must not hang the world.
    static let mostRows = 100_000_000

    // MARK: Common table expressions

    /// The expressions that WITH named, of all queries around the one that is planned.
    private var commonExpressions: [[String: Expression]] = []

    /// What an outer WITH says a name is.
    func commonExpression(_ name: String) -> Expression? {
        commonExpressions.dropLast().reversed().lazy.compactMap { $0[name] }.first
    }

    /// The query that WITH gave a name.
    func commonQuery(_ parts: [String]) -> SelectUnion? {
        guard parts.count == 1 else { return nil }
        return commonQueries.reversed().lazy.compactMap { $0[parts[0]] }.first
    }

    func withCommonQueries<Result>(_ elements: [WithElement], _ body: () throws -> Result) throws -> Result {
        var queries: [String: SelectUnion] = [:]
        for case .query(let name, let query) in elements { queries[name] = query }
        var expressions: [String: Expression] = [:]
        for case .expression(let expression) in elements { expressions[expression.shownName] = expression }
        commonQueries.append(queries)
        commonExpressions.append(expressions)
        defer {
            commonQueries.removeLast()
            commonExpressions.removeLast()
        }
        return try body()
    }

    /// The body with the queries named before `name`, so that a query may not mean itself.
    func planCommon(_ name: String, _ query: SelectUnion) throws -> Plan {
        let saved = commonQueries
        while let last = commonQueries.last, last[name] == nil { commonQueries.removeLast() }
        if !commonQueries.isEmpty { commonQueries[commonQueries.count - 1][name] = nil }
        defer { commonQueries = saved }
        return try plan(query)
    }

    // MARK: Queries

    func plan(_ union: SelectUnion) throws -> Plan {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 60 else {
            throw EngineError(.tooDeepRecursion, "Too deep sub-queries. Maximum: 60")
        }
        let outer = (allowsAggregates, scopeText)
        defer { (allowsAggregates, scopeText) = outer }
        let plans = try union.selects.map { try SelectPlanner(self, $0).plan() }
        guard plans.count > 1 else { return plans[0] }
        let width = plans[0].columns.count
        guard plans.allSatisfy({ $0.columns.count == width }) else {
            throw EngineError(
                .unionAllResultStructuresMismatch,
                "Different number of columns in UNION ALL elements: \(plans.map { $0.columns.map(\.name).joined(separator: ", ") }.joined(separator: " and "))"
            )
        }
        let types = try (0..<width).map { index in try Supertype.of(plans.map { $0.columns[index].type }) }
        let resolver = Resolver(self, Scope())
        var node: PlanNode?
        for (index, plan) in plans.enumerated() {
            let casts = try plan.columns.indices.map { slot in
                try resolver.cast(.column(slot, plan.columns[slot].type), to: types[slot])
            }
            let converted = PlanNode.project(plan.node, casts)
            if let before = node {
                node = .union([before, converted])
                if union.isDistinct.indices.contains(index - 1), union.isDistinct[index - 1] {
                    node = .distinct(node ?? converted, slots: Array(0..<width))
                }
            } else {
                node = converted
            }
        }
        let columns = zip(plans[0].columns, types).map { ResultColumn(name: $0.name, type: $1) }
        return Plan(node: node ?? plans[0].node, columns: columns)
    }

    /// The rows of a query.
    func run(_ union: SelectUnion) throws -> QueryResult {
        let plan = Optimizer.optimized(try plan(union), context)
        return try run(plan)
    }

    func run(_ plan: Plan) throws -> QueryResult {
        let stream = try Executor(self).stream(plan.node)
        var rows = Block(plan.columns.map { TypedColumn($0.type, Column.empty($0.type.stored)) }, count: 0)
        let limit = context.settings.integer("max_result_rows")
        while let block = try stream.next() {
            rows.append(block)
            if limit > 0, rows.count > limit {
                throw EngineError(
                    .tooManyRowsOrBytes, "Limit for result exceeded, max rows: \(limit), current rows: \(rows.count)")
            }
        }
        return QueryResult(columns: plan.columns, rows: rows, totals: stream.totals, rowsBeforeLimit: stream.rowsBeforeLimit)
    }

    /// The rows of a table.
    func run(table name: QualifiedName) throws -> QueryResult {
        let select = SelectQuery.everything(from: .table(name, alias: nil, isFinal: false))
        return try run(SelectUnion([select], isDistinct: []))
    }

    /// The one value of a sub-query; NULL where it has no row, a tuple where it has several columns.
    func scalar(_ query: SelectUnion) throws -> TypedColumn {
        let result = try run(query)
        guard result.rows.count <= 1 else {
            throw EngineError(.incorrectResultOfScalarSubquery, "Scalar subquery returned more than one row")
        }
        let types = result.columns.map { $0.type.stored }
        if result.rows.count == 0 {
            let type = types.count == 1 ? types[0].madeNullable : .nullable(.nothing)
            return TypedColumn(type, constant: Column.defaults(type, 1), count: 1)
        }
        if types.count == 1 { return TypedColumn(types[0], constant: result.rows.columns[0].full, count: 1) }
        let type = DataType.tuple(result.columns.map { TupleMember(name: $0.name, type: $0.type.stored) })
        return TypedColumn(type, constant: .tuple(result.rows.columns.map(\.full), count: 1), count: 1)
    }

    /// The expressions that `*`, `t.*` or COLUMNS('pattern') stands for; anything else for itself.
    func expand(_ expression: Expression, _ scope: Scope) throws -> [Expression] {
        switch expression.kind {
        case .asterisk(let qualifier, let except):
            return try scope.shown(qualifier).filter { !except.contains($0.name) }.map { reference($0, scope) }
        case .columns(let pattern):
            let regex = try RegularExpression(pattern)
            return scope.columns.filter { !$0.isHidden && regex.hasMatch($0.name) }.map { reference($0, scope) }
        default: return [expression]
        }
    }

    /// An expression that means just this column.
    private func reference(_ column: ScopeColumn, _ scope: Scope) -> Expression {
        if let found = try? scope.find([column.name]), found.slot == column.slot { return Expression(.name([column.name])) }
        return Expression(.name([column.qualifiers.first ?? "", column.name]))
    }
}

extension SelectQuery {
    /// `SELECT * FROM ...`.
    static func everything(from table: TableExpression) -> SelectQuery {
        var query = SelectQuery()
        query.projection = [Expression(.asterisk(qualifier: [], except: []))]
        query.from = table
        return query
    }
}

/// The rows of a query, whole.
public struct QueryResult: Sendable {
    /// The columns.
    public let columns: [ResultColumn]
    /// The rows.
    public let rows: Block
    /// The row of WITH TOTALS.
    let totals: Block?
    /// How many rows there were before LIMIT, where there was one.
    let rowsBeforeLimit: Int?

    init(columns: [ResultColumn], rows: Block, totals: Block? = nil, rowsBeforeLimit: Int? = nil) {
        self.columns = columns
        self.rows = rows
        self.totals = totals
        self.rowsBeforeLimit = rowsBeforeLimit
    }
}
