// statement-error: the database refuses a statement.

public import Kernel

/// Fails a statement before it runs, with an SQLSTATE of PostgreSQL (appendix A of its documentation). In a transaction
/// the whole transaction is rolled back, as the states that can be chosen do.
public struct StatementError: Rule {
    let state: String

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .fail(state: state) }

    /// The states that can be chosen, and what PostgreSQL says with them.
    public static let messages: [(state: String, message: String)] = [
        ("40001", "could not serialize access due to concurrent update"),
        ("40P01", "deadlock detected"),
        ("57P01", "terminating connection due to administrator command"),
        ("53300", "sorry, too many clients already"),
    ]

    static let kind = FaultKind(
        name: "statement-error",
        summary: "Fails an SQL statement of a service; each of select, insert, update, delete and other is counted for itself.",
        sites: [.statement],
        parameters: [
            .init(
                name: "state", unit: messages.map(\.state).joined(separator: ", "), fallback: "40001",
                summary: "the SQLSTATE: serialization failure, deadlock, shut-down, too many connections")
        ],
        outcomes: [.lost], example: "agent sql insert: statement-error(state=40P01)@3",
        swarm: { "\($0.service) sql: statement-error(state=\($0.pick(messages.map(\.state))))~\($0.percent(1, 10))" }
    ) { StatementError(state: try $0.choice("state", of: messages.map(\.state))) }
}
