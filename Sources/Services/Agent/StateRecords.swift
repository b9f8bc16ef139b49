// States of runs in the stores: a row for every step, and the newest in the cache; and what another instance takes up.

import Kernel
import Logging
import ServiceKit
import StoreKit
import Wire

extension AgentStore {
    /// How long the cache keeps a state.
    private static let stateLifetime = Duration.seconds(3600)

    private static func stateKey(_ runID: String) -> String { "agent_state:" + runID }

    /// Saves how far a run has come: in the relational store, which counts, and in the cache, which is read first.
    func save(_ checkpoint: RunCheckpoint, of order: RunOrder, at now: Instant) async throws {
        guard savesStates else { return }
        if checkpoint.state.version == 1 {
            try await transaction { session in
                try await insert(checkpoint, of: order, session, at: now)
                try await session.query(
                    "UPDATE runs SET status = 'running' WHERE id = $1 AND status = 'started'", [.text(order.runID)])
            }
        } else {
            let (sql, parameters) = Self.insertion(checkpoint, of: order, at: now)
            _ = try await relational.query(sql, parameters)
        }
        try await cacheState(checkpoint.state, of: order)
    }

    /// Saves a state within a transaction.
    func insert(_ checkpoint: RunCheckpoint, of order: RunOrder, _ session: SQLSession, at now: Instant) async throws {
        let (sql, parameters) = Self.insertion(checkpoint, of: order, at: now)
        try await session.query(sql, parameters)
    }

    private static func insertion(
        _ checkpoint: RunCheckpoint, of order: RunOrder, at now: Instant
    ) -> (String, [SQLValue]) {
        (
            """
            INSERT INTO agent_state_checkpoints (run_id, version, step, steps, state, events, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .text(order.runID), .integer(Int64(checkpoint.state.version)), .integer(Int64(checkpoint.state.stepsDone)),
                .integer(Int64(checkpoint.steps)), .json(checkpoint.state.json), .json(.array(checkpoint.events.map(\.saved))),
                .integer(now.seconds),
            ]
        )
    }

    /// Puts a state into the cache.
    func cacheState(_ state: RunState, of order: RunOrder) async throws {
        try await cache.set(Self.stateKey(order.runID), state.json.text, expiry: Self.stateLifetime)
    }

    /// Takes an ended run's state out of the cache. The rows stay: they are the run's history.
    func forgetState(of order: RunOrder) async throws {
        // The run has ended whether or not the cache can be reached, and the key expires by itself.
        _ = try? await cache.delete(Self.stateKey(order.runID))
    }

    /// The newest state of a user's run; nil where the user has no such run, or it has saved none. The cache is asked while the
    /// run is under way alone: what it has of one that has ended was left there by an instance that died at that.
    func runState(_ runID: String, of userID: String) async throws -> JSONValue? {
        guard let status = try await runStatus(runID, of: userID) else { return nil }
        let isUnderWay = ["started", "running"].contains(status["status"]?.string)
        var state = isUnderWay || believesStaleStates ? try? await cache.get(Self.stateKey(runID)) : nil
        if state == nil {
            let rows = try await relational.query(
                "SELECT state FROM agent_state_checkpoints WHERE run_id = $1 ORDER BY version DESC LIMIT 1", [.text(runID)])
            state = rows.first?["state"].text
        }
        guard let state, let json = try? JSONValue(json: state) else { return nil }
        return [
            "run_id": .string(runID), "thread_id": status["thread_id"] ?? nil, "user_id": .string(userID),
            "status": status["status"] ?? nil, "version": json["version"] ?? nil, "state": json,
        ]
    }

    /// The runs that nobody has brought to their end, the oldest first, with what was saved of them. A run whose agent is
    /// not there any more is ended as failed.
    func unfinishedRuns(_ scripts: AgentScripts, log: Logger, at now: Instant) async throws -> [RunTicket] {
        let rows = try await relational.query(
            """
            SELECT id, thread_id, assistant_id, status, metadata_,
                (SELECT content FROM messages WHERE run_id = runs.id AND role = 'user' ORDER BY position LIMIT 1) AS message
            FROM runs WHERE announced_at IS NULL ORDER BY created_at, id
            """)
        var tickets: [RunTicket] = []
        for row in rows {
            guard let id = row["id"].text, let thread = row["thread_id"].text, let name = row["assistant_id"].text,
                let user = row["metadata_"].json["user_id"]?.string, let status = row["status"].text
            else { continue }
            guard let script = try? scripts.script(name) else {
                log.error("run \(id) cannot go on: no agent is named '\(name)' any more")
                _ = try await relational.query(
                    "UPDATE runs SET status = 'failed', failed_at = $1, announced_at = $1, last_error = $2 WHERE id = $3",
                    [.integer(now.seconds), .json(["message": "The agent is not there any more."]), .text(id)])
                continue
            }
            let message = row["message"].json.array?.first?["text"]?["value"]?.string ?? ""
            let order = RunOrder(
                runID: id, threadID: thread, userID: user, message: message, script: script, scripts: scripts)
            tickets.append(
                RunTicket(order: order, saved: try await savedRun(of: order, isCancelled: status == "cancelled", at: now)))
        }
        return tickets
    }

    private func savedRun(of order: RunOrder, isCancelled: Bool, at now: Instant) async throws -> RunTicket.SavedRun? {
        let rows = try await relational.query(
            "SELECT state, events FROM agent_state_checkpoints WHERE run_id = $1 ORDER BY version", [.text(order.runID)])
        let events = rows.flatMap { $0["events"].json.array ?? [] }.compactMap(RunEvent.init(saved:))
        let fresh = RunState(stages: [order.script.workflow?.first ?? order.script.name], beginning: now)
        guard let state = rows.last.flatMap({ RunState($0["state"].json) }) else {
            return isCancelled ? RunTicket.SavedRun(state: fresh, events: [], isCancelled: true) : nil
        }
        // The fixtures may have changed since: then the run begins again rather than at a step that is not there.
        let names = order.scripts.names
        let isUsable =
            state.stages.allSatisfy(names.contains) && order.scripts[state.stages[state.stage]].steps.indices.contains(state.step)
        return RunTicket.SavedRun(
            state: isUsable || state.phase != .running ? state : fresh, events: events, isCancelled: isCancelled)
    }
}
