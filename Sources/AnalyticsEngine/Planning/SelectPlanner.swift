// Plans one SELECT: source, filter, groups, projection, order, limits.

/// Plans one SELECT.
final class SelectPlanner {
    private let planner: Planner
    private var query: SelectQuery
    private var context: Context { planner.context }

    // What the clauses resolve to.
    private var projection: [(name: String, value: TypedExpression)] = []
    private var filters: [TypedExpression] = []
    private var keys: [TypedExpression] = []
    private var having: TypedExpression?
    private var order: [(term: OrderTerm, value: TypedExpression)] = []
    private var limitKeys: [TypedExpression] = []
    private var distinctOn: [TypedExpression] = []
    /// The arguments of arrayJoin().
    private var joinedArrays: [TypedExpression] = []
    /// The names of the source's slots, for messages.
    private var scopeNames: [Int: String] = [:]

    init(_ planner: Planner, _ query: SelectQuery) {
        self.planner = planner
        self.query = query
    }

    func plan() throws -> Plan {
        for (name, value) in query.settings where Self.isLocal(name) { try context.settings.set(name, value) }
        return try planner.withCommonQueries(query.with) { try planned() }
    }

    /// Settings of a sub-query that have effect on results; others are not worth the risk.
    private static func isLocal(_ name: String) -> Bool { Settings.known.contains { $0.name == name } }

    private func planned() throws -> Plan {
        planner.scopeText = "SELECT " + query.projection.prefix(8).map(\.shownName).joined(separator: ", ")
        var (node, scope) = try SourcePlanner(planner).source(query.from)
        if !query.arrayJoin.isEmpty { (node, scope) = try arrayJoined(node, scope) }
        for column in scope.columns { scopeNames[column.slot] = column.name }
        let resolver = Resolver(planner, scope)
        try resolve(with: resolver)

        joinedArrays = resolver.arrayJoins.map(\.array)
        let calls = aggregateCalls()
        let isAggregated = query.groupBy != nil || !calls.isEmpty
        let joins = divided(resolver.arrayJoins, isAggregated: isAggregated)
        var width = scope.width
        node = multiply(node, joins.before, &width)
        if let filter = joinedFilter() { node = .filter(node, filter) }
        if isAggregated {
            node = try aggregated(node, late: joins.after)
            width = keys.count + calls.count
        } else if let having {
            node = .filter(node, having)
        }
        if query.hasTotals, !isAggregated {
            throw EngineError(.notImplemented, "WITH TOTALS, ROLLUP or CUBE are not supported without aggregation")
        }
        node = multiply(node, joins.after, &width)
        return try finished(node)
    }

    // MARK: Resolution

    private func resolve(with resolver: Resolver) throws {
        for case .expression(let expression) in query.with { try resolver.noteAliases(expression) }
        query.projection = try query.projection.flatMap { try planner.expand($0, resolver.scope) }
        guard !query.projection.isEmpty else { throw EngineError(.emptyListOfColumnsQueried, "Empty list of columns in SELECT") }
        let clauses =
            [query.prewhere, query.filter, query.having].compactMap { $0 } + (query.groupBy ?? [])
            + query.orderBy.map(\.expression)
        for expression in query.projection + clauses { try resolver.noteAliases(expression) }

        planner.allowsAggregates = true
        for expression in query.projection {
            projection.append((expression.shownName, try resolver.resolve(expression)))
        }
        if let expression = query.having { having = try condition(expression, resolver) }
        for term in query.orderBy {
            let value = try positional(term.expression) ?? resolver.resolve(term.expression)
            order.append((term, value))
        }
        if let limitBy = query.limitBy { limitKeys = try limitBy.keys.map { try positional($0) ?? resolver.resolve($0) } }
        distinctOn = try query.distinctOn.map { try resolver.resolve($0) }
        for expression in query.groupBy ?? [] {
            if case .name(let parts) = expression.kind, parts.count == 1, parts[0].uppercased() == "ALL",
                query.groupBy?.count == 1
            {
                keys = projection.map(\.value).filter { !$0.hasAggregate }
                break
            }
            let key = try positional(expression) ?? resolver.resolve(expression)
            if key.hasAggregate {
                throw EngineError(
                    .illegalAggregation, "Aggregate function \(expression.columnName) is found in GROUP BY in query")
            }
            // Equal keys and constants make no further groups.
            if !keys.contains(where: { $0.signature == key.signature }) { keys.append(key) }
        }
        planner.allowsAggregates = false
        for expression in [query.prewhere, query.filter].compactMap({ $0 }) {
            for part in JoinPlanner.conjuncts(expression) where !isIgnored(part) {
                let filter = try condition(part, resolver)
                if filter.hasAggregate {
                    throw EngineError(.illegalAggregation, "Aggregate function is found in WHERE in query: \(part.columnName)")
                }
                filters.append(filter)
            }
        }
    }

