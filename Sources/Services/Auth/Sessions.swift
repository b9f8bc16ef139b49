// What the cache knows of tokens: which sessions are open, which refresh tokens were used, which tokens were revoked.

import Kernel
import ServiceKit
import StoreKit
import Synchronization
import Wire

/// An open session, as the cache keeps it.
struct SessionRecord: Sendable, Equatable {
    let id: String
    let userID: String
    let email: String
    let permissions: [String]
    /// The application that got the session's tokens by OAuth; nil for the service's own routes.
    let clientID: String?
    let createdAt: String

    var json: JSONValue {
        [
            "session_id": .string(id), "user_id": .string(userID), "created_at": .string(createdAt),
            "user_data": [
                "email": .string(email), "permissions": .array(permissions.map(JSONValue.string)),
                "client_id": JSONValue(clientID),
            ],
        ]
    }

    init(id: String, userID: String, email: String, permissions: [String], clientID: String?, createdAt: String) {
        (self.id, self.userID, self.email) = (id, userID, email)
        (self.permissions, self.clientID, self.createdAt) = (permissions, clientID, createdAt)
    }

    init?(_ text: String) {
        guard let json = try? JSONValue(json: text), let id = json["session_id"]?.string,
            let userID = json["user_id"]?.string, let createdAt = json["created_at"]?.string, let data = json["user_data"],
            let email = data["email"]?.string, let permissions = data["permissions"]?.array
        else { return nil }
        (self.id, self.userID, self.email, self.createdAt) = (id, userID, email, createdAt)
        self.permissions = permissions.compactMap(\.string)
        clientID = data["client_id"]?.string
    }
}

/// Sessions and revocations in the cache.
///
/// A session is open while its key is there: `session:{id}` is the family of all tokens that come of one login. A cache
/// that loses its keys closes sessions; it never revives a token. `user_sessions:{user}` is the set of a user's sessions.
struct Sessions: Sendable {
    let cache: any CacheStore
    /// How long a session stays open without a refresh.
    let lifetime: Duration
    /// The sessions that this process opened; nil unless a deviation keeps them here.
    let inProcess: ProcessSessions?
    /// Sessions that were closed in this process alone; nil except for a planted bug.
    let closedInProcess: ProcessSessions?
    /// Refresh tokens that were used in this process; nil except for a planted bug.
    let usedInProcess: ProcessSessions?

    /// What becomes of the use of a refresh token.
    enum Use {
        /// It was the first: the session goes on.
        case first(SessionRecord)
        /// It was not the first: the session is closed, for one of the two holders is a thief (RFC 9700 section 4.14.2).
        case repeated
        /// There is no such session any more.
        case ended
    }

    /// Opens a session.
    func open(_ session: SessionRecord) async throws {
        try await cache.set(key(session.id), session.json.text, expiry: lifetime)
        try await cache.addMember(userKey(session.userID), session.id)
        try await cache.expire(userKey(session.userID), after: lifetime)
        _ = inProcess?.add(session.id)
    }

    /// An open session.
    func session(_ id: String) async throws -> SessionRecord? {
        if let inProcess, !inProcess.contains(id) { return nil }
        if let closedInProcess, closedInProcess.contains(id) { return nil }
        return try await cache.get(key(id)).flatMap(SessionRecord.init)
    }

    /// Whether the token with these claims is still good: it was not revoked, and its session is open, if it has one.
    func isGood(_ claims: TokenClaims) async throws -> Bool {
        if let id = claims.sessionID, try await !isOpen(id) { return false }
        return try await !isRevoked(tokenID: claims.id)
    }

    /// Whether a token was revoked by itself, not with its session.
    func isRevoked(tokenID: String) async throws -> Bool { try await cache.get(revocationKey(tokenID)) != nil }

    /// Whether a session is open.
    func isOpen(_ id: String) async throws -> Bool {
        if let inProcess, !inProcess.contains(id) { return false }
        if let closedInProcess, closedInProcess.contains(id) { return false }
        return try await cache.get(key(id)) != nil
    }

    /// Takes the one use of a refresh token and prolongs its session. Of several calls with one token, even at once, at
    /// most one is the first; any other closes the session, unless `allowingRepeats`.
    func use(_ claims: TokenClaims, at now: Instant, allowingRepeats: Bool) async throws -> Use {
        guard let id = claims.sessionID, let session = try await session(id) else { return .ended }
        let left = Duration.seconds(max(1, claims.expiresAt - now.seconds))
        let isFirst =
            if let usedInProcess {
                usedInProcess.add(claims.id)
            } else {
                try await cache.setIfAbsent("refresh_token:" + claims.id, "used", expiry: left)
            }
        guard isFirst || allowingRepeats else {
            try await close(session.id, userID: session.userID)
            return .repeated
        }
        // Prolonged, not written again: a session that is closed at the same time stays closed.
        guard try await cache.expire(key(id), after: lifetime) else { return .ended }
        try await cache.expire(userKey(session.userID), after: lifetime)
        return .first(session)
    }

    /// Closes a session: none of its tokens is good any more.
    func close(_ id: String, userID: String) async throws {
        if let closedInProcess {
            _ = closedInProcess.add(id)
            return
        }
        try await cache.delete(key(id))
        try await cache.removeMember(userKey(userID), id)
    }

    /// A user's open sessions, the oldest first, each with the time it has left.
    func sessions(of userID: String) async throws -> [(session: SessionRecord, left: Duration)] {
        var open: [(session: SessionRecord, left: Duration)] = []
        for id in try await cache.members(userKey(userID)) {
            guard let session = try await session(id), let left = try await cache.timeToLive(key(id)) else {
                try await cache.removeMember(userKey(userID), id)
                continue
            }
            open.append((session, left))
        }
        return open.sorted { ($0.session.createdAt, $0.session.id) < ($1.session.createdAt, $1.session.id) }
    }

    /// Revokes a token until it expires.
    func revoke(tokenID: String, until expiresAt: Int64, at now: Instant) async throws {
        guard expiresAt > now.seconds else { return }
        try await cache.set(revocationKey(tokenID), "1", expiry: .seconds(expiresAt - now.seconds))
    }

    /// Prolongs a session by writing it again, however long that takes: the planted bug
    /// ``ServiceKit/Deviation/sessionWrittenBehind``.
    func rewrite(_ id: String) async throws {
        guard let session = try await session(id) else { return }
        await Task.yield()
        try await cache.set(key(id), session.json.text, expiry: lifetime)
    }

    private func key(_ id: String) -> String { "session:" + id }
    private func userKey(_ userID: String) -> String { "user_sessions:" + userID }
    private func revocationKey(_ tokenID: String) -> String { "auth:blacklist:tokens:" + tokenID }
}

/// The sessions that one process opened.
final class ProcessSessions: Sendable {
    private let ids = Mutex<Set<String>>([])

    /// Adds an id. Returns whether it is new.
    func add(_ id: String) -> Bool { ids.withLock { $0.insert(id).inserted } }
    func contains(_ id: String) -> Bool { ids.withLock { $0.contains(id) } }
}
