// Runs in the store: begun with the user's message, saved after every step, ended with the answer or a reason.

import Kernel
import ServiceKit
import StoreKit
import Wire

extension AgentStore {
    /// Saves a user's message and the run that answers it, in a new thread where none is named. Nil where the user
    /// has no such thread.
    func beginRun(
        _ message: String, by script: AgentScript, in threadID: String?, of userID: String, at now: Instant
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
                message: message, script: script)
            let progress = RunProgress(step: 0, steps: script.steps.count)
            try await session.query(
                """
                INSERT INTO runs (id, object, created_at, thread_id, assistant_id, status, started_at, metadata_)
                VALUES ($1, 'thread.run', $2, $3, $4, 'started', $5, $6)
                """,
                [
                    .text(order.runID), .integer(now.seconds), .text(thread), .text(script.name), .integer(now.seconds),
                    Self.metadata(order, progress),
                ])
            let record = NewMessage(threadID: thread, role: .user, content: message, runID: order.runID)
            _ = try await append(record, session, at: now)
            return order
        }
    }

    private static func metadata(_ order: RunOrder, _ progress: RunProgress) -> SQLValue {
        .json([
            "user_id": .string(order.userID), "current_step": JSONValue(progress.step),
            "total_steps": JSONValue(progress.steps),
        ])
    }

    /// Saves how far a run has come.
    func save(_ progress: RunProgress, of order: RunOrder) async throws {
        _ = try await relational.query(
            "UPDATE runs SET status = 'running', metadata_ = $1 WHERE id = $2",
            [Self.metadata(order, progress), .text(order.runID)])
    }

    /// Saves the answer and the end of a run together, so that nobody sees one without the other.
    func complete(_ order: RunOrder, answer: String, at now: Instant) async throws {
        let steps = order.script.steps.count
        try await transaction { session in
            let message = NewMessage(
                threadID: order.threadID, role: .assistant, content: answer, runID: order.runID, agent: order.script.name)
            _ = try await append(message, session, at: now)
            try await session.query(
                "UPDATE runs SET status = 'completed', completed_at = $1, metadata_ = $2 WHERE id = $3",
                [
                    .integer(now.seconds), Self.metadata(order, RunProgress(step: steps, steps: steps)),
                    .text(order.runID),
                ])
        }
    }

    /// Saves that a run has failed, and why.
    func fail(_ order: RunOrder, reason: String, at now: Instant) async throws {
        _ = try await relational.query(
            "UPDATE runs SET status = 'failed', failed_at = $1, last_error = $2 WHERE id = $3",
            [.integer(now.seconds), .json(["message": .string(reason)]), .text(order.runID)])
    }

    /// The state of a user's run as clients see it; nil where the user has no such run.
    func runStatus(_ runID: String, of userID: String) async throws -> JSONValue? {
        let rows = try await relational.query(
            """
            SELECT thread_id, assistant_id, status, last_error, created_at, started_at, completed_at, failed_at, metadata_
            FROM runs WHERE id = $1 AND metadata_ ->> 'user_id' = $2
            """, [.text(runID), .text(userID)])
        guard let row = rows.first else { return nil }
        let metadata = row["metadata_"].json
        func time(_ column: String) -> JSONValue { row[column].integer.map(JSONValue.integer) ?? .null }
        return [
            "run_id": .string(runID), "thread_id": JSONValue(row["thread_id"].text), "user_id": .string(userID),
            "agent_name": JSONValue(row["assistant_id"].text), "status": JSONValue(row["status"].text),
            "current_step": metadata["current_step"] ?? nil, "total_steps": metadata["total_steps"] ?? nil,
            "error": row["last_error"].json["message"] ?? nil, "created_at": time("created_at"),
            "started_at": time("started_at"), "completed_at": time("completed_at"), "failed_at": time("failed_at"),
        ]
    }
}
