// The agent's tables: threads, messages and runs, by the names and columns that the product's own database has.

import Kernel
import ServiceKit
import StoreKit
import Wire

/// The agent's part of the relational store. Every query names the user that it is for.
struct AgentStore: Sendable {
    let relational: any RelationalStore
    let cache: any CacheStore
    let chance: ChanceSource
    /// Whether the states of runs are saved.
    let savesStates: Bool
    /// Whether answers go into the user's previous thread.
    let savesInWrongThread: Bool
    /// Whether a cached state is believed of a run that has ended; see ``ServiceKit/Deviation/staleStateCached`` and
    /// ``ServiceKit/Deviation/stateSavedBehind``.
    let believesStaleStates: Bool
    /// Whether transactions are none; see ``ServiceKit/Deviation/transactionTorn``.
    let tearsTransactions: Bool
    /// Whether the members of a thread are written apart; see ``ServiceKit/Deviation/titleWrittenApart``.
    let writesTitlesApart: Bool

    init(_ context: ServiceContext) {
        relational = context.relational
        cache = context.cache
        chance = context.chance
        savesStates = !context.deviates(.stateNotSaved)
        savesInWrongThread = context.deviates(.wrongThread)
        believesStaleStates = context.deviates(.staleStateCached) || context.deviates(.stateSavedBehind)
        tearsTransactions = context.deviates(.transactionTorn)
        writesTitlesApart = context.deviates(.titleWrittenApart)
    }

    /// How often a transaction is tried that others keep from being serializable.
    private static let conflictsMax = 5
    /// How often a transaction is tried whose new ids exist already, as after a restart with the same seed.
    private static let duplicatesMax = 1000

    private static let schema = [
        """
        CREATE TABLE IF NOT EXISTS threads (
            id TEXT PRIMARY KEY, object TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
            metadata_ JSON NOT NULL, deleted_at BIGINT)
        """,
        "CREATE INDEX IF NOT EXISTS threads_by_user ON threads ((metadata_ ->> 'user_id'))",
        """
        CREATE TABLE IF NOT EXISTS messages (
            id TEXT PRIMARY KEY, object TEXT NOT NULL, created_at BIGINT NOT NULL,
            thread_id TEXT NOT NULL REFERENCES threads (id), position BIGINT NOT NULL, role TEXT NOT NULL,
            content JSON NOT NULL, assistant_id TEXT, run_id TEXT, metadata_ JSON NOT NULL, UNIQUE (thread_id, position))
        """,
        """
        CREATE TABLE IF NOT EXISTS runs (
            id TEXT PRIMARY KEY, object TEXT NOT NULL, created_at BIGINT NOT NULL,
            thread_id TEXT NOT NULL REFERENCES threads (id), assistant_id TEXT NOT NULL, status TEXT NOT NULL,
            last_error JSON, started_at BIGINT, completed_at BIGINT, failed_at BIGINT, cancelled_at BIGINT,
            announced_at BIGINT, metadata_ JSON NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS agent_state_checkpoints (
            run_id TEXT NOT NULL REFERENCES runs (id), version BIGINT NOT NULL, step BIGINT NOT NULL, steps BIGINT NOT NULL,
            state JSON NOT NULL, events JSON NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (run_id, version))
        """,
        """
        CREATE TABLE IF NOT EXISTS token_charges (
            id TEXT PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs (id), user_id TEXT NOT NULL, model TEXT NOT NULL,
            prompt_tokens BIGINT NOT NULL, completion_tokens BIGINT NOT NULL, total_tokens BIGINT NOT NULL,
            created_at BIGINT NOT NULL)
        """,
        "CREATE INDEX IF NOT EXISTS token_charges_by_run ON token_charges (run_id)",
    ]

    /// Creates the tables where they are not there.
    func prepare() async throws {
        for statement in Self.schema { _ = try await relational.query(statement) }
    }

    /// Runs `body` in a transaction, again where it conflicts with another one or an id that it drew is taken.
    func transaction<Result: Sendable>(_ body: @Sendable (SQLSession) async throws -> Result) async throws -> Result {
        var (conflicts, duplicates) = (0, 0)
        while true {
            do {
                if tearsTransactions {
                    return try await body(SQLSession { [relational] in try await relational.query($0, $1) })
                }
                return try await relational.transaction(body)
            } catch let error as SQLError where error.state == "40001" || error.state == "40P01" {
                conflicts += 1
                if conflicts >= Self.conflictsMax { throw error }
            } catch let error as SQLError where error.isDuplicateKey {
                duplicates += 1
                if duplicates >= Self.duplicatesMax { throw error }
            }
        }
    }
}

extension SQLValue {
    /// The JSON in a column; null where it is none.
    var json: JSONValue { text.flatMap { try? JSONValue(json: $0) } ?? .null }

    static func json(_ value: JSONValue) -> SQLValue { .text(value.text) }
}
