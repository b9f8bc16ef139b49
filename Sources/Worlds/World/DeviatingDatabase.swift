// A database with planted bugs: a thin layer around a right one.

import ServiceKit
import StoreKit

/// A relational store that deviates as it was told.
final class DeviatingDatabase: RelationalStore {
    /// What rolls a transaction back that is said to be committed, with its result.
    private struct Lost: Error { let result: any Sendable }

    private let right: any RelationalStore
    private let deviations: Set<Deviation>

    /// The store itself, or one that deviates where one of the database's deviations is on.
    static func wrap(_ store: any RelationalStore, _ deviations: Set<Deviation>) -> any RelationalStore {
        let own = deviations.intersection([.sqlRollbackIgnored, .sqlLostUpdate, .sqlLostCommit])
        return own.isEmpty ? store : DeviatingDatabase(store, own)
    }

    private init(_ right: any RelationalStore, _ deviations: Set<Deviation>) {
        (self.right, self.deviations) = (right, deviations)
    }

    func query(_ sql: String, _ parameters: [SQLValue]) async throws -> [Row] { try await right.query(sql, parameters) }

    func transaction<Result: Sendable>(
        _ body: @Sendable (SQLSession) async throws -> Result
    ) async throws -> Result {
        if deviations.contains(.sqlLostUpdate) {
            // Every statement by itself, and others in between.
            return try await body(
                SQLSession { [right] sql, parameters in
                    let rows = try await right.query(sql, parameters)
                    await Task.yield()
                    return rows
                })
        }
        if deviations.contains(.sqlLostCommit) { return try await loseCommit(body) }
        guard deviations.contains(.sqlRollbackIgnored) else { return try await right.transaction(body) }
        return try await right.transaction { session in
            do { return Swift.Result<Result, any Error>.success(try await body(session)) } catch { return .failure(error) }
        }.get()
    }

    private func loseCommit<Result: Sendable>(
        _ body: @Sendable (SQLSession) async throws -> Result
    ) async throws -> Result {
        do {
            return try await right.transaction { session in throw Lost(result: try await body(session)) }
        } catch let lost as Lost {
            guard let result = lost.result as? Result else { throw lost }
            return result
        }
    }

    func close() async throws { try await right.close() }
}
