// Threads in the store. Every query names the user; an archived thread is not there.

import HTTPTypes
import Kernel
import ServiceKit
import StoreKit
import Wire

/// A conversation thread.
struct ThreadRecord: Sendable, Equatable {
    let id: String
    let createdAt: Int64
    let updatedAt: Int64
    let metadata: JSONValue
    let messageCount: Int64

    fileprivate init(_ row: Row) {
        id = row["id"].text ?? ""
        createdAt = row["created_at"].integer ?? 0
        updatedAt = row["updated_at"].integer ?? 0
        metadata = row["metadata_"].json
        messageCount = row["message_count"].integer ?? 0
    }

    /// The thread as clients see it.
    var json: JSONValue {
        [
            "id": .string(id), "object": "thread", "title": metadata["title"] ?? nil, "created_at": .integer(createdAt),
            "updated_at": .integer(updatedAt), "metadata": metadata, "message_count": .integer(messageCount),
        ]
    }
}

extension AgentStore {
    private static let selection = """
        SELECT id, created_at, updated_at, metadata_,
            (SELECT count(*) FROM messages WHERE messages.thread_id = threads.id) AS message_count
        FROM threads
        """

    /// Inserts a thread within a transaction and returns its id. What the client calls metadata cannot change what
    /// the service keeps there: whose thread it is, above all.
    func insertThread(
        _ session: SQLSession, of userID: String, title: String?, metadata: JSONValue = [:], at now: Instant
    ) async throws -> String {
        let id = "thread_" + chance.hex("thread", for: userID, digits: 16)
        let own: JSONObject = [
            "user_id": .string(userID), "title": JSONValue(title), "status": "active", "created_at": .integer(now.seconds),
        ]
        let merged = (metadata.object ?? [:]).merging(own)
        try await session.query(
            "INSERT INTO threads (id, object, created_at, updated_at, metadata_) VALUES ($1, 'thread', $2, $3, $4)",
            [.text(id), .integer(now.seconds), .integer(now.seconds), .json(.object(merged))])
        return id
    }

    /// Creates a thread.
    func createThread(of userID: String, title: String?, metadata: JSONValue, at now: Instant) async throws -> ThreadRecord {
        try await transaction { session in
            let id = try await insertThread(session, of: userID, title: title, metadata: metadata, at: now)
            guard let thread = try await thread(session, id, of: userID) else {
                throw SQLError(state: "02000", message: "A thread that was just inserted is not there.")
            }
            return thread
        }
    }

    /// A thread of the user, within a transaction.
    func thread(_ session: SQLSession, _ id: String, of userID: String) async throws -> ThreadRecord? {
        try await session.query(
            "\(Self.selection) WHERE id = $1 AND metadata_ ->> 'user_id' = $2 AND deleted_at IS NULL",
            [.text(id), .text(userID)]
        ).first.map(ThreadRecord.init)
    }

    /// A thread of the user; of anybody where `userID` is nil.
    func thread(_ id: String, of userID: String?) async throws -> ThreadRecord? {
        guard let userID else {
            return try await relational.query("\(Self.selection) WHERE id = $1 AND deleted_at IS NULL", [.text(id)])
                .first.map(ThreadRecord.init)
        }
        return try await relational.query(
            "\(Self.selection) WHERE id = $1 AND metadata_ ->> 'user_id' = $2 AND deleted_at IS NULL",
            [.text(id), .text(userID)]
        ).first.map(ThreadRecord.init)
    }

    /// Why a user does not get a thread: it is another's, or there is none.
    func refusal(ofThread id: String) async throws -> ServiceError {
        let rows = try await relational.query("SELECT id FROM threads WHERE id = $1 AND deleted_at IS NULL", [.text(id)])
        return rows.isEmpty ? ServiceError(.notFound, "Thread not found") : ServiceError(.forbidden, "Access denied")
    }

    /// Why a user does not get a run: it is another's, or there is none.
    func refusal(ofRun id: String) async throws -> ServiceError {
        let rows = try await relational.query("SELECT id FROM runs WHERE id = $1", [.text(id)])
        return rows.isEmpty ? ServiceError(.notFound, "Agent run not found") : ServiceError(.forbidden, "Access denied")
    }

    /// The user's threads, the last changed first; everybody's where `userID` is nil.
    func threads(of userID: String?, limit: Int, offset: Int) async throws -> [ThreadRecord] {
        let owner = userID == nil ? "" : "metadata_ ->> 'user_id' = $3 AND"
        return try await relational.query(
            """
            \(Self.selection) WHERE \(owner) deleted_at IS NULL
            ORDER BY updated_at DESC, created_at DESC, id LIMIT $1 OFFSET $2
            """, [.integer(Int64(limit)), .integer(Int64(offset))] + (userID.map { [.text($0)] } ?? [])
        ).map(ThreadRecord.init)
    }

    /// Changes a thread's title and adds to its metadata, whichever is given; nil where the user has no such thread.
    func updateThread(
        _ id: String, of userID: String, title: String?, metadata: JSONValue?, at now: Instant
    ) async throws -> ThreadRecord? {
        if writesTitlesApart, title != nil, metadata != nil {
            return try await updateApart(id, of: userID, title: title, metadata: metadata, at: now)
        }
        return try await transaction { session in
            guard let thread = try await thread(session, id, of: userID) else { return nil }
            var merged = thread.metadata.object ?? [:]
            for member in metadata?.object ?? [:] where !Self.ownMetadata.contains(member.key) {
                merged[member.key] = member.value
            }
            if let title { merged["title"] = .string(title) }
            try await session.query(
                "UPDATE threads SET metadata_ = $1, updated_at = $2 WHERE id = $3",
                [.json(.object(merged)), .integer(now.seconds), .text(id)])
            return try await self.thread(session, id, of: userID)
        }
    }

    /// Writes title and metadata at once and apart, each over the whole of what it read: the planted bug
    /// ``ServiceKit/Deviation/titleWrittenApart``.
    private func updateApart(
        _ id: String, of userID: String, title: String?, metadata: JSONValue?, at now: Instant
    ) async throws -> ThreadRecord? {
        @Sendable func write(_ title: String?, _ metadata: JSONValue?) async throws {
            guard let thread = try await thread(id, of: userID) else { return }
            await Task.yield()
            var merged = thread.metadata.object ?? [:]
            for member in metadata?.object ?? [:] where !Self.ownMetadata.contains(member.key) {
                merged[member.key] = member.value
            }
            if let title { merged["title"] = .string(title) }
            _ = try await relational.query(
                "UPDATE threads SET metadata_ = $1, updated_at = $2 WHERE id = $3",
                [.json(.object(merged)), .integer(now.seconds), .text(id)])
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await write(title, nil) }
            tasks.addTask {
                for _ in 0..<2 { await Task.yield() }
                try await write(nil, metadata)
            }
            try await tasks.waitForAll()
        }
        return try await thread(id, of: userID)
    }

    private static let ownMetadata: Set<String> = ["user_id", "title", "status", "created_at"]

    /// Archives a thread; whether the user had it.
    func archiveThread(_ id: String, of userID: String, at now: Instant) async throws -> Bool {
        try await transaction { session in
            guard try await thread(session, id, of: userID) != nil else { return false }
            try await session.query(
                "UPDATE threads SET deleted_at = $1 WHERE id = $2", [.integer(now.seconds), .text(id)])
            return true
        }
    }
}
