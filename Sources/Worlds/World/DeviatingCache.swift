// A cache with planted bugs: a thin layer around a right one.

import Kernel
import ServiceKit
import StoreKit
import Synchronization

/// A cache that deviates as it was told.
final class DeviatingCache: CacheStore {
    private struct Stale {
        let reply: CacheReply
        let end: Instant
    }

    /// How long a read may be stale.
    private static let lag = Duration.seconds(1)

    private let right: any CacheStore
    private let deviations: Set<Deviation>
    private let clock = WorldClock()
    private let stale = Mutex<[CacheBytes: Stale]>([:])

    /// The store itself, or one that deviates where one of the cache's deviations is on.
    static func wrap(_ store: any CacheStore, _ deviations: Set<Deviation>) -> any CacheStore {
        let own = deviations.intersection([.cacheTTLIgnored, .cacheStaleRead, .cacheKeysShared])
        return own.isEmpty ? store : DeviatingCache(store, own)
    }

    private init(_ right: any CacheStore, _ deviations: Set<Deviation>) { (self.right, self.deviations) = (right, deviations) }

    func perform(_ command: CacheCommand) async throws -> CacheReply {
        try await deviate(command) { [try await self.right.perform($0)] }.first ?? .null
    }

    func connect(_ deliver: @escaping @Sendable (CacheReply) -> Void) async throws -> CacheSession {
        let session = try await right.connect(deliver)
        return CacheSession(
            perform: { [self] command in try await deviate(command) { try await session.send($0) } },
            end: { await session.close() })
    }

    func close() async throws { try await right.close() }

    private func deviate(
        _ command: CacheCommand, _ send: (CacheCommand) async throws -> [CacheReply]
    ) async throws -> [CacheReply] {
        var command = command
        if deviations.contains(.cacheKeysShared) { command = Self.sharing(command) }
        if deviations.contains(.cacheTTLIgnored) { command = Self.withoutExpiry(command) }
        guard deviations.contains(.cacheStaleRead), command.arguments.count >= 2 else { return try await send(command) }
        let (name, key, now) = (command.name.lowercased.text, command.arguments[1], clock.now)
        switch name {
        case "get":
            if let old = stale.withLock({ $0[key] }), old.end > now { return [old.reply] }
        case "set", "del", "unlink", "setex", "psetex", "getset":
            switch try await send(["GET", key]).first {
            case .bytes(let bytes)?: remember(.bytes(bytes), key, now)
            case .null?: remember(.null, key, now)
            default: break
            }
        default: break
        }
        return try await send(command)
    }

    private func remember(_ old: CacheReply, _ key: CacheBytes, _ now: Instant) {
        stale.withLock { $0[key] = Stale(reply: old, end: now.advanced(by: Self.lag)) }
    }

    /// The command for the key without its last part: `auth:session:` for `auth:session:17`.
    private static func sharing(_ command: CacheCommand) -> CacheCommand {
        let names = ["get", "set", "del", "expire", "pexpire", "ttl", "pttl", "exists", "setnx", "setex", "incrby", "incr"]
        guard names.contains(command.name.lowercased.text), command.arguments.count >= 2 else { return command }
        var arguments = command.arguments
        let bytes = arguments[1].bytes
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else { return command }
        arguments[1] = CacheBytes(Array(bytes[...colon]))
        return CacheCommand(arguments)
    }

    /// The command without the expiry that it gives.
    private static func withoutExpiry(_ command: CacheCommand) -> CacheCommand {
        var arguments = command.arguments
        switch command.name.lowercased.text {
        case "set":
            let options: Set<CacheBytes> = ["ex", "px", "exat", "pxat"]
            if let place = arguments.indices.dropFirst(3).first(where: { options.contains(arguments[$0].lowercased) }) {
                arguments.removeSubrange(place..<min(place + 2, arguments.count))
            }
            return CacheCommand(arguments)
        case "setex" where arguments.count == 4, "psetex" where arguments.count == 4:
            return ["SET", arguments[1], arguments[3]]
        case "expire" where arguments.count >= 3, "pexpire" where arguments.count >= 3, "expireat" where arguments.count >= 3,
            "pexpireat" where arguments.count >= 3:
            return ["EXISTS", arguments[1]]
        default: return command
        }
    }
}
