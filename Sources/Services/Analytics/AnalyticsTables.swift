// The rows of the analytics service, as a value.

/// The rows of all tables.
struct AnalyticsTables: Sendable {
    private var rows: [String: [[String?]]] = [:]

    /// The schema of a table. Throws ``ClickHouseError`` 60.
    static func schema(_ table: TableName) throws(ClickHouseError) -> TableSchema {
        let database = table.database ?? AnalyticsSchema.defaultDatabase
        guard let schema = AnalyticsSchema.tables.first(where: { $0.database == database && $0.name == table.name }) else {
            throw .unknownTable("\(database).\(table.name)")
        }
        return schema
    }

    /// Adds rows, all at once.
    mutating func insert(_ added: [[String?]], into table: TableSchema) {
        rows[table.fullName, default: []] += added
    }

    /// How many rows fulfil all conditions. NULL equals nothing. Throws ``ClickHouseError`` 47.
    func count(_ table: TableSchema, where conditions: [TextCondition]) throws(ClickHouseError) -> Int {
        var wanted: [(index: Int, text: String)] = []
        for condition in conditions {
            guard let index = table.index(of: condition.column) else {
                throw .unknownColumn(condition.column, in: table.fullName)
            }
            wanted.append((index, condition.text))
        }
        return (rows[table.fullName] ?? []).count { row in wanted.allSatisfy { row[$0.index] == $0.text } }
    }
}
