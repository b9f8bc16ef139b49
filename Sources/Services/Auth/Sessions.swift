// What the cache knows of tokens: which sessions are open, which refresh tokens were used, which tokens were revoked.

import Kernel
import StoreKit
import Wire

/// Sessions and revocations in the cache.
///
/// A session is open while its key is there. A cache that loses its keys closes sessions; it never revives a token.
struct Sessions: Sendable {
    let cache: any CacheStore
    /// How long a session stays open without a refresh.
    let lifetime: Duration

    /// Opens a session.
    func open(_ id: String, userID: String, at now: Instant) async throws {
        let session: JSONValue = [
            "session_id": .string(id), "user_id": .string(userID), "created_at": .string(now.description),
        ]
        try await cache.set(key(id), session.text, expiry: lifetime)
    }

    /// Whether the token with these claims is still good: its session is open, or it has none and was not revoked.
    func isGood(_ claims: TokenClaims) async throws -> Bool {
        if let id = claims.sessionID { return try await cache.get(key(id)) != nil }
        return try await cache.get(revocationKey(claims.id)) == nil
    }

    /// Takes the one use of a refresh token and prolongs its session; whether both could be done. Of several calls with
    /// one token, even at once, exactly one succeeds.
    func use(_ claims: TokenClaims, at now: Instant) async throws -> Bool {
        guard let id = claims.sessionID else { return false }
        let left = Duration.seconds(claims.expiresAt - now.seconds)
        guard try await cache.setIfAbsent("auth:refresh:used:" + claims.id, "1", expiry: left) else { return false }
        return try await cache.expire(key(id), after: lifetime)
    }

    /// Closes a session: none of its tokens is good any more.
    func close(_ id: String) async throws { try await cache.delete(key(id)) }

    /// Revokes a token that belongs to no session, until it expires.
    func revoke(tokenID: String, until expiresAt: Int64, at now: Instant) async throws {
        guard expiresAt > now.seconds else { return }
        try await cache.set(revocationKey(tokenID), "1", expiry: .seconds(expiresAt - now.seconds))
    }

    private func key(_ id: String) -> String { "auth:session:" + id }
    private func revocationKey(_ tokenID: String) -> String { "auth:blacklist:tokens:" + tokenID }
}
