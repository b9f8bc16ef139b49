// cache-error: the cache refuses a command.

public import Kernel

/// Refuses a command before it runs, in Redis' words: LOADING refuses all, OOM what needs memory, a fail-over (READONLY)
/// what writes.
public struct CacheRefusal: Rule {
    let reason: RefusalReason

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        guard case .store(_, _, let operation) = event.place, Self.refuses(operation, reason) else { return .pass }
        return .refuse(reason)
    }

    static let reasons: [RefusalReason] = [.loading, .oom, .failover]
    /// What needs memory, of the commands that services use and of their kin.
    private static let growing: Set<String> = [
        "set", "setnx", "setex", "mset", "append", "incr", "incrby", "incrbyfloat", "decr", "decrby", "getset", "sadd", "hset",
        "hsetnx", "hincrby", "lpush", "rpush", "linsert", "lset", "zadd", "zincrby", "setrange", "setbit",
    ]
    /// What writes without needing more.
    private static let shrinking: Set<String> = [
        "del", "unlink", "expire", "pexpire", "expireat", "persist", "srem", "spop", "hdel", "lpop", "rpop", "lrem", "ltrim",
        "zrem",
        "getdel", "flushall", "flushdb", "rename",
    ]

    static func refuses(_ operation: String, _ reason: RefusalReason) -> Bool {
        switch reason {
        case .oom: growing.contains(operation)
        case .failover: growing.contains(operation) || shrinking.contains(operation)
        default: true
        }
    }

    static let kind = FaultKind(
        name: "cache-error", summary: "Refuses a service's command to the cache; each command is counted for itself.",
        sites: [.cache],
        parameters: [
            .init(
                name: "kind", unit: reasons.map(\.rawValue).joined(separator: ", "), fallback: "loading",
                summary: "LOADING refuses all, OOM what needs memory, READONLY after a fail-over what writes")
        ],
        outcomes: [.lost, .refused], example: "auth cache set: cache-error(kind=oom)@2",
        objection: { pattern, arguments in
            guard case .store(_, _, let operation?) = pattern,
                let reason = RefusalReason(rawValue: arguments.text("kind")), !refuses(operation, reason)
            else { return nil }
            return "'\(operation)' is never refused so: 'kind=\(reason.rawValue)' is for commands that write. Write kind=loading."
        },
        swarm: { "\($0.service) cache: cache-error(kind=\($0.pick(reasons.map(\.rawValue))))~\($0.percent(0.5, 8))" }
    ) { CacheRefusal(reason: RefusalReason(rawValue: try $0.choice("kind", of: reasons.map(\.rawValue))) ?? .loading) }
}
