// cache-evict: what was in the cache is gone.

public import Kernel

/// Removes keys from the cache right before a service's command, as an eviction or a fail-over does.
public struct CacheEvict: Rule {
    let keys: String

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .evict(keys: keys) }

    static let kind = FaultKind(
        name: "cache-evict",
        summary: "Removes keys from the cache before a service's command; each command is counted for itself.", sites: [.cache],
        parameters: [
            .init(
                name: "keys", unit: "pattern", fallback: "this",
                summary: "which keys: 'this' for the command's own, else a pattern in which * stands for any text")
        ],
        outcomes: [.lost], example: "auth cache get: cache-evict(keys=session:*)@2",
        swarm: { "\($0.service) cache: cache-evict(keys=\($0.pick(["this", "this", "*"])))~\($0.percent(1, 8))" }
    ) { CacheEvict(keys: $0.text("keys")) }
}