    /// Whether a condition is one that the caller wants to be ignored.
    private func isIgnored(_ condition: Expression) -> Bool {
        guard let column = context.quirks.ignoredFilterColumn, case .call(let call) = condition.kind,
            call.name == "equals" || call.name == "in"
        else { return false }
        return call.arguments.contains { argument in
            if case .name(let parts) = argument.kind { return parts.last == column }
            return false
        }
    }

    private func condition(_ expression: Expression, _ resolver: Resolver) throws -> TypedExpression {
        let condition = try resolver.resolve(expression)
        guard condition.type.core.isNumber || condition.type.core == .nothing else {
            throw EngineError(
                .illegalTypeOfColumnForFilter,
                "Illegal type \(condition.type.name) of column for filter. Must be UInt8 or Nullable(UInt8) or LowCardinality versions of them."
            )
        }
        return condition
    }

    /// `GROUP BY 1`: the expression that stands at that place.
    private func positional(_ expression: Expression) throws -> TypedExpression? {
        guard case .literal(.unsigned(let place), _, _) = expression.kind,
            context.settings["enable_positional_arguments"]?.integer != 0
        else { return nil }
        guard place >= 1, place <= UInt64(projection.count) else {
            throw EngineError(
                .badArguments, "Positional argument out of bounds: \(place) (expected in range [1, \(projection.count)])")
        }
        return projection[Int(place) - 1].value
    }

    // MARK: ARRAY JOIN

    private func arrayJoined(_ node: PlanNode, _ scope: Scope) throws -> (PlanNode, Scope) {
        let resolver = Resolver(planner, scope)
        for case .expression(let expression) in query.with { try resolver.noteAliases(expression) }
        var scope = scope
        var added: [TypedExpression] = []
        var slots: [Int] = []
        func join(_ value: TypedExpression, _ name: String, replaces: Bool) throws {
            var array = value
            if case .map = array.type { array = try resolver.cast(array, to: .array(array.type.element ?? .nothing)) }
            guard case .array(let element) = array.type else {
                throw EngineError(.typeMismatch, "ARRAY JOIN requires array argument, not \(array.type.name)")
            }
            let slot = scope.width
            scope.width += 1
            added.append(array)
            slots.append(slot)
            let old = scope.columns.firstIndex { $0.name == name }
            let column = ScopeColumn(
                qualifiers: old.map { scope.columns[$0].qualifiers } ?? [], name: name, type: element.stored, slot: slot)
            if let old, replaces {
                scope.columns[old] = column
            } else {
                var hidden = column
                hidden.isHidden = !replaces
                scope.columns.insert(hidden, at: 0)
            }
        }
        for expression in query.arrayJoin {
            let name = expression.columnName
            let members = scope.columns.filter { $0.name.hasPrefix(name + ".") }
            if case .name = expression.kind, try scope.find(name.split(separator: ".").map(String.init)) == nil, !members.isEmpty
            {
                for member in members {
                    let shown = (expression.alias ?? name) + member.name.dropFirst(name.count)
                    try join(.column(member.slot, member.type), shown, replaces: expression.alias == nil)
                }
            } else {
                try join(try resolver.resolve(expression), expression.shownName, replaces: expression.alias == nil)
            }
        }
        return (.arrayJoin(.extend(node, added), slots: slots, isLeft: query.isLeftArrayJoin), scope)
    }

