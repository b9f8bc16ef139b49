// disk-full: the database has no room left.

public import Kernel

/// Fails statements that add or change rows with 53100 (disk full), until its time is over. Rows can still be read and deleted.
public struct DiskFull: Rule {
    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        guard case .store(_, _, let operation) = event.place, writes.contains(operation) else { return .pass }
        return .fail(state: "53100")
    }

    private var writes: [String] { Self.writes }
    private static let writes = ["insert", "update"]

    static let kind = FaultKind(
        name: "disk-full", summary: "Fails what adds or changes rows with 53100, for a time; what reads goes on.",
        sites: [.statement], outcomes: [.lost], example: "* sql: disk-full@t=2s..4s",
        objection: { pattern, _ in
            guard case .store(_, _, let operation?) = pattern, !writes.contains(operation) else { return nil }
            return "'\(operation)' needs no room on the disk. Write insert or update, or leave the kind of statement out."
        },
        swarm: { dice in
            let from = dice.number(0, 4000)
            return "* sql: disk-full@t=\(from)ms..\(from + dice.number(50, 2000))ms"
        }
    ) { _ in DiskFull() }
}
