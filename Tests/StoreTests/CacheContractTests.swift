// What every cache must do, written against the protocol and run on each cache, in virtual time.

import Kernel
import MemoryCache
import PostgresStore
import RedisStore
import StoreKit
import Testing
import Worlds

/// A kind of cache, and how to make an empty one.
struct CacheKind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable () async throws -> any CacheStore

    static let memory = CacheKind(testDescription: "memory") { MemoryKeyspace() }
    static let redis = CacheKind(testDescription: "Redis") {
        try await TestServers.redis.value.server.makeCache(time: .world(WorldClock()))
    }

    /// The caches that can be tried here.
    static let all = [memory] + (EphemeralRedis.missing == nil ? [redis] : [])

    /// Runs `body` in virtual time with an empty cache.
    func run<Value: Sendable>(_ body: @escaping @Sendable (any CacheStore) async throws -> Value) async throws -> Value {
        // The server is there before the simulation begins, which may start no process.
        if testDescription == "Redis" { _ = try await TestServers.redis.value }
        return try await Simulation.start(.init(seed: 1)) { _ in
            let cache = try await make()
            let result: Result<Value, any Error>
            do { result = .success(try await body(cache)) } catch { result = .failure(error) }
            try await cache.close()
            return try result.get()
        }.value
    }
}

/// Real servers, started by the first test that needs them; they end with the tests' process.
enum TestServers {
    static let redis = Task { try await EphemeralRedis.start() }
    static let postgres = Task { try await EphemeralPostgres.start() }
}

/// Says by its name and its reason what was not tried.
@Suite struct RealServerTests {
    @Test(.enabled(if: EphemeralRedis.missing == nil, "not run: no cache contract on Redis, since redis-server is missing"))
    func theCacheContractRunsOnRedis() async throws {
        #expect(CacheKind.all.map(\.testDescription) == ["memory", "Redis"])
        let cache = try await CacheKind.redis.make()
        #expect(try await cache.perform(["PING"]) == .status("PONG"))
        try await cache.close()
    }

    @Test(.enabled(if: EphemeralPostgres.missing == nil, "not run: no relational contract on PostgreSQL, since it is missing"))
    func theRelationalContractRunsOnPostgres() async throws {
        #expect(RelationalKind.all.map(\.testDescription) == ["SQLite", "PostgreSQL"])
        let store = try await TestServers.postgres.value.server.makeDatabase()
        #expect(try await store.query("SELECT 1 AS one")[0]["one"] == 1)
        try await store.close()
    }
}

@Suite struct CacheContractTests {
    @Test(arguments: CacheKind.all) func storesAndRemoves(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            #expect(try await cache.get("k") == nil)
            try await cache.set("k", "v", expiry: nil)
            #expect(try await cache.get("k") == "v")
            #expect(try await cache.timeToLive("k") == nil)
            #expect(try await cache.setIfAbsent("k", "w", expiry: nil) == false)
            #expect(try await cache.get("k") == "v")
            #expect(try await cache.delete("k"))
            #expect(try await cache.delete("k") == false)
            #expect(try await cache.setIfAbsent("k", "w", expiry: nil))
            #expect(try await cache.keys() == ["k"])
        }
    }

    @Test(arguments: CacheKind.all) func forgetsAtTheDeadlineAndNotBefore(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            try await cache.set("k", "v", expiry: .seconds(10))
            #expect(try await cache.timeToLive("k") == .seconds(10))
            try await Task.sleep(for: .milliseconds(9_999))
            #expect(try await cache.get("k") == "v")
            #expect(try await cache.timeToLive("k") == .milliseconds(1))
            try await Task.sleep(for: .milliseconds(1))
            #expect(try await cache.get("k") == nil)
            #expect(try await cache.keys() == [])
            #expect(try await cache.expire("k", after: .seconds(1)) == false)
            #expect(try await cache.setIfAbsent("k", "again", expiry: nil))
        }
    }

    @Test(arguments: CacheKind.all) func givesAndTakesExpiry(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            try await cache.set("k", "1", expiry: .seconds(1))
            #expect(try await cache.expire("k", after: .seconds(60)))
            try await Task.sleep(for: .seconds(2))
            // A change in place keeps the deadline, a new value has none.
            #expect(try await cache.increment("k", by: 2) == 3)
            #expect(try await cache.timeToLive("k") == .seconds(58))
            try await cache.set("k", "v", expiry: nil)
            try await Task.sleep(for: .seconds(100))
            #expect(try await cache.get("k") == "v")
            #expect(try await cache.expire("k", after: .zero))
            #expect(try await cache.get("k") == nil)
            await #expect(throws: CacheError.invalidExpiry(in: "set")) { try await cache.set("k", "v", expiry: .zero) }
        }
    }

    @Test(arguments: CacheKind.all) func countsWholeNumbersOnly(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            #expect(try await cache.increment("n", by: 5) == 5)
            #expect(try await cache.increment("n", by: -7) == -2)
            #expect(try await cache.get("n") == "-2")
            for text in ["one", "", " 1", "+1", "01", "9223372036854775808"] {
                try await cache.set("t", text, expiry: nil)
                await #expect(throws: CacheError.notAnInteger) { try await cache.increment("t", by: 1) }
            }
            try await cache.set("n", "9223372036854775807", expiry: nil)
            await #expect(throws: CacheError.overflow) { try await cache.increment("n", by: 1) }
            #expect(try await cache.get("n") == "9223372036854775807")
        }
    }

    @Test(arguments: CacheKind.all) func keepsSets(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            #expect(try await cache.members("s") == [])
            #expect(try await cache.addMember("s", "b"))
            #expect(try await cache.addMember("s", "a"))
            #expect(try await cache.addMember("s", "a") == false)
            #expect(try await cache.members("s") == ["a", "b"])
            _ = try await cache.expire("s", after: .seconds(5))
            #expect(try await cache.removeMember("s", "b"))
            #expect(try await cache.removeMember("s", "b") == false)
            #expect(try await cache.timeToLive("s") == .seconds(5))
            #expect(try await cache.removeMember("s", "a"))
            #expect(try await cache.keys() == [])
        }
    }

    @Test(arguments: CacheKind.all) func refusesTheWrongType(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            try await cache.set("text", "v", expiry: nil)
            _ = try await cache.addMember("set", "m")
            await #expect(throws: CacheError.wrongType) { try await cache.get("set") }
            await #expect(throws: CacheError.wrongType) { try await cache.increment("set", by: 1) }
            await #expect(throws: CacheError.wrongType) { try await cache.addMember("text", "m") }
            await #expect(throws: CacheError.wrongType) { try await cache.removeMember("text", "m") }
            await #expect(throws: CacheError.wrongType) { try await cache.members("text") }
            #expect(try await cache.get("text") == "v")
            #expect(try await cache.members("set") == ["m"])
            try await cache.set("set", "now a text", expiry: nil)
            #expect(try await cache.get("set") == "now a text")
        }
        #expect(CacheError.wrongType.code == "WRONGTYPE")
    }
}