    private typealias Joins = [(id: Int, array: TypedExpression)]

    /// The arrays of arrayJoin() that multiply rows before they are grouped, and those after.
    private func divided(_ joins: Joins, isAggregated: Bool) -> (before: Joins, after: Joins) {
        guard isAggregated else { return (joins, []) }
        var early: Set<Int> = []
        func note(_ expression: TypedExpression) {
            if case .parameter(let id) = expression.kind { early.insert(id) }
            for child in expression.children { note(child) }
        }
        for expression in keys + filters { note(expression) }
        for call in aggregateCalls() { for argument in call.arguments { note(argument) } }
        return (joins.filter { early.contains($0.id) }, joins.filter { !early.contains($0.id) })
    }

    private func multiply(_ node: PlanNode, _ joins: Joins, _ width: inout Int) -> PlanNode {
        var node = node
        for join in joins {
            // Before grouping the array is over the source; after it, it was lifted with the projection.
            let array = lifted[join.id] ?? replacingJoins(join.array)
            node = .arrayJoin(.extend(node, [array]), slots: [width], isLeft: false)
            joinSlots[join.id] = width
            width += 1
        }
        replaceEverywhere()
        return node
    }

    private var joinSlots: [Int: Int] = [:]
    private var lifted: [Int: TypedExpression] = [:]

    private func replacingJoins(_ expression: TypedExpression) -> TypedExpression {
        let slots = joinSlots
        return
            (try? expression.replacing { part in
                if case .parameter(let id) = part.kind, let slot = slots[id] { return .column(slot, part.type) }
                if case .aggregate(let call) = part.kind {
                    let arguments = call.arguments.map { self.replacingJoins($0) }
                    return TypedExpression(
                        .aggregate(AggregateCall(function: call.function, arguments: arguments)), part.type,
                        signature: part.signature)
                }
                return nil
            }) ?? expression
    }

    private func replaceEverywhere() {
        guard !joinSlots.isEmpty else { return }
        projection = projection.map { ($0.name, replacingJoins($0.value)) }
        filters = filters.map { replacingJoins($0) }
        keys = keys.map { replacingJoins($0) }
        having = having.map { replacingJoins($0) }
        order = order.map { ($0.term, replacingJoins($0.value)) }
        limitKeys = limitKeys.map { replacingJoins($0) }
        distinctOn = distinctOn.map { replacingJoins($0) }
    }

    private func joinedFilter() -> TypedExpression? {
        guard filters.count > 1, let and = FunctionRegistry.function("and") else { return filters.first }
        let type: DataType = filters.contains { $0.type.isNullable } ? .nullable(.uint8) : .uint8
        return .call(and, "and", filters, type)
    }

    // MARK: Groups

    /// The aggregates of all clauses, each once, by signature.
    private func signedCalls() -> [(signature: String, call: AggregateCall)] {
        var calls: [(signature: String, call: AggregateCall)] = []
        func collect(_ expression: TypedExpression) {
            if case .aggregate(let call) = expression.kind {
                if !calls.contains(where: { $0.signature == expression.signature }) { calls.append((expression.signature, call)) }
                return
            }
            for child in expression.children { collect(child) }
        }
        for expression in projection.map(\.value) + order.map(\.value) + limitKeys + joinedArrays + [having].compactMap({ $0 }) {
            collect(expression)
        }
        return calls
    }

    private func aggregateCalls() -> [AggregateCall] { signedCalls().map(\.call) }

