// The cache as one instance of a service has it: closed to it when it crashes, and with the faults of keys.

import Faults
import Mesh
import StoreKit
import Wire

/// Hands an instance's commands on to the world's cache.
struct AttendedCacheStore: CacheStore {
    private let store: any CacheStore
    private let endpoint: Endpoint
    private let gate: ProcessGate
    private let mesh: Mesh
    private let isFaulty: Bool

    init(_ store: any CacheStore, of endpoint: Endpoint, gate: ProcessGate, mesh: Mesh) {
        self.store = store
        self.endpoint = endpoint
        self.gate = gate
        self.mesh = mesh
        isFaulty = mesh.injector.watches(.cache)
    }

    /// Looks at a command before it runs. Throws `CancellationError` for an instance that has died.
    private func attend(_ command: String, _ key: String?) async throws {
        try gate.check()
        guard isFaulty, gate.isServing else { return }
        guard case .evict(let keys) = mesh.judge(.store(.cache, endpoint, operation: command)) else { return }
        guard keys != "this" else {
            if let key { try await store.delete(key) }
            return
        }
        for key in try await store.keys() where Self.matches(key, keys) { try await store.delete(key) }
    }

    /// Whether a key is meant; `*` stands for any text.
    static func matches(_ key: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return key == pattern }
        guard key.hasPrefix(parts[0]) else { return false }
        var rest = key.dropFirst(parts[0].count)
        for part in parts[1..<parts.count - 1] where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }

    func get(_ key: String) async throws -> String? {
        try await attend("get", key)
        return try await store.get(key)
    }

    func set(_ key: String, _ value: String, expiry: Duration?) async throws {
        try await attend("set", key)
        try await store.set(key, value, expiry: expiry)
    }

    func setIfAbsent(_ key: String, _ value: String, expiry: Duration?) async throws -> Bool {
        try await attend("setnx", key)
        return try await store.setIfAbsent(key, value, expiry: expiry)
    }

    func delete(_ key: String) async throws -> Bool {
        try await attend("del", key)
        return try await store.delete(key)
    }

    func increment(_ key: String, by amount: Int64) async throws -> Int64 {
        try await attend("incrby", key)
        return try await store.increment(key, by: amount)
    }

    func expire(_ key: String, after expiry: Duration) async throws -> Bool {
        try await attend("expire", key)
        return try await store.expire(key, after: expiry)
    }

    func timeToLive(_ key: String) async throws -> Duration? {
        try await attend("ttl", key)
        return try await store.timeToLive(key)
    }

    func addMember(_ key: String, _ member: String) async throws -> Bool {
        try await attend("sadd", key)
        return try await store.addMember(key, member)
    }

    func removeMember(_ key: String, _ member: String) async throws -> Bool {
        try await attend("srem", key)
        return try await store.removeMember(key, member)
    }

    func members(_ key: String) async throws -> [String] {
        try await attend("smembers", key)
        return try await store.members(key)
    }

    func keys() async throws -> [String] {
        try await attend("keys", nil)
        return try await store.keys()
    }
}
