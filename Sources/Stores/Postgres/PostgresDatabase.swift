// A relational store on PostgreSQL: a pool of connections, and one connection in a simulation.

import Kernel
public import StoreKit
import Synchronization

/// A schema of a PostgreSQL server.
///
/// Transactions are SERIALIZABLE. Outside simulations they run at the same time, on up to ``width`` connections, and
/// one may fail with 40001 for another's sake. In a simulation the whole store is one connection: transactions wait
/// for each other in the order in which they were begun, as in SQLite, so that none can block another inside the
/// server while virtual time stands still, and none fails. Every statement is answered at one virtual instant.
public final class PostgresDatabase: RelationalStore {
    /// How many connections there are at most.
    public static let width = 4

    /// A connection with its lane, held by one task at a time.
    private struct Line: Sendable {
        let connection: PostgresConnection
        let lane = BlockingLane("backlot-postgres")
        let lock = TransactionLock()

        func run<Result: Sendable>(_ body: @escaping @Sendable (PostgresConnection) throws -> Result) async throws -> Result {
            try await lane.run { [connection] in try body(connection) }
        }
    }

    /// The schema; nil where it is whatever the address leads to.
    public let schema: String?
    private let dropsSchema: Bool
    private let lines: [Line]
    private let next = Atomic<Int>(0)
    private let isClosed = Atomic<Bool>(false)

    /// The transaction that the task works in, to tell a call that would wait for itself.
    @TaskLocal private static var current: OpenTransaction?

    init(_ parameters: String, schema: String?, dropsSchema: Bool) {
        self.schema = schema
        self.dropsSchema = dropsSchema
        // What texts and times look like must not depend on the server's settings, nor may notices be sent.
        var greeting = [
            "SET client_encoding = 'UTF8'", "SET client_min_messages = warning", "SET TimeZone = 'UTC'",
            "SET default_transaction_isolation = 'serializable'", "SET bytea_output = 'hex'", "SET extra_float_digits = 3",
        ]
        if let schema { greeting.append("SET search_path = \(schema)") }
        lines = (0..<Self.width).map { _ in Line(connection: PostgresConnection(parameters, greeting: greeting)) }
    }

    deinit { for line in lines { line.lane.stop() } }

    /// Makes the schema, empty. What an earlier process of the same label left behind is gone.
    func makeSchema() async throws {
        guard let schema else { return }
        try await lines[0].run { connection in
            _ = try connection.run("DROP SCHEMA IF EXISTS \(schema) CASCADE", [])
            _ = try connection.run("CREATE SCHEMA \(schema)", [])
        }
    }

    public func query(_ sql: String, _ parameters: [SQLValue]) async throws -> [Row] {
        try await withLine { line in
            try await line.run { connection in
                let rows = try connection.run(sql, parameters)
                if connection.isInTransaction {
                    connection.rollback()
                    throw SQLError(
                        state: "25001", message: "A transaction is begun with transaction(_:), not by a statement.")
                }
                return rows
            }
        }
    }

    /// Runs `body` in a SERIALIZABLE transaction. Throws 25P02 where `body` returns although one of its statements
    /// failed, and 40001 where it cannot be serialized with others: then it may be run again.
    public func transaction<Result: Sendable>(
        _ body: @Sendable (SQLSession) async throws -> Result
    ) async throws -> Result {
        try await withLine { line in
            _ = try await line.run { try $0.run("BEGIN", []) }
            let transaction = OpenTransaction(in: self)
            let session = SQLSession { sql, parameters in
                try await transaction.perform {
                    try await line.run { connection in
                        let rows = try connection.run(sql, parameters)
                        guard connection.isInTransaction else {
                            throw SQLError(
                                state: "2D000", message: "A transaction is ended by the end of its body, not by a statement.")
                        }
                        return rows
                    }
                }
            }
            do {
                let result = try await Self.$current.withValue(transaction) { try await body(session) }
                if transaction.end() == .failed { throw OpenTransaction.failed }
                _ = try await line.run { try $0.run("COMMIT", []) }
                return result
            } catch {
                _ = transaction.end()
                try? await line.run { $0.rollback() }
                throw error
            }
        }
    }

    /// Drops the schema, where it is the store's own, and ends the connections.
    public func close() async throws {
        if isClosed.exchange(true, ordering: .acquiringAndReleasing) { return }
        for line in lines { if let ticket = line.lock.ask() { try await line.lock.wait(ticket) } }
        let dropping = dropsSchema ? schema : nil
        for (place, line) in lines.enumerated() {
            try await line.run { connection in
                if place == 0, let dropping { _ = try connection.run("DROP SCHEMA IF EXISTS \(dropping) CASCADE", []) }
                connection.close()
            }
            line.lane.stop()
            line.lock.release()
        }
    }

    /// Calls `body` with a connection that nobody else has.
    private func withLine<Result: Sendable>(_ body: (Line) async throws -> Result) async throws -> Result {
        if let current = Self.current, current.isOngoing, current.database == ObjectIdentifier(self) {
            throw SQLError(
                state: "25001",
                message: "This call would wait for the transaction that it is made in. Use the transaction's session.")
        }
        let place = Simulation.current == nil ? next.wrappingAdd(1, ordering: .relaxed).newValue % Self.width : 0
        let line = lines[place]
        if let ticket = line.lock.ask() { try await line.lock.wait(ticket) }
        defer { line.lock.release() }
        if isClosed.load(ordering: .acquiring) { throw SQLError(state: "08003", message: "This database was closed.") }
        return try await body(line)
    }
}
