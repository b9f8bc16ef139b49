// The embedded cache: one keyspace behind one lock, on the world's clock.

public import Kernel
public import StoreKit
import Synchronization

/// A cache in this process, with the semantics of Redis' commands.
///
/// Every command is one step under one lock, so commands never interleave. Expiry follows the world's clock to the
/// nanosecond; a key is gone from its deadline on.
public final class MemoryKeyspace: CacheStore {
    private let clock: WorldClock
    private let keyspace = Mutex(Keyspace())

    /// An empty cache.
    public init(clock: WorldClock = WorldClock()) { self.clock = clock }

    /// How many keys take memory: those that are there, and those that expired but were not removed yet.
    public var heldCount: Int { keyspace.withLock { $0.heldCount } }

    private func command<Result>(
        _ body: (inout Keyspace, Instant) throws(CacheError) -> Result
    ) throws(CacheError) -> sending Result where Result: Sendable {
        let now = clock.now
        return try keyspace.withLock { keyspace throws(CacheError) -> Result in
            keyspace.sweep(at: now)
            return try body(&keyspace, now)
        }
    }

    public func get(_ key: String) async throws -> String? {
        try command { (keyspace, now) throws(CacheError) -> String? in
            guard let entry = keyspace.entry(key, at: now) else { return nil }
            return try keyspace.text(of: entry)
        }
    }

    /// Sets a key. Throws ``CacheError/invalidExpiry(in:)`` for an expiry that is not positive.
    public func set(_ key: String, _ value: String, expiry: Duration?) async throws {
        try command { (keyspace, now) throws(CacheError) -> Void in
            keyspace.put(key, .text(value), deadline: try Self.deadline(expiry, now))
        }
    }

    /// Sets a key only if it is missing. Throws ``CacheError/invalidExpiry(in:)`` for an expiry that is not positive.
    public func setIfAbsent(_ key: String, _ value: String, expiry: Duration?) async throws -> Bool {
        try command { (keyspace, now) throws(CacheError) -> Bool in
            let deadline = try Self.deadline(expiry, now)
            guard keyspace.entry(key, at: now) == nil else { return false }
            keyspace.put(key, .text(value), deadline: deadline)
            return true
        }
    }

    @discardableResult
    public func delete(_ key: String) async throws -> Bool {
        try command { (keyspace, now) throws(CacheError) -> Bool in
            guard keyspace.entry(key, at: now) != nil else { return false }
            keyspace.remove(key)
            return true
        }
    }

    /// Adds to a whole number. Throws ``CacheError/notAnInteger``, ``CacheError/overflow``, ``CacheError/wrongType``.
    @discardableResult
    public func increment(_ key: String, by amount: Int64) async throws -> Int64 {
        try command { (keyspace, now) throws(CacheError) -> Int64 in try keyspace.add(amount, to: key, at: now) }
    }

    /// Gives a key a time to live. One that is not positive removes the key at once, as in Redis.
    @discardableResult
    public func expire(_ key: String, after expiry: Duration) async throws -> Bool {
        try command { (keyspace, now) throws(CacheError) -> Bool in
            guard let entry = keyspace.entry(key, at: now) else { return false }
            guard expiry > .zero else {
                keyspace.remove(key)
                return true
            }
            keyspace.put(key, entry.value, deadline: try Self.deadline(expiry, now, "expire"))
            return true
        }
    }

    public func timeToLive(_ key: String) async throws -> Duration? {
        try command { (keyspace, now) throws(CacheError) -> Duration? in
            keyspace.entry(key, at: now)?.deadline.map { now.duration(to: $0) }
        }
    }

    @discardableResult
    public func addMember(_ key: String, _ member: String) async throws -> Bool {
        try command { (keyspace, now) throws(CacheError) -> Bool in
            try keyspace.changeSet(key, at: now) { $0.insert(member).inserted }
        }
    }

    @discardableResult
    public func removeMember(_ key: String, _ member: String) async throws -> Bool {
        try command { (keyspace, now) throws(CacheError) -> Bool in
            try keyspace.changeSet(key, at: now) { $0.remove(member) != nil }
        }
    }

    public func members(_ key: String) async throws -> [String] {
        try command { (keyspace, now) throws(CacheError) -> [String] in try keyspace.members(key, at: now) }
    }

    public func keys() async throws -> [String] {
        try command { (keyspace, now) throws(CacheError) -> [String] in keyspace.keys(at: now) }
    }

    private static func deadline(
        _ expiry: Duration?, _ now: Instant, _ command: String = "set"
    ) throws(CacheError) -> Instant? {
        guard let expiry else { return nil }
        guard expiry > .zero, expiry.nanosecondsClamped < Int64.max - now.nanoseconds else {
            throw .invalidExpiry(in: command)
        }
        return now.advanced(by: expiry)
    }
}
