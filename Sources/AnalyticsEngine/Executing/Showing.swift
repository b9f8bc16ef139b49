// SHOW, DESCRIBE and EXISTS.

/// Answers statements that show databases and tables.
struct Showing {
    let planner: Planner

    init(_ planner: Planner) { self.planner = planner }

    func result(_ statement: Statement) throws -> (QueryResult, format: String?) {
        let catalog = planner.catalog
        switch statement {
        case .showDatabases(let format): return (names(catalog.databaseNames), format)
        case .showTables(let database, let like, let format):
            var names = try catalog.tables(of: database ?? planner.context.database).map(\.name)
            if (database ?? planner.context.database) == "system" { names = SystemTables.names }
            if let like { names = names.filter { LikePattern(Array(like.utf8)).matches(Array($0.utf8)[...]) } }
            return (self.names(names), format)
        case .showCreate(let name, let format):
            let table = try catalog.table(name, in: planner.context)
            return (made([("statement", .string)], [[.text(Array(table.createText.utf8))]]), format)
        case .exists(let name, let isDatabase, let format):
            let isThere = isDatabase ? catalog.databaseNames.contains(name.name) : catalog.has(name, in: planner.context)
            return (made([("result", .uint8)], [[.unsigned(isThere ? 1 : 0)]]), format)
        case .describe(let table, let format): return (try described(table), format)
        default: throw EngineError(.notImplemented, "The statement shows nothing")
        }
    }

    private func names(_ names: [String]) -> QueryResult {
        made([("name", .string)], names.map { [.text(Array($0.utf8))] })
    }

    private func made(_ columns: [(name: String, type: DataType)], _ rows: [[Value]]) -> QueryResult {
        let block = columns.indices.map { index in
            TypedColumn(columns[index].type, Column(rows.map { $0[index] }, columns[index].type))
        }
        return QueryResult(
            columns: columns.map { ResultColumn(name: $0.name, type: $0.type) }, rows: Block(block, count: rows.count))
    }

    private func described(_ source: TableExpression) throws -> QueryResult {
        var rows: [[Value]] = []
        func add(_ texts: [String]) { rows.append(texts.map { .text(Array($0.utf8)) }) }
        let fields = ["name", "type", "default_type", "default_expression", "comment", "codec_expression", "ttl_expression"]
        if case .table(let name, _, _) = source, (name.database ?? planner.context.database) != "system",
            planner.commonQuery([name.name]) == nil
        {
            for column in try planner.catalog.table(name, in: planner.context).columns {
                add([
                    column.name, column.type.name, column.defaultText.kind, column.defaultText.expression, column.comment, "", "",
                ])
            }
        } else {
            for column in try planner.plan(SelectUnion([.everything(from: source)], isDistinct: [])).columns {
                add([column.name, column.type.name, "", "", "", "", ""])
            }
        }
        return made(fields.map { ($0, .string) }, rows)
    }
}
