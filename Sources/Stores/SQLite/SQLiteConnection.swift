// The one connection to an in-memory database. Everything here is synchronous: the asynchronous forms of the library
// hop to a queue of their own, which no simulation can follow.

import GRDB
import GRDBSQLite
import StoreKit
import Synchronization

/// A connection that runs one statement at a time, with its statements prepared once.
final class SQLiteConnection: Sendable {
    /// How many statements are kept prepared; further ones are prepared for every use.
    static let preparedLimit = 256

    /// What belongs to the one who holds the connection.
    private struct Held: @unchecked Sendable {  // because it is only reached with the lock held
        let connection: OpaquePointer
        /// The statements that are kept prepared, by the text they were given in.
        var prepared: [String: PreparedStatement] = [:]
    }

    private let queue: DatabaseQueue
    private let held: Mutex<Held?>

    /// A connection to a new, empty database.
    init() throws {
        do {
            queue = try DatabaseQueue()
            let connection = try queue.writeWithoutTransaction { database in
                // PostgreSQL's LIKE tells upper case from lower case.
                try database.execute(sql: "PRAGMA case_sensitive_like = ON")
                return OpaqueConnection(database.sqliteConnection!)
            }.pointer
            // Nobody observes what changes, and what GRDB hangs in for observers knows GRDB's statements only.
            sqlite3_set_authorizer(connection, nil, nil)
            sqlite3_commit_hook(connection, nil, nil)
            sqlite3_rollback_hook(connection, nil, nil)
            sqlite3_update_hook(connection, nil, nil)
            held = Mutex(Held(connection: connection))
        } catch let error as DatabaseError {
            throw SQLState.error(error.extendedResultCode.rawValue, error.message)
        }
    }

    private struct OpaqueConnection: @unchecked Sendable {  // because it goes from the queue to the one who waits for it
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
    }

    /// Runs one statement and returns its rows. Throws ``StoreKit/SQLError``.
    func run(_ sql: String, _ parameters: [SQLValue]) throws -> [StoreKit.Row] {
        try held.withLock { held in
            if let statement = held?.prepared[sql] { return try statement.run(parameters) }
            guard let connection = held?.connection else { throw Self.closed }
            let statement = try PreparedStatement(ParameterSyntax.numbered(sql), on: connection)
            if held!.prepared.count < Self.preparedLimit { held!.prepared[sql] = statement }
            return try statement.run(parameters)
        }
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool { held.withLock { $0.map { sqlite3_get_autocommit($0.connection) == 0 } ?? false } }

    /// Ends the open transaction without a trace. Cannot fail in memory; where SQLite ended it already, nothing is left to do.
    func rollback() { if isInTransaction { _ = try? run("ROLLBACK", []) } }

    /// Closes the connection. Later calls throw.
    func close() throws {
        held.withLock { $0 = nil }
        do { try queue.close() } catch let error as DatabaseError {
            throw SQLState.error(error.extendedResultCode.rawValue, error.message)
        }
    }

    private static let closed = SQLError(state: "08003", message: "This database was closed.")
}
