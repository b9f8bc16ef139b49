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
            endpoint: endpoint, gate: gate, mesh: mesh, isFaulty: mesh.injector.watches(.statement))
    }

    func query(_ sql: String, _ parameters: [SQLValue]) async throws -> [Row] {
        try attendant.attend(sql)
        return try await store.query(sql, parameters)
    }

    func transaction<Result: Sendable>(_ body: @Sendable (SQLSession) async throws -> Result) async throws -> Result {
        try attendant.gate.check()
        return try await store.transaction { [attendant] session in
            let attended = SQLSession { sql, parameters in
                try attendant.attend(sql)
                return try await session.query(sql, parameters)
            }
            let result = try await body(attended)
            // What has died does not commit.
            try attendant.gate.check()
            return result
        }
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

    /// Throws `CancellationError` for an instance that has died, and the error of a fault.
    func attend(_ sql: String) throws {
        try gate.check()
        guard isFaulty, gate.isServing else { return }
        guard case .fail(let state) = mesh.judge(.store(.statement, endpoint, operation: Self.kind(of: sql))) else { return }
        let message = StatementError.messages.first { $0.state == state }?.message ?? "the statement was refused"
        throw SQLError(state: state, message: message)
    }

    /// What kind of statement it is: its first word, if that is one of the four that work on rows.
    private static func kind(of sql: String) -> String {
        let word = sql.drop { $0.isWhitespace }.prefix { $0.isLetter }.lowercased()
        return ["select", "insert", "update", "delete"].contains(word) ? word : "other"
    }
}
