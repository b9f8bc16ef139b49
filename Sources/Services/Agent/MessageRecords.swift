// Messages in the store: every one has its position in its thread, counted from 1.

import Kernel
import ServiceKit
import StoreKit
import Wire

/// Who a message is by.
enum MessageRole: String, Sendable {
    case user
    case assistant
}

/// A message of a thread.
struct MessageRecord: Sendable, Equatable {
    let id: String
    let role: String
    let content: String
    let createdAt: Int64
    let metadata: JSONValue

    /// The message as clients see it.
    var json: JSONValue {
        [
            "id": .string(id), "role": .string(role), "content": .string(content), "created_at": .integer(createdAt),
            "metadata": metadata,
        ]
    }
}

/// A message that is to be written.
struct NewMessage: Sendable {
    let threadID: String
    let role: MessageRole
    let content: String
    var metadata: JSONValue = [:]
    var runID: String?
    var agent: String?
}

extension AgentStore {
    /// Appends a message to a thread within a transaction.
    func append(_ message: NewMessage, _ session: SQLSession, at now: Instant) async throws -> MessageRecord {
        let last = try await session.query(
            "SELECT max(position) AS last FROM messages WHERE thread_id = $1", [.text(message.threadID)]
        ).first?["last"].integer
        let id = chance.uuid("message", for: message.threadID)
        let content: JSONValue = [["type": "text", "text": ["value": .string(message.content)]]]
        var metadata = message.metadata
        if let run = message.runID { metadata["run_id"] = .string(run) }
        try await session.query(
            """
            INSERT INTO messages (id, object, created_at, thread_id, position, role, content, assistant_id, run_id, metadata_)
            VALUES ($1, 'thread.message', $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                .text(id), .integer(now.seconds), .text(message.threadID), .integer((last ?? 0) + 1),
                .text(message.role.rawValue), .json(content), message.agent.map(SQLValue.text) ?? .null,
                message.runID.map(SQLValue.text) ?? .null, .json(metadata),
            ])
        try await session.query(
            "UPDATE threads SET updated_at = $1 WHERE id = $2", [.integer(now.seconds), .text(message.threadID)])
        return MessageRecord(
            id: id, role: message.role.rawValue, content: message.content, createdAt: now.seconds, metadata: metadata)
    }

    /// Appends a user's message; nil where the user has no such thread.
    func append(_ message: NewMessage, of userID: String, at now: Instant) async throws -> MessageRecord? {
        try await transaction { session in
            guard try await thread(session, message.threadID, of: userID) != nil else { return nil }
            return try await append(message, session, at: now)
        }
    }

    /// A page of a thread's messages, the oldest first, and how many there are; nil where the user has no such thread.
    /// Of anybody's thread where `userID` is nil.
    func messages(
        in threadID: String, of userID: String?, limit: Int, offset: Int
    ) async throws -> (page: [MessageRecord], total: Int64)? {
        let anybodys = userID == nil ? try await thread(threadID, of: nil) : nil
        return try await transaction { session in
            let own = if let userID { try await thread(session, threadID, of: userID) } else { anybodys }
            guard let thread = own else { return nil }
            let rows = try await session.query(
                """
                SELECT id, role, content, created_at, metadata_ FROM messages WHERE thread_id = $1
                ORDER BY position LIMIT $2 OFFSET $3
                """, [.text(threadID), .integer(Int64(limit)), .integer(Int64(offset))])
            let page = rows.map { row in
                MessageRecord(
                    id: row["id"].text ?? "", role: row["role"].text ?? "",
                    content: row["content"].json.array?.first?["text"]?["value"]?.string ?? "",
                    createdAt: row["created_at"].integer ?? 0, metadata: row["metadata_"].json)
            }
            return (page, thread.messageCount)
        }
    }
}
