// The contract of a relational store: what services may ask of SQLite in memory and of PostgreSQL alike.

/// A relational database as services see it.
///
/// Statements are PostgreSQL's dialect as far as SQLite shares it, with parameters `$1`, `$2`, ... Errors are
/// ``SQLError`` with an SQLSTATE.
public protocol RelationalStore: Sendable {
    /// Runs one statement in a transaction of its own and returns its rows.
    func query(_ sql: String, _ parameters: [SQLValue]) async throws -> [Row]

    /// Runs `body` in one serializable transaction: committed when it returns, rolled back when it throws.
    func transaction<Result: Sendable>(
        _ body: @Sendable (SQLSession) async throws -> Result
    ) async throws -> Result

    /// Closes the store. Later calls throw.
    func close() async throws
}

extension RelationalStore {
    /// Runs one statement without parameters.
    public func query(_ sql: String) async throws -> [Row] { try await query(sql, []) }
}

/// An open transaction.
public struct SQLSession: Sendable {
    private let run: @Sendable (String, [SQLValue]) async throws -> [Row]

    /// A session whose statements `run` performs.
    public init(_ run: @escaping @Sendable (String, [SQLValue]) async throws -> [Row]) { self.run = run }

    /// Runs one statement in the transaction and returns its rows.
    @discardableResult
    public func query(_ sql: String, _ parameters: [SQLValue] = []) async throws -> [Row] {
        try await run(sql, parameters)
    }
}

/// A value of a statement's parameter or of a row.
public enum SQLValue: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(nilLiteral: ()) { self = .null }

    /// The text, if it is one.
    public var text: String? { if case .text(let value) = self { value } else { nil } }
    /// The integer, if it is one.
    public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    /// The number, if it is one.
    public var real: Double? {
        switch self {
        case .real(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }
}

/// One row of a result: its values by column name.
public struct Row: Sendable, Hashable {
    /// The names of the columns, in the statement's order.
    public let columns: [String]
    /// The values, in the same order.
    public let values: [SQLValue]

    /// A row from its parts.
    public init(columns: [String], values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// The value of a column; null where the row has no such column.
    public subscript(_ column: String) -> SQLValue {
        columns.firstIndex(of: column).map { values[$0] } ?? .null
    }
}

/// A statement that failed.
public struct SQLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The SQLSTATE (PostgreSQL, appendix A): `23505` for a duplicate key, `40001` for a serialization failure.
    public let state: String
    /// What went wrong, without parameter values.
    public let message: String

    /// An error from its parts.
    public init(state: String, message: String) {
        self.state = state
        self.message = message
    }

    /// Whether a unique or primary key was violated.
    public var isDuplicateKey: Bool { state == "23505" }

    public var description: String { "SQL error \(state): \(message)" }
}
