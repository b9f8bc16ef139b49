// What services ask of sets, hashes, lists and sorted sets, in terms of the one primitive.

extension CacheStore {
    // MARK: Sets

    /// Adds a member to the set at a key; whether it was new.
    @discardableResult
    public func addMember(_ key: String, _ member: String) async throws -> Bool {
        try await perform(["SADD", CacheBytes(key), CacheBytes(member)]).integer() == 1
    }

    /// Removes a member from the set at a key; whether it was there.
    @discardableResult
    public func removeMember(_ key: String, _ member: String) async throws -> Bool {
        try await perform(["SREM", CacheBytes(key), CacheBytes(member)]).integer() == 1
    }

    /// The members of the set at a key, sorted.
    public func members(_ key: String) async throws -> [String] {
        try await perform(["SMEMBERS", CacheBytes(key)]).texts().sorted()
    }

    // MARK: Hashes

    /// Sets a field of the hash at a key; whether it is a new one.
    @discardableResult
    public func setField(_ key: String, _ field: String, _ value: String) async throws -> Bool {
        try await perform(["HSET", CacheBytes(key), CacheBytes(field), CacheBytes(value)]).integer() == 1
    }

    /// A field of the hash at a key, nil where either is missing.
    public func field(_ key: String, _ field: String) async throws -> String? {
        try await perform(["HGET", CacheBytes(key), CacheBytes(field)]).bytes()?.text
    }

    /// Removes a field of the hash at a key; whether it was there.
    @discardableResult
    public func removeField(_ key: String, _ field: String) async throws -> Bool {
        try await perform(["HDEL", CacheBytes(key), CacheBytes(field)]).integer() == 1
    }

    /// All fields of the hash at a key.
    public func fields(_ key: String) async throws -> [String: String] {
        let texts = try await perform(["HGETALL", CacheBytes(key)]).texts()
        return Dictionary(uniqueKeysWithValues: stride(from: 0, to: texts.count, by: 2).map { (texts[$0], texts[$0 + 1]) })
    }

    // MARK: Lists

    /// Adds a value at the end of the list at a key; how long it is then.
    @discardableResult
    public func append(_ key: String, _ value: String) async throws -> Int64 {
        try await perform(["RPUSH", CacheBytes(key), CacheBytes(value)]).integer()
    }

    /// Takes the first value off the list at a key, nil where it is empty.
    public func takeFirst(_ key: String) async throws -> String? {
        try await perform(["LPOP", CacheBytes(key)]).bytes()?.text
    }

    /// The values of the list at a key from one place to another, both counted from 0 or, if negative, from the end.
    public func list(_ key: String, from first: Int64 = 0, through last: Int64 = -1) async throws -> [String] {
        try await perform(["LRANGE", CacheBytes(key), CacheBytes(first), CacheBytes(last)]).texts()
    }

    // MARK: Sorted sets

    /// Gives a member of the sorted set at a key a score; whether it is new.
    @discardableResult
    public func setScore(_ key: String, _ member: String, _ score: Double) async throws -> Bool {
        try await perform(["ZADD", CacheBytes(key), CacheBytes(CacheNumber.text(score)), CacheBytes(member)]).integer() == 1
    }

    /// The score of a member of the sorted set at a key, nil where either is missing.
    public func score(_ key: String, _ member: String) async throws -> Double? {
        try await perform(["ZSCORE", CacheBytes(key), CacheBytes(member)]).number()
    }

    /// The members of the sorted set at a key whose scores lie between two, both included, lowest score first.
    public func membersByScore(_ key: String, from low: Double, through high: Double) async throws -> [String] {
        let (low, high) = (CacheBytes(CacheNumber.text(low)), CacheBytes(CacheNumber.text(high)))
        return try await perform(["ZRANGE", CacheBytes(key), low, high, "BYSCORE"]).texts()
    }
}
