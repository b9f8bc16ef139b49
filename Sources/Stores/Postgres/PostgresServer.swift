// A PostgreSQL server that worlds share, each in a schema of its own.

import Fixtures
import StoreKit
import Synchronization

/// A running PostgreSQL server.
public final class PostgresServer: Sendable {
    /// How libpq reaches it: an address (`postgresql://user@host:port/database`) or parameters (`host=/tmp/x user=y`).
    public let parameters: String
    /// What tells the schemas of this process from those of others.
    private let label: String
    private let lastSchema = Atomic<Int>(0)

    /// A server. `label` names this process among those that use the server: letters, digits and `_`.
    public init(_ parameters: String, label: String) {
        self.parameters = parameters
        self.label = label
    }

    /// Asks whether the server answers. Throws an `InputError` where it does not.
    public func check() async throws {
        let connection = PostgresConnection(parameters)
        let lane = BlockingLane("backlot-postgres")
        defer { lane.stop() }
        do {
            try await lane.run {
                defer { connection.close() }
                _ = try connection.run("SELECT 1", [])
            }
        } catch let error as SQLError {
            throw InputError("No PostgreSQL server can be used at the address given: \(error.message)")
        }
    }

    /// A database of a world's own: a schema that nobody else has, dropped when the database is closed.
    public func makeDatabase() async throws -> PostgresDatabase {
        let number = lastSchema.wrappingAdd(1, ordering: .relaxed).newValue
        let database = PostgresDatabase(parameters, schema: "backlot_\(label)_\(number)", dropsSchema: true)
        try await database.makeSchema()
        return database
    }

    /// A database whose tables are those that others see who use the server's address, and which it leaves there.
    public func sharedDatabase() -> PostgresDatabase { PostgresDatabase(parameters, schema: nil, dropsSchema: false) }
}
