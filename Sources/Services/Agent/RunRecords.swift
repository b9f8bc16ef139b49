// Runs in the store: begun with the user's message, saved after every step, ended with the answer or a reason.

import Kernel
import ServiceKit
import StoreKit
import Wire

extension AgentStore {
    /// Saves a user's message and the run that answers it, in a new thread where none is named. Nil where the user
    /// has no such thread.
    func beginRun(
        _ message: String, by script: AgentScript, of scripts: AgentScripts, in threadID: String?, of userID: String,
        at now: Instant
    ) async throws -> RunOrder? {
        try await transaction { session in
            let thread: String
            if let threadID {
                guard try await self.thread(session, threadID, of: userID) != nil else { return nil }
                thread = threadID
            } else {
                thread = try await insertThread(session, of: userID, title: String(message.prefix(50)), at: now)
            }
            let order = RunOrder(
                runID: "run_" + chance.hex("run", for: userID, digits: 16), threadID: thread, userID: userID,
                message: message, script: script, scripts: scripts)
            let steps = scripts[script.workflow?.first ?? script.name].steps.count
            try await session.query(
                """
                INSERT INTO runs (id, object, created_at, thread_id, assistant_id, status, started_at, metadata_)
                VALUES ($1, 'thread.run', $2, $3, $4, 'started', $5, $6)
                """,
                [
                    .text(order.runID), .integer(now.seconds), .text(thread), .text(script.name), .integer(now.seconds),
                    .json(["user_id": .string(userID), "total_steps": JSONValue(steps)]),
                ])
            let record = NewMessage(threadID: thread, role: .user, content: message, runID: order.runID)
            _ = try await append(record, session, at: now)
            return order
        }
    }

    /// Saves the answer and the end of a run together, so that nobody sees one without the other. Throws
    /// ``RunCancelled`` where the user was faster.
    func complete(_ order: RunOrder, answer: String, _ checkpoint: RunCheckpoint, at now: Instant) async throws {
        try await transaction { session in
            let ended = try await session.query(
                """
                UPDATE runs SET status = 'completed', completed_at = $1 WHERE id = $2 AND status IN ('started', 'running')
                RETURNING id
                """, [.integer(now.seconds), .text(order.runID)])
            if ended.isEmpty { throw RunCancelled() }
            let thread = savesInWrongThread ? try await previousThread(session, of: order, at: now) : order.threadID
            let message = NewMessage(
                threadID: thread, role: .assistant, content: answer, runID: order.runID, agent: order.script.name)
            _ = try await append(message, session, at: now)
            if savesStates { try await insert(checkpoint, of: order, session, at: now) }
        }
        try await forgetState(of: order)
    }

    /// Whether a run has ended with its answer.
    func isCompleted(_ order: RunOrder) async throws -> Bool {
        let rows = try await relational.query("SELECT status FROM runs WHERE id = $1", [.text(order.runID)])
        return rows.first?["status"].text == "completed"
    }

    /// Puts the answer of a run that fails into its thread: the planted bug ``ServiceKit/Deviation/failedAnswerKept``.
    func keepAnswer(_ answer: String, of order: RunOrder, at now: Instant) async throws {
        let message = NewMessage(
            threadID: order.threadID, role: .assistant, content: answer, runID: order.runID, agent: order.script.name)
        _ = try await transaction { try await append(message, $0, at: now) }
    }

    /// The user's thread before the one of a run; a new one where there is none.
    private func previousThread(_ session: SQLSession, of order: RunOrder, at now: Instant) async throws -> String {
        let rows = try await session.query(
            """
            SELECT id FROM threads WHERE metadata_ ->> 'user_id' = $1 AND id <> $2 AND deleted_at IS NULL
            ORDER BY created_at DESC, id LIMIT 1
            """, [.text(order.userID), .text(order.threadID)])
        if let thread = rows.first?["id"].text { return thread }
        return try await insertThread(session, of: order.userID, title: nil, at: now)
    }

    /// Saves that a run has failed, and why.
    func fail(_ order: RunOrder, reason: String, _ checkpoint: RunCheckpoint, at now: Instant) async throws {
        try await transaction { session in
            try await session.query(
                """
                UPDATE runs SET status = 'failed', failed_at = $1, last_error = $2
                WHERE id = $3 AND status IN ('started', 'running')
                """,
                [.integer(now.seconds), .json(["message": .string(reason)]), .text(order.runID)])
            if savesStates { try await insert(checkpoint, of: order, session, at: now) }
        }
        try await forgetState(of: order)
    }

