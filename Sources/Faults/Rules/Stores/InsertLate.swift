// insert-late: what was inserted can be read only later.

import Fixtures
public import Kernel

/// Acknowledges an insert into the analytics, and shows its rows only after a time, as a replica that lags does.
public struct InsertLate: Rule {
    let delay: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .delay(delay) }

    /// Why inserts cannot be meant by a pattern.
    static func objection(_ pattern: FaultPattern) -> String? {
        pattern.concerns("analytics") ? nil : "Rows are inserted into 'analytics'. Write 'analytics insert'."
    }

    static let kind = FaultKind(
        name: "insert-late", summary: "Acknowledges an insert into the analytics, and shows its rows only after a time.",
        sites: [.insert],
        parameters: [.init(name: "delay", unit: "duration", fallback: "5s", summary: "how long the rows stay unseen")],
        outcomes: [.late], example: "analytics insert agent_events: insert-late(delay=10s)",
        objection: { pattern, _ in objection(pattern) },
        swarm: { "analytics insert: insert-late(delay=\($0.duration(10, 8000)))~\($0.percent(2, 40))" }
    ) { InsertLate(delay: try $0.duration("delay")) }
}
