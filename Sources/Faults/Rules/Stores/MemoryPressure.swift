// memory-pressure: database and cache run short of memory.

public import Kernel

/// What machines do that run short of memory: the database refuses statements with 53200 (out of memory), and the cache
/// evicts the key that a command is about to use (`maxmemory-policy allkeys-lru`).
public struct MemoryPressure: Rule {
    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        event.place.site == .cache ? .evict(keys: "this") : .fail(state: "53200")
    }

    static let kind = FaultKind(
        name: "memory-pressure", summary: "Fails statements with 53200, or evicts the cache's keys before they are used.",
        sites: [.statement, .cache], outcomes: [.lost], example: "agent sql: memory-pressure@t=1s..3s~20%",
        swarm: { dice in
            let from = dice.number(0, 4000)
            let place = "\(dice.service) \(dice.pick(["sql", "cache"]))"
            return "\(place): memory-pressure@t=\(from)ms..\(from + dice.number(100, 4000))ms~\(dice.percent(2, 30))"
        }
    ) { _ in MemoryPressure() }
}