    /// Saves that the user has cancelled a run; whether it was still under way.
    func cancelRun(_ runID: String, of userID: String, at now: Instant) async throws -> Bool {
        let cancelled = try await relational.query(
            """
            UPDATE runs SET status = 'cancelled', cancelled_at = $1
            WHERE id = $2 AND metadata_ ->> 'user_id' = $3 AND status IN ('started', 'running') RETURNING id
            """, [.integer(now.seconds), .text(runID), .text(userID)])
        return !cancelled.isEmpty
    }

    /// Saves that the last event of a run was sent.
    func announce(_ order: RunOrder, at now: Instant) async throws {
        _ = try await relational.query(
            "UPDATE runs SET announced_at = $1 WHERE id = $2", [.integer(now.seconds), .text(order.runID)])
    }

    private static let statusSelection = """
        SELECT id, thread_id, assistant_id, status, last_error, created_at, started_at, completed_at, failed_at,
            cancelled_at, metadata_,
            (SELECT step FROM agent_state_checkpoints AS c WHERE c.run_id = runs.id ORDER BY version DESC LIMIT 1) AS step,
            (SELECT steps FROM agent_state_checkpoints AS c WHERE c.run_id = runs.id ORDER BY version DESC LIMIT 1) AS steps,
            (SELECT state ->> 'total_tokens' FROM agent_state_checkpoints AS c WHERE c.run_id = runs.id
                ORDER BY version DESC LIMIT 1) AS used,
            (SELECT sum(total_tokens) FROM token_charges WHERE run_id = runs.id) AS charged
        FROM runs
        """

    /// The state of a user's run as clients see it; nil where the user has no such run.
    func runStatus(_ runID: String, of userID: String) async throws -> JSONValue? {
        try await relational.query(
            "\(Self.statusSelection) WHERE id = $1 AND metadata_ ->> 'user_id' = $2", [.text(runID), .text(userID)]
        ).first.map { Self.status($0, userID) }
    }

    /// A page of the user's runs, the last first, of one thread where one is named; and how many there are.
    func runs(
        of userID: String, in threadID: String? = nil, limit: Int, offset: Int
    ) async throws -> (page: [JSONValue], total: Int64) {
        let condition = "metadata_ ->> 'user_id' = $1" + (threadID == nil ? "" : " AND thread_id = $2")
        let parameters: [SQLValue] = [.text(userID)] + (threadID.map { [.text($0)] } ?? [])
        let total = try await relational.query("SELECT count(*) AS n FROM runs WHERE \(condition)", parameters).first?["n"]
            .integer
        let rows = try await relational.query(
            "\(Self.statusSelection) WHERE \(condition) ORDER BY created_at DESC, id LIMIT \(limit) OFFSET \(offset)", parameters)
        return (rows.map { Self.status($0, userID) }, total ?? 0)
    }

    private static func status(_ row: Row, _ userID: String) -> JSONValue {
        let metadata = row["metadata_"].json
        func number(_ column: String) -> JSONValue {
            .integer(row[column].integer ?? row[column].text.flatMap { Int64($0) } ?? 0)
        }
        func time(_ column: String) -> JSONValue { row[column].integer.map(JSONValue.integer) ?? .null }
        return [
            "run_id": JSONValue(row["id"].text), "thread_id": JSONValue(row["thread_id"].text), "user_id": .string(userID),
            "agent_name": JSONValue(row["assistant_id"].text), "status": JSONValue(row["status"].text),
            "current_step": .integer(row["step"].integer ?? 0),
            "total_steps": row["steps"].integer.map(JSONValue.integer) ?? metadata["total_steps"] ?? nil,
            "tokens_used": number("used"), "tokens_charged": number("charged"),
            "error": row["last_error"].json["message"] ?? nil, "created_at": time("created_at"),
            "started_at": time("started_at"), "completed_at": time("completed_at"), "failed_at": time("failed_at"),
            "cancelled_at": time("cancelled_at"),
        ]
    }
}
