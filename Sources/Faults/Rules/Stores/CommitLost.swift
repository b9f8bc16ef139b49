// commit-lost: a transaction is committed, and its caller is told that the connection broke.

public import Kernel

/// Commits, and loses the reply: the caller sees its connection fail and cannot know that all is done (PostgreSQL's
/// documentation, appendix A, class 08). A statement by itself that writes commits as well.
public struct CommitLost: Rule {
    let state: String

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .loseReply(state: state) }

    /// The states that can be chosen, and what PostgreSQL and its client say with them.
    public static let messages: [(state: String, message: String)] = [
        ("08006", "server closed the connection unexpectedly"),
        ("57P01", "terminating connection due to administrator command"),
    ]

    static let kind = FaultKind(
        name: "commit-lost", summary: "Commits what a service wrote, and tells it that the connection broke.", sites: [.commit],
        parameters: [
            .init(
                name: "state", unit: messages.map(\.state).joined(separator: ", "), fallback: "08006",
                summary: "the SQLSTATE: connection failure, shut-down")
        ],
        outcomes: [.doneButReplyLost], example: "agent sql commit: commit-lost@2",
        swarm: { "\($0.service) sql: commit-lost(state=\($0.pick(messages.map(\.state))))~\($0.percent(0.5, 8))" }
    ) { CommitLost(state: try $0.choice("state", of: messages.map(\.state))) }
}
