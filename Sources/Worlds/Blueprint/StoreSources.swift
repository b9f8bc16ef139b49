// Where a world's stores are: in this process, or on real servers.

import Kernel
import MemoryCache
public import PostgresStore
public import RedisStore
import SQLiteStore
import StoreKit

/// Where the relational store of a world is.
public enum RelationalSource: Sendable {
    /// SQLite in memory.
    case embedded
    /// A PostgreSQL server: in a schema of the world's own, dropped at its end; shared, in the schema that others see.
    case postgres(PostgresServer, isShared: Bool = false)

    func make() async throws -> any RelationalStore {
        switch self {
        case .embedded: try SQLiteDatabase()
        case .postgres(let server, isShared: false): try await server.makeDatabase()
        case .postgres(let server, isShared: true): server.sharedDatabase()
        }
    }
}

/// Where the cache of a world is.
public enum CacheSource: Sendable {
    /// A keyspace in memory.
    case embedded
    /// A Redis server: in databases of the world's own, emptied at its end; shared, in the database that others see.
    case redis(RedisServer, isShared: Bool = false)

    func make(chance: Chance) async throws -> any CacheStore {
        switch self {
        case .embedded:
            MemoryKeyspace(chanceKey: chance.draw(site: "cache", actor: "world", occurrence: 0).bits)
        case .redis(let server, isShared: false):
            // In a simulation deadlines follow virtual time; elsewhere both clocks are the same.
            try await server.makeCache(time: Simulation.current == nil ? .server : .world(WorldClock()))
        case .redis(let server, isShared: true): server.sharedCache()
        }
    }
}
