// One statement on SQLite's own interface: prepared once, run with values as often as asked.

import GRDB
import GRDBSQLite
import StoreKit

/// A prepared statement of one connection; used and dropped only while that connection is held.
///
/// GRDB opens and closes the connection. Its own statements look up what each may change and copy values through
/// several types; for the small statements of services that cost more than SQLite itself.
final class PreparedStatement {
    private let statement: OpaquePointer
    private let connection: OpaquePointer
    private let columns: [String]
    private let parameterCount: Int

    /// Prepares one statement, written with `?n` as parameters. Throws ``StoreKit/SQLError``.
    init(_ sql: String, on connection: OpaquePointer) throws {
        let statement = try sql.withCString { text in
            var (first, rest): (OpaquePointer?, UnsafePointer<CChar>?) = (nil, nil)
            let code = sqlite3_prepare_v3(connection, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &first, &rest)
            guard code == SQLITE_OK else { throw SQLState.error(of: connection) }
            guard let first else { throw SQLError(state: "42601", message: "There is no statement in this text.") }
            var second: OpaquePointer?
            let restCode = sqlite3_prepare_v3(connection, rest, -1, 0, &second, nil)
            guard restCode == SQLITE_OK, second == nil else {
                sqlite3_finalize(first)
                sqlite3_finalize(second)
                throw SQLError(state: "42601", message: "There is more than one statement in this text. Run them one by one.")
            }
            return first
        }
        self.statement = statement
        self.connection = connection
        columns = (0..<sqlite3_column_count(statement)).map { String(cString: sqlite3_column_name(statement, $0)) }
        parameterCount = Int(sqlite3_bind_parameter_count(statement))
    }

    deinit { sqlite3_finalize(statement) }

    /// Runs the statement to its end and returns its rows. Throws ``StoreKit/SQLError``.
    func run(_ parameters: [SQLValue]) throws -> [StoreKit.Row] {
        guard parameters.count == parameterCount else {
            throw SQLError(
                state: "08P01", message: "The statement has \(parameterCount) parameters, and \(parameters.count) were given.")
        }
        defer { sqlite3_reset(statement) }
        for (place, value) in parameters.enumerated() { try bind(value, at: Int32(place + 1)) }
        var rows: [StoreKit.Row] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append(StoreKit.Row(columns: columns, values: columns.indices.map { value(at: Int32($0)) }))
            case SQLITE_DONE: return rows
            default: throw SQLState.error(of: connection)
            }
        }
    }

    private func bind(_ value: SQLValue, at place: Int32) throws {
        // SQLite copies texts and blobs: they do not live as long as the statement.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let code =
            switch value {
            case .null: sqlite3_bind_null(statement, place)
            case .integer(let number): sqlite3_bind_int64(statement, place, number)
            case .real(let number): sqlite3_bind_double(statement, place, number)
            case .text(let text):
                // A pointer and a length: a text may have a NUL within.
                text.withCString {
                    sqlite3_bind_text64(statement, place, $0, UInt64(text.utf8.count), copied, UInt8(SQLITE_UTF8))
                }
            case .blob(let bytes):
                // No bytes have no address, and an address of nil would be NULL.
                bytes.isEmpty
                    ? sqlite3_bind_zeroblob(statement, place, 0)
                    : bytes.withUnsafeBytes { sqlite3_bind_blob64(statement, place, $0.baseAddress, UInt64($0.count), copied) }
            }
        guard code == SQLITE_OK else { throw SQLState.error(of: connection) }
    }

    private func value(at column: Int32) -> SQLValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
        case SQLITE_TEXT:
            guard let text = sqlite3_column_text(statement, column) else { return .null }
            let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, column)))
            return .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(statement, column))
            return .blob(Array(UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, column), count: count)))
        default: return .null
        }
    }
}
