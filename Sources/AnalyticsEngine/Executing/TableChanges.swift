// CREATE, DROP, TRUNCATE and RENAME.

/// Applies statements that change databases and tables.
struct TableChanges {
    let planner: Planner
    private var context: Context { planner.context }

    init(_ planner: Planner) { self.planner = planner }

    func apply(_ statement: Statement, to catalog: inout Catalog) throws {
        switch statement {
        case .createDatabase(let name, let ifNotExists): try catalog.createDatabase(name, ifNotExists: ifNotExists)
        case .dropDatabase(let name, let ifExists): try catalog.dropDatabase(name, ifExists: ifExists)
        case .createTable(let table): try create(table, &catalog)
        case .dropTable(let name, let ifExists):
            if ifExists, !catalog.has(name, in: context) { return }
            try catalog.remove(name, in: context)
        case .truncate(let name, let ifExists):
            if ifExists, !catalog.has(name, in: context) { return }
            try catalog.truncate(name, in: context)
        case .rename(let pairs):
            for (old, new) in pairs {
                let table = try catalog.table(old, in: context)
                guard !catalog.has(new, in: context) else { throw exists(new) }
                try catalog.remove(old, in: context)
                var renamed = Table(
                    database: new.database ?? context.database, name: new.name, columns: table.columns, engine: table.engine,
                    orderBy: table.orderBy, partitionBy: table.partitionBy)
                renamed.blocks = table.blocks
                try catalog.add(renamed)
            }
        default: break
        }
    }

    private func exists(_ name: QualifiedName) -> EngineError {
        EngineError(.tableAlreadyExists, "Table \(name.database ?? context.database).\(name.name) already exists")
    }

    private static let engines: Set<String> = ["MergeTree", "Memory", "Log", "TinyLog", "StripeLog", "Null"]

    private func create(_ statement: CreateTable, _ catalog: inout Catalog) throws {
        let database = statement.name.database ?? context.database
        _ = try catalog.tables(of: database)
        if catalog.has(statement.name, in: context) {
            if statement.ifNotExists { return }
            guard statement.orReplace else { throw exists(statement.name) }
        }
        var engine = statement.engine ?? ""
        var columns = try self.columns(statement.columns)
        if let other = statement.like {
            let table = try catalog.table(other, in: context)
            columns = table.columns
            if engine.isEmpty { engine = table.engine }
        }
        let result = try statement.query.map { try planner.run($0) }
        if columns.isEmpty, let result {
            columns = result.columns.map { TableColumn(name: $0.name, type: $0.type, defaults: .none, comment: "") }
        }
        guard !columns.isEmpty else {
            throw EngineError(
                .incorrectQuery, "Incorrect CREATE query: required list of column descriptions or AS section or SELECT.")
        }
        if engine.isEmpty { engine = "MergeTree" }
        guard Self.engines.contains(engine) else {
            throw EngineError(
                .unknownStorage, "Unknown table engine \(engine)." + EngineError.hint(engine, among: Self.engines.sorted()))
        }
        if engine == "MergeTree", statement.engine != nil, statement.like == nil, statement.orderBy.isEmpty,
            statement.engineHasNoArguments
        {
            throw EngineError(
                .badArguments,
                "ORDER BY or PRIMARY KEY expression is needed for MergeTree. Use ORDER BY tuple() for a table without order")
        }
        var table = Table(
            database: database, name: statement.name.name, columns: columns, engine: engine, orderBy: statement.orderBy,
            partitionBy: statement.partitionBy)
        if let result, result.rows.count > 0 {
            let cast = Cast(context: context)
            let ordinary = columns.filter(\.isStored)
            guard ordinary.count == result.columns.count else {
                throw EngineError(
                    .insertColumnSizeMismatch,
                    "Number of columns doesn't match (source: \(result.columns.count) and result: \(ordinary.count))")
            }
            table.blocks = [
                Block(
                    try zip(result.rows.columns, ordinary).map { value, column in
                        TypedColumn(column.type.stored, try cast.column(value, to: column.type.stored).full)
                    }, count: result.rows.count)
            ]
        }
        try catalog.add(table)
    }

    private func columns(_ definitions: [ColumnDefinition]) throws -> [TableColumn] {
        var columns: [TableColumn] = []
        for definition in definitions {
            let added = try column(definition)
            for column in added {
                guard !columns.contains(where: { $0.name == column.name }) else {
                    throw EngineError(.duplicateColumn, "Column \(column.name) already exists")
                }
                columns.append(column)
            }
        }
        return try withInferredTypes(columns, definitions)
    }

    /// The columns of a definition: Nested makes several.
    private func column(_ definition: ColumnDefinition) throws -> [TableColumn] {
        let type = try definition.type.map { try TypeParser.type($0) } ?? .nothing
        let defaults: TableColumn.Default
        switch definition.defaults {
        case .none, .ephemeral: defaults = .none
        case .normal(let expression): defaults = .normal(expression)
        case .materialized(let expression): defaults = .materialized(expression)
        case .alias(let expression): defaults = .alias(expression)
        }
        if case .array(.tuple(let members)) = type, definition.type?.lowercased().hasPrefix("nested") == true {
            return members.map { member in
                TableColumn(
                    name: "\(definition.name).\(member.name ?? "")", type: .array(member.type), defaults: .none,
                    comment: definition.comment)
            }
        }
        return [TableColumn(name: definition.name, type: type, defaults: defaults, comment: definition.comment)]
    }

    /// A column without a type has that of its default.
    private func withInferredTypes(_ columns: [TableColumn], _ definitions: [ColumnDefinition]) throws -> [TableColumn] {
        var scope = Scope()
        for (slot, column) in columns.enumerated() {
            var scoped = ScopeColumn(qualifiers: [], name: column.name, type: column.type.stored, slot: slot)
            if column.type == .nothing {
                switch column.defaults {
                case .normal(let expression), .materialized(let expression), .alias(let expression):
                    scoped.expression = expression
                case .none: break
                }
            }
            scope.columns.append(scoped)
        }
        return try columns.map { column in
            switch column.defaults {
            case .none:
                guard column.type != .nothing else {
                    throw EngineError(.syntaxError, "Syntax error: the type of column \(column.name) is missing")
                }
                return column
            case .normal(let expression), .materialized(let expression), .alias(let expression):
                let resolved = try Resolver(planner, scope).resolve(expression)
                guard column.type == .nothing else { return column }
                return TableColumn(name: column.name, type: resolved.type, defaults: column.defaults, comment: column.comment)
            }
        }
    }
}
