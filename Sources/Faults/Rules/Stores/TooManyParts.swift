// too-many-parts: the analytics refuse an insert.

public import Kernel

/// Refuses an insert with ClickHouse's error 252, TOO_MANY_PARTS: a table is written to in more pieces than it can merge.
/// Nothing of it is stored.
public struct TooManyParts: Rule {
    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .refuse(.tooManyParts) }

    static let kind = FaultKind(
        name: "too-many-parts", summary: "Refuses an insert into the analytics with 252 TOO_MANY_PARTS.", sites: [.insert],
        outcomes: [.refused], example: "analytics insert agent_events: too-many-parts@1..2",
        objection: { pattern, _ in InsertLate.objection(pattern) },
        swarm: { "analytics insert: too-many-parts~\($0.percent(2, 25))" }
    ) { _ in TooManyParts() }
}
