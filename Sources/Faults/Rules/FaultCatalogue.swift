// The catalogue: every fault by name.

public import Fixtures

/// Every fault that Backlot has.
public enum FaultCatalogue {
    /// The kinds, in the order in which they are listed.
    public static let kinds: [FaultKind] = [
        Latency.kind, Jitter.kind, Bandwidth.kind, Rechunk.kind, Drop.kind, Reset.kind, HalfOpen.kind, Partition.kind, Clog.kind,
        Swizzle.kind,
        EventDuplicate.kind, EventDelay.kind, EventLoss.kind, EventReorder.kind, WebSocketEnd.kind,
        TooManyRequests.kind, ServiceUnavailable.kind, Truncate.kind, LLMCut.kind, StreamStall.kind, ToolArgumentsBroken.kind,
        ToolRefused.kind, TokenExpiry.kind, TokenForgery.kind, KeyRotation.kind,
        StatementError.kind, CommitLost.kind, DiskFull.kind, CacheEvict.kind, CacheRefusal.kind, MemoryPressure.kind,
        TooManyParts.kind, InsertLate.kind,
        Crash.kind, Pause.kind, SlowStart.kind, ClockSkew.kind,
    ]

    /// The kind of a name. Throws an ``InputError`` with the nearest name.
    public static func kind(named name: String, at place: Place) throws -> FaultKind {
        guard let kind = kinds.first(where: { $0.name == name }) else {
            throw InputError.unknown("fault", name, known: kinds.map(\.name), at: place)
        }
        return kind
    }
}
