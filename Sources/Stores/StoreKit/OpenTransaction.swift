// A transaction from BEGIN to its end: whether it still takes statements, and how it must end.

import Synchronization

/// The state of one transaction.
package final class OpenTransaction: Sendable {
    /// How a transaction stands.
    package enum Standing {
        /// It takes statements.
        case open
        /// A statement failed; only its rollback is left.
        case failed
        /// It was committed or rolled back.
        case ended
    }

    /// Which database it is open in.
    package let database: ObjectIdentifier
    private let standing = Mutex(Standing.open)

    package init(in database: some RelationalStore & AnyObject) { self.database = ObjectIdentifier(database) }

    /// Whether it has not ended.
    package var isOngoing: Bool { standing.withLock { $0 != .ended } }

    /// Ends the transaction. Returns how it stood before.
    package func end() -> Standing {
        standing.withLock { standing in
            defer { standing = .ended }
            return standing
        }
    }

    /// Runs a statement of the transaction; one that fails fails the transaction.
    package func run(_ statement: () throws -> [Row]) throws -> [Row] {
        switch standing.withLock({ $0 }) {
        case .open: break
        case .failed: throw Self.failed
        case .ended:
            throw SQLError(
                state: "25P01", message: "This transaction has ended. Use its session only inside the body that was given it.")
        }
        do {
            return try statement()
        } catch {
            standing.withLock { if $0 == .open { $0 = .failed } }
            throw error
        }
    }

    /// Runs a statement of the transaction that takes its time; one that fails fails the transaction.
    package func perform(_ statement: () async throws -> [Row]) async throws -> [Row] {
        _ = try run { [] }
        do {
            return try await statement()
        } catch {
            standing.withLock { if $0 == .open { $0 = .failed } }
            throw error
        }
    }

    /// What statements meet after one that failed, in PostgreSQL's words.
    package static let failed = SQLError(
        state: "25P02", message: "current transaction is aborted, commands ignored until end of transaction block")
}
