// What services ask of texts and keys, in terms of the one primitive.

import Kernel

extension CacheStore {
    /// The value of a key, nil where it is missing or expired. Throws ``CacheError/wrongType``.
    public func get(_ key: String) async throws -> String? {
        try await perform(["GET", CacheBytes(key)]).bytes()?.text
    }

    /// Sets a key, with an expiry in whole milliseconds if one is given. Throws ``CacheError/invalidExpiry(in:)`` for
    /// one that is not positive.
    public func set(_ key: String, _ value: String, expiry: Duration?) async throws {
        try await perform(Self.setting(key, value, expiry, [])).checked()
    }

    /// Sets a key only if it is missing; whether it did. Throws ``CacheError/invalidExpiry(in:)``.
    public func setIfAbsent(_ key: String, _ value: String, expiry: Duration?) async throws -> Bool {
        try await perform(Self.setting(key, value, expiry, ["NX"])).bytes() != nil
    }

    private static func setting(_ key: String, _ value: String, _ expiry: Duration?, _ more: [CacheBytes]) -> CacheCommand {
        var arguments: [CacheBytes] = ["SET", CacheBytes(key), CacheBytes(value)]
        if let expiry { arguments += ["PX", CacheBytes(milliseconds(expiry))] }
        return CacheCommand(arguments + more)
    }

    /// Whole milliseconds, rounded up: what is to live at all lives for one.
    static func milliseconds(_ duration: Duration) -> Int64 {
        let nanoseconds = duration.nanosecondsClamped
        return nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 > 0 ? 1 : 0)
    }

    /// Removes a key; whether it was there.
    @discardableResult
    public func delete(_ key: String) async throws -> Bool {
        try await perform(["DEL", CacheBytes(key)]).integer() > 0
    }

    /// Adds to the whole number at a key (0 where it is missing) and returns the sum. Throws
    /// ``CacheError/notAnInteger``, ``CacheError/overflow``, ``CacheError/wrongType``.
    @discardableResult
    public func increment(_ key: String, by amount: Int64) async throws -> Int64 {
        try await perform(["INCRBY", CacheBytes(key), CacheBytes(amount)]).integer()
    }

    /// Gives a key a time to live in whole milliseconds; whether it was there. One that is not positive removes it.
    @discardableResult
    public func expire(_ key: String, after expiry: Duration) async throws -> Bool {
        try await perform(["PEXPIRE", CacheBytes(key), CacheBytes(Self.milliseconds(expiry))]).integer() == 1
    }

    /// The time a key has left, nil where it has none or is missing.
    public func timeToLive(_ key: String) async throws -> Duration? {
        let left = try await perform(["PTTL", CacheBytes(key)]).integer()
        return left < 0 ? nil : .milliseconds(left)
    }

    /// The keys that are there, sorted; for checks that nothing is left. O(n log n).
    public func keys() async throws -> [String] { try await perform(["KEYS", "*"]).texts().sorted() }
}
