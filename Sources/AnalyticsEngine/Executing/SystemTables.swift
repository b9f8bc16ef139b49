// The tables of the database `system`.

/// Sources that show the engine itself.
enum SystemTables {
    static let names = [
        "columns", "databases", "functions", "numbers", "numbers_mt", "one", "parts", "settings", "tables", "zeros",
    ]

    /// A system table as a source; nil where there is none of this name.
    static func source(_ name: String, _ planner: Planner) throws -> (node: PlanNode, scope: Scope)? {
        switch name {
        case "one":
            return made([("dummy", .uint8)], [[.unsigned(0)]])
        case "numbers", "numbers_mt", "zeros", "zeros_mt":
            let areZeros = name.hasPrefix("zeros")
            let column = ScopeColumn(
                qualifiers: [], name: areZeros ? "zero" : "number", type: areZeros ? .uint8 : .uint64, slot: 0)
            return (.numbers(start: 0, count: nil, areZeros: areZeros), Scope(columns: [column], width: 1))
        case "databases":
            return made(
                [("name", .string), ("engine", .string)], planner.catalog.databaseNames.map { [text($0), text("Memory")] })
        case "tables": return try tables(planner)
        case "columns": return try columns(planner)
        case "parts": return try parts(planner)
        case "settings":
            return made(
                [("name", .string), ("value", .string), ("changed", .uint8), ("description", .string)],
                Settings.known.map { setting in
                    let changed = planner.context.settings[setting.name]
                    let value = changed.map { value -> String in
                        if case .text(let bytes) = value { return String(decoding: bytes, as: UTF8.self) }
                        return ValueText.literal(value)
                    }
                    return [
                        text(setting.name), text(value ?? setting.value), .unsigned(changed == nil ? 0 : 1),
                        text(setting.summary),
                    ]
                })
        case "functions":
            return made(
                [("name", .string), ("is_aggregate", .uint8)],
                FunctionRegistry.names.map { [text($0), .unsigned(AggregateRegistry.isAggregate($0) ? 1 : 0)] })
        default: return nil
        }
    }

    private static func text(_ text: String) -> Value { .text(Array(text.utf8)) }

    private static func made(_ columns: [(name: String, type: DataType)], _ rows: [[Value]]) -> (node: PlanNode, scope: Scope) {
        let block = columns.indices.map { index in
            TypedColumn(columns[index].type, Column(rows.map { $0[index] }, columns[index].type))
        }
        let scope = columns.enumerated().map { slot, column in
            ScopeColumn(qualifiers: [], name: column.name, type: column.type, slot: slot)
        }
        return (.rows(Block(block, count: rows.count)), Scope(columns: scope, width: scope.count))
    }

    private static func all(_ planner: Planner) throws -> [Table] {
        try planner.catalog.databaseNames.flatMap { try planner.catalog.tables(of: $0) }
    }

    private static func tables(_ planner: Planner) throws -> (node: PlanNode, scope: Scope) {
        made(
            [
                ("database", .string), ("name", .string), ("engine", .string), ("is_temporary", .uint8),
                ("total_rows", .nullable(.uint64)), ("total_bytes", .nullable(.uint64)), ("partition_key", .string),
                ("sorting_key", .string), ("create_table_query", .string),
            ],
            try all(planner).map { table in
                let bytes = table.blocks.reduce(0) { $0 + $1.columns.reduce(0) { $0 + $1.column.size } }
                return [
                    text(table.database), text(table.name), text(table.engine), .unsigned(0), .unsigned(UInt64(table.count)),
                    .unsigned(UInt64(bytes)), text(table.partitionBy), text(table.orderBy), text(table.createText),
                ]
            })
    }

    private static func columns(_ planner: Planner) throws -> (node: PlanNode, scope: Scope) {
        made(
            [
                ("database", .string), ("table", .string), ("name", .string), ("type", .string), ("position", .uint64),
                ("default_kind", .string), ("default_expression", .string), ("comment", .string),
            ],
            try all(planner).flatMap { table in
                table.columns.enumerated().map { index, column in
                    [
                        text(table.database), text(table.name), text(column.name), text(column.type.name),
                        .unsigned(UInt64(index + 1)),
                        text(column.defaultText.kind), text(column.defaultText.expression), text(column.comment),
                    ]
                }
            })
    }

    private static func parts(_ planner: Planner) throws -> (node: PlanNode, scope: Scope) {
        made(
            [
                ("database", .string), ("table", .string), ("name", .string), ("active", .uint8), ("rows", .uint64),
                ("bytes_on_disk", .uint64),
            ],
            try all(planner).filter { $0.engine.hasSuffix("MergeTree") }.flatMap { table in
                table.blocks.enumerated().map { index, block in
                    [
                        text(table.database), text(table.name), text("all_\(index + 1)_\(index + 1)_0"), .unsigned(1),
                        .unsigned(UInt64(block.count)), .unsigned(UInt64(block.columns.reduce(0) { $0 + $1.column.size })),
                    ]
                }
            })
    }
}

extension Table {
    /// The statement that would make this table again.
    var createText: String {
        let lines = columns.map { column -> String in
            let (kind, expression) = column.defaultText
            return "    `\(column.name)` \(column.type.name)" + (kind.isEmpty ? "" : " \(kind) \(expression)")
        }
        var text = "CREATE TABLE \(database).\(name)\n(\n\(lines.joined(separator: ",\n"))\n)\nENGINE = \(engine)"
        if !partitionBy.isEmpty { text += "\nPARTITION BY \(partitionBy)" }
        if !orderBy.isEmpty { text += "\nORDER BY \(orderBy)" }
        return text
    }
}
