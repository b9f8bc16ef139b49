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

    /// Looks at a command before it runs: nil where it may, else its reply. Waits while the instance is paused. Throws
    /// `CancellationError` for one that has died.
    private func attend(_ command: CacheCommand) async throws -> CacheReply? {
        try await gate.pass()
        guard isFaulty, gate.isServing else { return nil }
        let place = FaultPlace.store(.cache, endpoint, operation: Self.operation(command))
        switch mesh.judge(place, saying: { FaultContent(text: command.description) }) {
        case .evict("this"): if let key = Self.key(command) { try await store.delete(key) }
        case .evict(let keys): for key in try await store.keys() where Self.matches(key, keys) { try await store.delete(key) }
        case .refuse(let reason): return .error(Self.refusal(reason))
        default: break
        }
        return nil
    }

    /// A refusal in Redis' words.
    private static func refusal(_ reason: RefusalReason) -> CacheError {
        switch reason {
        case .oom: CacheError("OOM command not allowed when used memory > 'maxmemory'.")
        case .failover: CacheError("READONLY You can't write against a read only replica.")
        default: CacheError("LOADING Redis is loading the dataset in memory")
        }
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

    func perform(_ command: CacheCommand) async throws -> CacheReply {
        if let refusal = try await attend(command) { return refusal }
        return try await store.perform(command)
    }

    /// A session is the instance's as well: it ends to have effects when the instance dies.
    func connect(_ deliver: @escaping @Sendable (CacheReply) -> Void) async throws -> CacheSession {
        try await gate.pass()
        let session = try await store.connect(deliver)
        return CacheSession(
            perform: { command in
                if let refusal = try await attend(command) { return [refusal] }
                return try await session.send(command)
            }, end: { await session.close() })
    }

    /// The store is the world's, and does not end with an instance.
    func close() async throws {}

    /// The name by which faults know a command: what counts in milliseconds is what counts in seconds.
    private static func operation(_ command: CacheCommand) -> String {
        let name = command.name.lowercased.text
        switch name {
        case "set": return command.arguments.dropFirst(3).contains { $0.lowercased == "nx" } ? "setnx" : name
        case "pexpire", "pttl": return String(name.dropFirst())
        default: return name
        }
    }

    private static func key(_ command: CacheCommand) -> String? {
        command.arguments.count > 1 && command.name.lowercased != "keys" ? command.arguments[1].text : nil
    }
}
