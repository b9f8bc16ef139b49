// The statements that the analytics service understands, and their parser.

/// A name of a table as it was written.
struct TableName: Sendable, Equatable {
    var database: String?
    var name: String

    /// The name for people.
    var text: String { database.map { "\($0).\(name)" } ?? name }
}

/// A condition `column = 'text'`.
struct TextCondition: Sendable, Equatable {
    let column: String
    let text: String
}

/// How rows travel.
enum RowFormat: String, Sendable, CaseIterable {
    case tabSeparated = "TabSeparated"
    case json = "JSON"
    case jsonEachRow = "JSONEachRow"
}

/// A statement.
enum AnalyticsStatement: Sendable, Equatable {
    /// `INSERT INTO table FORMAT JSONEachRow`, and the rows that follow.
    case insert(TableName, rows: String)
    /// `SELECT count() FROM table [WHERE ...] [FORMAT ...]`.
    case count(TableName, [TextCondition], RowFormat)
    /// `SELECT 1 [FORMAT ...]`.
    case one(RowFormat)

    /// Reads one statement. Throws ``ClickHouseError`` 62 for anything else than the statements above, and 73.
    init(_ sql: String) throws(ClickHouseError) {
        var parser = StatementParser(sql)
        self = try parser.statement()
    }
}

private struct StatementParser {
    private var tokens: SQLTokenReader

    init(_ sql: String) { tokens = SQLTokenReader(sql) }

    mutating func statement() throws(ClickHouseError) -> AnalyticsStatement {
        if try skip("insert") {
            try expect("into")
            _ = try skip("table")
            let table = try tableName()
            try expect("format")
            guard try format() == .jsonEachRow else {
                throw .syntax("only FORMAT JSONEachRow can be inserted here")
            }
            return .insert(table, rows: String(tokens.rest))
        }
        try expect("select")
        if try skip(mark: "1") { return .one(try ending()) }
        try expect("count")
        try expect(mark: "(")
        try expect(mark: ")")
        try expect("from")
        let table = try tableName()
        var conditions: [TextCondition] = []
        if try skip("where") {
            repeat { conditions.append(try condition()) } while try skip("and")
        }
        return .count(table, conditions, try ending())
    }

    /// `[FORMAT name] [;]`, and nothing behind it.
    private mutating func ending() throws(ClickHouseError) -> RowFormat {
        let format = try skip("format") ? try self.format() : .tabSeparated
        _ = try skip(mark: ";")
        if let token = try tokens.next() { throw .syntax("failed at '\(token.description)', where the statement should end") }
        return format
    }

    private mutating func condition() throws(ClickHouseError) -> TextCondition {
        let column = try word("a column's name")
        try expect(mark: "=")
        guard let token = try tokens.next(), case .text(let text) = token.kind else {
            throw .syntax("a text in single quotes is expected after '\(column) ='")
        }
        return TextCondition(column: column, text: text)
    }

    private mutating func tableName() throws(ClickHouseError) -> TableName {
        let first = try word("a table's name")
        guard try skip(mark: ".") else { return TableName(name: first) }
        return TableName(database: first, name: try word("a table's name"))
    }

    private mutating func format() throws(ClickHouseError) -> RowFormat {
        let name = try word("a format's name")
        guard let format = RowFormat(rawValue: name) else { throw .unknownFormat(name) }
        return format
    }

    private mutating func word(_ what: String) throws(ClickHouseError) -> String {
        guard let token = try tokens.next() else { throw .syntax("\(what) is expected at the end of the query") }
        guard case .word(let word, _) = token.kind else {
            throw .syntax("failed at '\(token.description)'; \(what) is expected")
        }
        return word
    }

    private mutating func skip(_ keyword: String) throws(ClickHouseError) -> Bool {
        guard let token = try tokens.peek(), token.isKeyword(keyword) else { return false }
        _ = try tokens.next()
        return true
    }

    private mutating func skip(mark: String) throws(ClickHouseError) -> Bool {
        guard let token = try tokens.peek(), token.kind == .mark(mark) else { return false }
        _ = try tokens.next()
        return true
    }

    private mutating func expect(_ keyword: String) throws(ClickHouseError) {
        if try skip(keyword) { return }
        try fail(expected: keyword.uppercased())
    }

    private mutating func expect(mark: String) throws(ClickHouseError) {
        if try skip(mark: mark) { return }
        try fail(expected: "'\(mark)'")
    }

    private mutating func fail(expected: String) throws(ClickHouseError) {
        guard let token = try tokens.next() else { throw .syntax("\(expected) is expected at the end of the query") }
        throw .syntax("failed at '\(token.description)'; \(expected) is expected")
    }
}
