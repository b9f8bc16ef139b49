// From SQLite's errors to SQLSTATE (PostgreSQL, appendix A), so that services meet one vocabulary.

import GRDB
import GRDBSQLite
import StoreKit

/// Translates SQLite's errors.
enum SQLState {
    /// The last error of a connection.
    static func error(of connection: OpaquePointer) -> SQLError {
        error(sqlite3_extended_errcode(connection), sqlite3_errmsg(connection).map { String(cString: $0) })
    }

    /// An error in the vocabulary of ``StoreKit/SQLError``, by its extended result code. Parameter values are never
    /// part of it.
    static func error(_ code: Int32, _ message: String?) -> SQLError {
        let extended = ResultCode(rawValue: code)
        let message = message ?? "SQLite says only: result code \(code)."
        return SQLError(state: state(extended.primaryResultCode, extended, message), message: message)
    }

    private static func state(_ code: ResultCode, _ extended: ResultCode, _ message: String) -> String {
        switch extended {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID: return "23505"
        case .SQLITE_CONSTRAINT_NOTNULL: return "23502"
        case .SQLITE_CONSTRAINT_CHECK: return "23514"
        case .SQLITE_CONSTRAINT_FOREIGNKEY: return "23503"
        case .SQLITE_CONSTRAINT_DATATYPE: return "42804"
        default: break
        }
        switch code {
        case .SQLITE_CONSTRAINT: return "23000"
        case .SQLITE_BUSY, .SQLITE_LOCKED: return "40001"
        case .SQLITE_FULL: return "53100"
        case .SQLITE_NOMEM: return "53200"
        case .SQLITE_INTERRUPT: return "57014"
        case .SQLITE_READONLY: return "25006"
        case .SQLITE_TOOBIG: return "54000"
        case .SQLITE_MISMATCH: return "42804"
        case .SQLITE_ABORT: return "25P02"
        case .SQLITE_IOERR, .SQLITE_CORRUPT: return "58030"
        case .SQLITE_MISUSE, .SQLITE_RANGE: return "42601"
        case .SQLITE_ERROR: return state(of: message)
        default: return "XX000"
        }
    }

    /// SQLite has one code for everything that is wrong with a statement; what exactly, only its words say.
    private static func state(of message: String) -> String {
        let states: [(words: String, state: String)] = [
            ("no such table", "42P01"), ("no such index", "42704"), ("no such column", "42703"), ("has no column named", "42703"),
            ("no such function", "42883"), ("wrong number of arguments to function", "42883"), ("already exists", "42P07"),
            ("ambiguous column name", "42702"), ("duplicate column name", "42701"), ("integer overflow", "22003"),
            ("within a transaction", "25001"), ("no transaction is active", "25P01"),
        ]
        return states.first { message.contains($0.words) }?.state ?? "42601"
    }
}
