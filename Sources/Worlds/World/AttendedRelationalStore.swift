// The relational store as one instance of a service has it: closed to it when it crashes, and with the faults of statements.

import Faults
import Mesh
import StoreKit
import Wire

/// Hands an instance's statements on to the world's store.
struct AttendedRelationalStore: RelationalStore {
    private let store: any RelationalStore
    private let attendant: StatementAttendant

    init(_ store: any RelationalStore, of endpoint: Endpoint, gate: ProcessGate, mesh: Mesh) {
        self.store = store
        attendant = StatementAttendant(
            endpoint: endpoint, gate: gate, mesh: mesh, isFaulty: mesh.injector.watches(.statement),
            losesReplies: mesh.injector.watches(.commit))
    }

    func query(_ sql: String, _ parameters: [SQLValue]) async throws -> [Row] {
        try await attendant.attend(sql)
        let rows = try await store.query(sql, parameters)
        // A statement by itself that writes commits as well.
        if attendant.losesReplies, StatementAttendant.kind(of: sql) != "select" { try attendant.committed() }
        return rows
    }

    func transaction<Result: Sendable>(_ body: @Sendable (SQLSession) async throws -> Result) async throws -> Result {
        try await attendant.gate.pass()
        let result = try await store.transaction { [attendant] session in
            let attended = SQLSession { sql, parameters in
                try await attendant.attend(sql)
                return try await session.query(sql, parameters)
            }
            let result = try await body(attended)
            // What has died does not commit.
            try attendant.gate.check()
            return result
        }
        if attendant.losesReplies { try attendant.committed() }
        return result
    }

    /// The store is the world's, and does not end with an instance.
    func close() async throws {}
}

/// Looks at each statement before it runs.
private struct StatementAttendant: Sendable {
    let endpoint: Endpoint
    let gate: ProcessGate
    let mesh: Mesh
    let isFaulty: Bool
    let losesReplies: Bool

    /// Throws `CancellationError` for an instance that has died, and the error of a fault. Waits while it is paused.
    func attend(_ sql: String) async throws {
        try await gate.pass()
        guard isFaulty, gate.isServing else { return }
        let place = FaultPlace.store(.statement, endpoint, operation: Self.kind(of: sql))
        guard case .fail(let state) = mesh.judge(place, saying: { FaultContent(text: sql) }) else { return }
        throw Self.error(state)
    }

    /// Something was committed; throws where the reply is lost.
    func committed() throws {
        guard gate.isServing else { return }
        guard case .loseReply(let state) = mesh.judge(.store(.commit, endpoint, operation: "commit")) else { return }
        throw Self.error(state)
    }

    private static func error(_ state: String) -> SQLError {
        let known =
            CommitLost.messages + StatementError.messages + [
                ("53100", "could not extend file: No space left on device"), ("53200", "out of memory"),
            ]
        return SQLError(state: state, message: known.first { $0.state == state }?.message ?? "the statement was refused")
    }

    /// What kind of statement it is: its first word, if that is one of the four that work on rows.
    static func kind(of sql: String) -> String {
        let word = sql.drop { $0.isWhitespace }.prefix { $0.isLetter }.lowercased()
        return ["select", "insert", "update", "delete"].contains(word) ? word : "other"
    }
}
