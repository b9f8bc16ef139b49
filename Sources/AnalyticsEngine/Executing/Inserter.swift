// INSERT: rows read, defaults filled in, all of them or none.

/// Makes the rows of an INSERT.
struct Inserter {
    let planner: Planner
    let sql: [UInt8]

    init(_ planner: Planner, _ sql: [UInt8]) {
        self.planner = planner
        self.sql = sql
    }

    /// The rows that a statement inserts, ready to be added. Throws what is wrong with them.
    func insertion(_ insert: InsertStatement) throws -> Insertion {
        for (name, value) in insert.settings { try planner.context.settings.set(name, value) }
        if (insert.table.database ?? planner.context.database) == "system" {
            throw EngineError(.notImplemented, "Tables of the database system cannot be written")
        }
        let table = try planner.catalog.table(insert.table, in: planner.context)
        let columns = try targets(insert, table)
        let (values, missing, count) = try rows(insert, columns)
        let block = try filled(table, columns, values, missing, count)
        return Insertion(database: table.database, table: table.name, block: table.keepsRows ? block : block.slice(0..<0))
    }

    private func targets(_ insert: InsertStatement, _ table: Table) throws -> [TableColumn] {
        guard let names = insert.columns else {
            return table.columns.filter { $0.isOrdinary && !insert.except.contains($0.name) }
        }
        return try names.map { name in
            guard let index = table.index(of: name) else {
                throw EngineError(
                    .noSuchColumnInTable,
                    "No such column \(name) in table \(table.database).\(table.name)."
                        + EngineError.hint(name, among: table.columns.map(\.name)))
            }
            guard table.columns[index].isOrdinary else {
                throw EngineError(.illegalColumn, "Cannot insert column \(name), because it is MATERIALIZED or ALIAS column")
            }
            return table.columns[index]
        }
    }

    /// A column for each target, and for each which of its rows say nothing.
    private func rows(_ insert: InsertStatement, _ columns: [TableColumn]) throws -> (
        columns: [Column], missing: [[Bool]?], count: Int
    ) {
        let input: InputRows
        switch insert.source {
        case .query(let query): return try selected(query, columns)
        case .values(let start):
            input = try ValuesFormat.read(.init(data: sql[start...], columns: columns, context: planner.context), planner)
        case .data(let format, let start):
            let reader = try InputFormat.named(format)
            var data = sql[start...]
            // The data begins behind the line of the statement.
            data = data.drop { $0 == 0x20 }
            if data.first == UInt8(ascii: ";") { data.removeFirst() }
            if data.first == 0x0D { data.removeFirst() }
            if data.first == 0x0A { data.removeFirst() }
            input = try reader.read(.init(data: data, columns: columns, context: planner.context))
        }
        var made: [Column] = []
        var missing: [[Bool]?] = []
        for (column, values) in zip(columns, input.values) {
            let type = column.type.stored
            let isMissing = values.map { $0 == nil }
            let placeholder = Column.placeholder(type)
            made.append(Column(values.map { $0 ?? placeholder }, type))
            missing.append(isMissing.contains(true) ? isMissing : nil)
        }
        return (made, missing, input.count)
    }

    private func selected(_ query: SelectUnion, _ columns: [TableColumn]) throws -> (
        columns: [Column], missing: [[Bool]?], count: Int
    ) {
        let result = try planner.run(query)
        guard result.columns.count == columns.count else {
            throw EngineError(
                .insertColumnSizeMismatch,
                "Number of columns doesn't match (source: \(result.columns.count) and result: \(columns.count))")
        }
        let cast = Cast(context: planner.context)
        let converted = try zip(result.rows.columns, columns).map { value, column -> Column in
            let type = column.type.stored
            guard value.type.isNullable, !type.isNullable, let isNull = value.full.nullMask else {
                return try cast.column(value, to: type).full
            }
            // A NULL makes room for the default (insert_null_as_default).
            let filled = value.full.withoutNulls.taking(isNull.indices.map { isNull[$0] ? -1 : $0 })
            return value.type.core == .nothing
                ? Column.defaults(type, value.count) : try cast.column(TypedColumn(value.type.core, filled), to: type).full
        }
        let gaps = zip(result.rows.columns, columns).map { value, column -> [Bool]? in
            guard !column.type.stored.isNullable, let isNull = value.full.nullMask, isNull.contains(true) else { return nil }
            return isNull
        }
        return (converted, gaps, result.rows.count)
    }

    /// The block in the order of the table's stored columns; defaults may read the row's other columns.
    private func filled(
        _ table: Table, _ targets: [TableColumn], _ values: [Column], _ missing: [[Bool]?], _ count: Int
    ) throws -> Block {
        var known: [String: TypedColumn] = [:]
        var gaps: [String: [Bool]] = [:]
        for (index, target) in targets.enumerated() {
            known[target.name] = TypedColumn(target.type.stored, values[index])
            gaps[target.name] = missing[index]
        }
        // Literal defaults and plain zeros first, then expressions over what is known.
        for column in table.columns where column.isStored {
            let type = column.type.stored
            switch column.defaults {
            case .none where known[column.name] == nil: known[column.name] = TypedColumn(type, Column.defaults(type, count))
            case .normal(let expression) where known[column.name] == nil || gaps[column.name] != nil,
                .materialized(let expression):
                let value = try evaluated(expression, type, known, table, count)
                if let gap = gaps[column.name], let given = known[column.name] {
                    var joined = given.full
                    joined.append(value)
                    known[column.name] = TypedColumn(type, joined.taking((0..<count).map { gap[$0] ? count + $0 : $0 }))
                } else {
                    known[column.name] = TypedColumn(type, value)
                }
            default: break
            }
        }
        let columns = table.columns.filter(\.isStored).map {
            known[$0.name] ?? TypedColumn($0.type.stored, Column.defaults($0.type.stored, count))
        }
        return Block(columns, count: count)
    }

    private func evaluated(
        _ expression: Expression, _ type: DataType, _ known: [String: TypedColumn], _ table: Table, _ count: Int
    ) throws -> Column {
        var scope = Scope()
        var block = Block([], count: count)
        for column in table.columns {
            var scoped = ScopeColumn(qualifiers: [], name: column.name, type: column.type.stored, slot: block.columns.count)
            if let value = known[column.name] {
                block.columns.append(value)
            } else if case .alias(let expression) = column.defaults {
                scoped.expression = expression
            } else if case .normal(let other) = column.defaults {
                scoped.expression = other
            } else {
                block.columns.append(TypedColumn(column.type.stored, Column.defaults(column.type.stored, count)))
            }
            scope.columns.append(scoped)
        }
        let resolver = Resolver(planner, scope)
        let resolved = try resolver.cast(try resolver.resolve(expression), to: type)
        return try Evaluator(block, planner.context).evaluate(resolved).full
    }
}