    private func aggregated(_ node: PlanNode, late joins: Joins) throws -> PlanNode {
        let calls = signedCalls()
        func lift(_ expression: TypedExpression) throws -> TypedExpression {
            try expression.replacing { part in
                if let index = keys.firstIndex(where: { $0.signature == part.signature }) { return .column(index, part.type) }
                if case .aggregate = part.kind, let index = calls.firstIndex(where: { $0.signature == part.signature }) {
                    return .column(keys.count + index, part.type)
                }
                if case .column(let slot) = part.kind {
                    let name = scopeNames[slot] ?? "column"
                    throw EngineError(
                        .notAnAggregate,
                        "Column `\(name)` is not under aggregate function and not in GROUP BY. Have columns: "
                            + "[\(projection.map { "'\($0.name)'" }.joined(separator: ","))]: In query \(planner.scopeText)")
                }
                return nil
            }
        }
        projection = try projection.map { ($0.name, try lift($0.value)) }
        order = try order.map { ($0.term, try lift($0.value)) }
        limitKeys = try limitKeys.map { try lift($0) }
        distinctOn = try distinctOn.map { try lift($0) }
        having = try having.map { try lift($0) }
        for join in joins { lifted[join.id] = try lift(join.array) }
        let aggregation = Aggregation(
            keys: keys, calls: calls.map(\.call), groupings: groupings(), hasTotals: query.hasTotals, having: having,
            isGlobal: query.groupBy == nil || keys.isEmpty && query.groupBy?.isEmpty != false)
        return .aggregate(node, aggregation)
    }

    private func groupings() -> [[Bool]] {
        let all = Array(repeating: true, count: keys.count)
        switch query.grouping {
        case .plain: return [all]
        case .rollup: return (0...keys.count).map { left in keys.indices.map { $0 < keys.count - left } }
        case .cube:
            guard keys.count <= 12 else { return [all] }
            return (0..<1 << keys.count).map { mask in keys.indices.map { mask >> (keys.count - 1 - $0) & 1 == 0 } }
        }
    }

    // MARK: Projection, order, limits

    private func finished(_ node: PlanNode) throws -> Plan {
        var node = node
        var expressions = projection.map(\.value)
        func slot(_ value: TypedExpression) -> Int {
            if let known = expressions.firstIndex(where: { $0.signature == value.signature }) { return known }
            expressions.append(value)
            return expressions.count - 1
        }
        let sortTerms = order.map { term, value in
            SortTerm(slot: slot(value), isDescending: term.isDescending, nullsFirst: term.nullsFirst ?? false)
        }
        let limitSlots = limitKeys.map { slot($0) }
        let distinctSlots = distinctOn.map { slot($0) }
        node = .project(node, expressions)
        if query.isDistinct {
            node = .distinct(node, slots: distinctSlots.isEmpty ? Array(projection.indices) : distinctSlots)
        }
        let offset = try query.offset.map { try count($0, "OFFSET") } ?? 0
        let limit = try query.limit.map { try count($0, "LIMIT") }
        if !sortTerms.isEmpty {
            let top = query.limitBy == nil && !query.hasTies ? limit.map { min($0, 1 << 40) + min(offset, 1 << 40) } : nil
            node = .sort(node, sortTerms, limit: top)
        }
        if let limitBy = query.limitBy {
            let skipped = try limitBy.offset.map { try count($0, "OFFSET") } ?? 0
            node = .limitBy(node, offset: skipped, count: try count(limitBy.limit, "LIMIT"), slots: limitSlots)
        }
        if limit != nil || query.offset != nil {
            node = .limit(node, offset: offset, count: limit, ties: query.hasTies ? sortTerms : nil)
        }
        if expressions.count > projection.count {
            node = .project(node, projection.indices.map { .column($0, projection[$0].value.type) })
        }
        return Plan(node: node, columns: projection.map { ResultColumn(name: $0.name, type: $0.value.type) })
    }

    /// A number of rows. Throws 440 for what is none.
    private func count(_ expression: Expression, _ clause: String) throws -> Int {
        let value = try Resolver(planner, Scope()).resolve(expression)
        guard let number = value.constant?.integer, number >= 0 else {
            if case .unsigned? = value.constant { return 1 << 60 }
            throw EngineError(
                .invalidLimitExpression,
                "The value \(expression.columnName) of \(clause) expression is not representable as UInt64")
        }
        return Int(number)
    }
}
