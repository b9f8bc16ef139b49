// The contract of a cache: what services may ask of the keyspace in memory and of Redis alike.

/// A key-value cache with expiry, as services see it. The names are Redis' commands.
public protocol CacheStore: Sendable {
    /// The value of a key, nil where it is missing or expired.
    func get(_ key: String) async throws -> String?

    /// Sets a key, with an expiry if one is given.
    func set(_ key: String, _ value: String, expiry: Duration?) async throws

    /// Sets a key only if it is missing; whether it did.
    func setIfAbsent(_ key: String, _ value: String, expiry: Duration?) async throws -> Bool

    /// Removes a key; whether it was there.
    @discardableResult
    func delete(_ key: String) async throws -> Bool

    /// Adds to the whole number at a key (0 where it is missing) and returns the sum.
    @discardableResult
    func increment(_ key: String, by amount: Int64) async throws -> Int64

    /// Gives a key a time to live; whether it was there.
    @discardableResult
    func expire(_ key: String, after expiry: Duration) async throws -> Bool

    /// The time a key has left, nil where it has none or is missing.
    func timeToLive(_ key: String) async throws -> Duration?

    /// Adds a member to the set at a key; whether it was new.
    @discardableResult
    func addMember(_ key: String, _ member: String) async throws -> Bool

    /// Removes a member from the set at a key; whether it was there.
    @discardableResult
    func removeMember(_ key: String, _ member: String) async throws -> Bool

    /// The members of the set at a key, sorted.
    func members(_ key: String) async throws -> [String]

    /// The keys that are there, sorted; for checks that nothing is left.
    func keys() async throws -> [String]
}
