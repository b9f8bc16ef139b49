// The engine: a statement's text in, rows, changes or an error out.

/// What a statement comes to.
public enum Outcome: Sendable {
    /// Rows, in the format that the statement or the caller asked for.
    case rows(QueryResult, OutputFormat)
    /// Rows that are ready to be added to a table with ``Catalog/commit(_:)``: the caller decides when.
    case insertion(Insertion)
    /// Nothing to show.
    case done
}

/// Executes statements against a catalogue.
///
/// A value without surroundings: what a statement may know of the world stands in its ``Context``.
public struct Engine: Sendable {
    /// The databases and tables.
    public var catalog: Catalog

    /// An engine over a catalogue.
    public init(_ catalog: Catalog = Catalog()) { self.catalog = catalog }

    /// Executes one statement. `statistics` tells what it read. Throws ``EngineError``.
    public mutating func execute(
        _ sql: [UInt8], _ context: Context, defaultFormat: String = "TabSeparated",
        statistics: inout OutputFormat.Statistics
    ) throws -> Outcome {
        var parser = Parser(sql)
        if parser.peek().kind == .end {
            throw EngineError(.syntaxError, "Syntax error: failed at position 1 (end of query): Empty query")
        }
        let statement = try parser.statement()
        let planner = Planner(catalog, context)
        defer {
            statistics.readRows += planner.readRows
            statistics.readBytes += planner.readBytes
        }
        if statement.isWriting, context.settings.integer("readonly") > 0 {
            throw EngineError(
                .readonly,
                "Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries"
            )
        }
        switch statement {
        case .select(let query, let format):
            let format = try OutputFormat.named(format ?? defaultFormat)
            return .rows(try planner.run(query), format)
        case .insert(let insert):
            return .insertion(try Inserter(planner, sql).insertion(insert))
        case .set(let changes):
            for (name, value) in changes { try context.settings.set(name, value) }
            return .done
        case .use(let name):
            _ = try catalog.tables(of: name)
            context.database = name
            return .done
        case .nothing: return .done
        case .showTables, .showDatabases, .showCreate, .describe, .exists:
            let (result, format) = try Showing(planner).result(statement)
            return .rows(result, try OutputFormat.named(format ?? defaultFormat))
        default:
            try TableChanges(planner).apply(statement, to: &catalog)
            return .done
        }
    }

    /// The bytes of a result.
    public static func bytes(
        _ result: QueryResult, _ format: OutputFormat, _ context: Context, _ statistics: OutputFormat.Statistics
    ) throws -> [UInt8] {
        try format.write(result, context, statistics)
    }
}
