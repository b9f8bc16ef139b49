// FROM: tables, sub-queries, table functions and joins as plans with a scope.

/// Plans the sources of a SELECT.
struct SourcePlanner {
    let planner: Planner
    private var context: Context { planner.context }

    init(_ planner: Planner) { self.planner = planner }

    /// A source, and what names mean in it.
    func source(_ table: TableExpression?) throws -> (node: PlanNode, scope: Scope) {
        guard let table else {
            let one = TypedColumn(.uint8, .uint8([0]))
            return (
                .rows(Block([one], count: 1)),
                Scope(columns: [ScopeColumn(qualifiers: ["one"], name: "dummy", type: .uint8, slot: 0)], width: 1)
            )
        }
        switch table {
        case .table(let name, let alias, _): return try self.table(name, alias)
        case .subquery(let query, let alias): return scoped(try planner.plan(query), alias)
        case .function(let name, let arguments, let alias): return try function(name, arguments, alias)
        case .join(let left, let join, let right): return try JoinPlanner(planner, self).join(left, join, right)
        }
    }

    private func scoped(_ plan: Plan, _ alias: String?) -> (PlanNode, Scope) {
        let columns = plan.columns.enumerated().map { slot, column in
            ScopeColumn(qualifiers: alias.map { [$0] } ?? [], name: column.name, type: column.type.stored, slot: slot)
        }
        return (plan.node, Scope(columns: columns, width: columns.count))
    }

    private func table(_ name: QualifiedName, _ alias: String?) throws -> (PlanNode, Scope) {
        if name.database == nil, let query = planner.commonQuery([name.name]) {
            return scoped(try planner.planCommon(name.name, query), alias ?? name.name)
        }
        if (name.database ?? context.database) == "system", let system = try SystemTables.source(name.name, planner) {
            var scope = system.scope
            for index in scope.columns.indices {
                scope.columns[index].qualifiers = [alias ?? name.name, "system." + name.name]
            }
            return (system.node, scope)
        }
        let table = try planner.catalog.table(name, in: context)
        let names = [table.name, "\(table.database).\(table.name)"]
        let qualifiers = alias.map { [$0] + names } ?? names
        var columns: [ScopeColumn] = []
        var slot = 0
        for column in table.columns {
            var scoped = ScopeColumn(
                qualifiers: qualifiers, name: column.name, type: column.type.stored, slot: slot, isHidden: !column.isOrdinary)
            if case .alias(let expression) = column.defaults { scoped.expression = expression } else { slot += 1 }
            columns.append(scoped)
        }
        return (.scan(table, needed: nil), Scope(columns: columns, width: slot))
    }

    // MARK: Table functions

    private func function(_ name: String, _ arguments: [Expression], _ alias: String?) throws -> (PlanNode, Scope) {
        let resolver = Resolver(planner, Scope())
        func number(_ index: Int) throws -> UInt64 {
            guard let value = try resolver.resolve(arguments[index]).constant, let number = value.number, number >= 0 else {
                throw EngineError(
                    .badArguments, "Argument \(index + 1) of table function \(name) must be a whole number that is not negative")
            }
            if case .unsigned(let exact) = value { return exact }
            return UInt64(wrapping: number)
        }
        switch name.lowercased() {
        case "numbers", "numbers_mt", "zeros", "zeros_mt":
            let areZeros = name.lowercased().hasPrefix("zeros")
            guard arguments.count <= 2 else {
                throw EngineError(
                    .numberOfArgumentsDoesNotMatch, "Table function '\(name)' requires 'length' or 'offset, length'.")
            }
            let start = arguments.count == 2 ? try number(0) : 0
            let count = arguments.isEmpty ? nil : try number(arguments.count - 1)
            let type: DataType = areZeros ? .uint8 : .uint64
            let column = ScopeColumn(qualifiers: [alias ?? name], name: areZeros ? "zero" : "number", type: type, slot: 0)
            return (.numbers(start: start, count: count, areZeros: areZeros), Scope(columns: [column], width: 1))
        case "values": return try values(arguments, alias, resolver)
        case "view":
            guard case .subquery(let query)? = arguments.first?.kind else { break }
            return scoped(try planner.plan(query), alias)
        default: break
        }
        let known = ["numbers", "numbers_mt", "values", "view", "zeros", "zeros_mt"]
        throw EngineError(.unknownFunction, "Unknown table function \(name)." + EngineError.hint(name, among: known))
    }

    /// `values('a UInt8, b String', (1, 'x'), ...)`.
    private func values(_ arguments: [Expression], _ alias: String?, _ resolver: Resolver) throws -> (PlanNode, Scope) {
        guard case .text(let structure)? = try arguments.first.flatMap({ try resolver.resolve($0).constant }) else {
            throw EngineError(.badArguments, "Table function 'values' requires a structure as its first argument")
        }
        guard case .tuple(let members) = try TypeParser.type("Tuple(\(String(decoding: structure, as: UTF8.self)))").stored else {
            throw EngineError(.badArguments, "The structure of 'values' is no list of columns")
        }
        let cast = Cast(context: context)
        var columns = members.map { TypedColumn($0.type, Column.empty($0.type)) }
        for row in arguments.dropFirst() {
            let resolved = try resolver.resolve(row)
            guard case .constant(let value) = resolved.kind else {
                throw EngineError(.badArguments, "Rows of 'values' must be constant")
            }
            var parts: [TypedColumn] = [value]
            if case .tuple(let types) = value.type, case .tuple(let fields, _) = value.column,
                members.count > 1 || types.count == 1
            {
                parts = zip(types, fields).map { TypedColumn($0.type, $1) }
            }
            guard parts.count == members.count else {
                throw EngineError(
                    .sizesOfColumnsDoNotMatch, "Values table function requires all rows to have \(members.count) columns")
            }
            for index in parts.indices {
                var column = columns[index].column
                column.append(try cast.column(parts[index], to: members[index].type).column)
                columns[index] = TypedColumn(members[index].type, column)
            }
        }
        let scope = members.enumerated().map { slot, member in
            ScopeColumn(qualifiers: [alias ?? "values"], name: member.name ?? "c\(slot + 1)", type: member.type, slot: slot)
        }
        return (.rows(Block(columns, count: max(0, arguments.count - 1))), Scope(columns: scope, width: scope.count))
    }
}
