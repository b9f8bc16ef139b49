// The embedded relational store: one SQLite database in memory, one transaction at a time, in the order of asking.

public import StoreKit
import Synchronization

/// A relational database in memory, gone with the instance.
///
/// There is one connection. Transactions wait for each other in the order in which they were begun, so every one is
/// serializable and none fails for another's sake. As in PostgreSQL, a failed statement fails its transaction: later
/// statements throw 25P02, and nothing is committed.
public final class SQLiteDatabase: RelationalStore {
    private let connection: SQLiteConnection
    private let lock = TransactionLock()
    private let isClosed = Atomic<Bool>(false)

    /// The transaction that the task works in, to tell a call that would wait for itself.
    @TaskLocal private static var current: OpenTransaction?

    /// A new, empty database. Throws ``StoreKit/SQLError`` where SQLite has no memory left.
    public init() throws { connection = try SQLiteConnection() }

    /// Opens and closes a database, so that what SQLite and its queue set up once in a process is there before the
    /// first simulation, where a new thread would be a leak.
    public static func warmUp() throws {
        let connection = try SQLiteConnection()
        _ = try connection.run("SELECT 1", [])
        try connection.close()
    }

    public func query(_ sql: String, _ parameters: [SQLValue]) async throws -> [Row] {
        try await acquire()
        defer { lock.release() }
        let rows = try connection.run(sql, parameters)
        if connection.isInTransaction {
            connection.rollback()
            throw SQLError(state: "25001", message: "A transaction is begun with transaction(_:), not by a statement.")
        }
        return rows
    }

    /// Runs `body` in a transaction that holds the database until its end. Throws 25P02 where `body` returns although
    /// one of its statements failed.
    public func transaction<Result: Sendable>(
        _ body: @Sendable (SQLSession) async throws -> Result
    ) async throws -> Result {
        try await acquire()
        defer { lock.release() }
        _ = try connection.run("BEGIN IMMEDIATE", [])
        let transaction = OpenTransaction(in: self)
        let connection = connection
        let session = SQLSession { sql, parameters in
            try transaction.run {
                let rows = try connection.run(sql, parameters)
                guard connection.isInTransaction else {
                    throw SQLError(
                        state: "2D000", message: "A transaction is ended by the end of its body, not by a statement.")
                }
                return rows
            }
        }
        do {
            let result = try await Self.$current.withValue(transaction) { try await body(session) }
            if transaction.end() == .failed { throw OpenTransaction.failed }
            _ = try connection.run("COMMIT", [])
            return result
        } catch {
            _ = transaction.end()
            connection.rollback()
            throw error
        }
    }

    public func close() async throws {
        if isClosed.load(ordering: .acquiring) { return }
        try await acquire()
        defer { lock.release() }
        if isClosed.exchange(true, ordering: .acquiringAndReleasing) { return }
        try connection.close()
    }

    /// Waits for the database.
    private func acquire() async throws {
        if let current = Self.current, current.isOngoing, current.database == ObjectIdentifier(self) {
            throw SQLError(
                state: "25001",
                message: "This call would wait for the transaction that it is made in. Use the transaction's session.")
        }
        if let ticket = lock.ask() { try await lock.wait(ticket) }
        if isClosed.load(ordering: .acquiring) {
            lock.release()
            throw SQLError(state: "08003", message: "This database was closed.")
        }
    }
}
