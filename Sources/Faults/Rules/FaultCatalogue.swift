// The catalogue: every fault by name.

public import Fixtures

/// Every fault that Backlot has.
public enum FaultCatalogue {
    /// The kinds, in the order in which they are listed.
    public static let kinds: [FaultKind] = [
        Latency.kind, Jitter.kind, Drop.kind, Reset.kind, Partition.kind,
        EventDuplicate.kind, EventDelay.kind,
        TooManyRequests.kind, ServiceUnavailable.kind, LLMCut.kind, TokenExpiry.kind,
        StatementError.kind, CacheEvict.kind,
        Crash.kind,
    ]

    /// The kind of a name. Throws an ``InputError`` with the nearest name.
    public static func kind(named name: String, at place: Place) throws -> FaultKind {
        guard let kind = kinds.first(where: { $0.name == name }) else {
            throw InputError.unknown("fault", name, known: kinds.map(\.name), at: place)
        }
        return kind
    }
}
