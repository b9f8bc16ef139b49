// A Redis server that worlds share, and which part of it each has for itself.

import CHiredis
import Fixtures
import StoreKit
import Synchronization

/// A running Redis server.
public final class RedisServer: Sendable {
    /// Where it is.
    public let address: RedisAddress
    /// How many databases a world has; 16 on a server that was started for this process.
    private let blockSize: Int
    private let blocks: Mutex<[Bool]>

    /// A server with so many databases, of which each world gets `blockSize`. Traps where that is not even one block.
    public init(_ address: RedisAddress, databases: Int, blockSize: Int) {
        precondition(blockSize > 0 && databases >= address.database + blockSize, "there is no room for a single world")
        self.address = address
        self.blockSize = blockSize
        blocks = Mutex(Array(repeating: false, count: (databases - address.database) / blockSize))
    }

    /// A server at an address that was given: asks how many databases it has. Each world gets one that is empty,
    /// beginning with the address's own. Throws an `InputError` where the server is not reached.
    public static func connect(to address: RedisAddress) async throws -> RedisServer {
        let connection = RedisConnection(to: address, database: address.database)
        let lane = BlockingLane("backlot-redis")
        defer { lane.stop() }
        do {
            let reply = try await lane.run { () -> CacheReply in
                defer { connection.close() }
                return try connection.perform(["CONFIG", "GET", "databases"])
            }
            let count = (try? reply.texts().last).flatMap { Int($0) } ?? address.database + 1
            return RedisServer(address, databases: max(count, address.database + 1), blockSize: 1)
        } catch let error as CacheError {
            throw InputError("No Redis server answers at \(address.place): \(error.message)")
        }
    }

    /// A cache of a world's own: databases that nobody else has. They must be empty, and are emptied when the cache is
    /// closed. Throws a ``StoreKit/CacheError`` where all are taken or none is empty.
    public func makeCache(time: RedisCache.Time) async throws -> RedisCache {
        while true {
            let block = blocks.withLock { blocks -> Int? in
                guard let free = blocks.firstIndex(of: false) else { return nil }
                blocks[free] = true
                return free
            }
            guard let block else {
                throw CacheError("ERR no database of the Redis server at \(address.place) is free and empty")
            }
            let first = address.database + block * blockSize
            let cache = RedisCache(self, first: first, count: blockSize, time: time) { [self] in
                blocks.withLock { $0[block] = false }
            }
            // A block with keys of others stays marked as taken.
            if try await cache.isEmpty() { return cache }
            await cache.abandon()
        }
    }

    /// A cache that is the whole database of the server's address, shared with whoever uses it, and left as it is.
    public func sharedCache() -> RedisCache {
        RedisCache(self, first: address.database, count: 0, time: .server) {}
    }
}
