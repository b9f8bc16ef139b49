// The table of users.

import Kernel
import ServiceKit
import StoreKit
import Wire

/// A user as the service stores one.
struct Account: Sendable {
    let id: String
    let email: String
    let name: String
    let password: PasswordHash
    let provider: String
    let isVerified: Bool
    let createdAt: String
    let lastLoginAt: String?
    /// Until when wrong passwords have locked the account.
    let lockedUntil: String?
}

/// The users in the relational store: `auth_users`. Times are texts in ISO 8601.
struct Accounts: Sendable {
    let store: any RelationalStore

    private static let columns = """
        id, email, full_name, hashed_password, auth_provider, created_at, last_login_at, locked_until, \
        CASE WHEN is_verified THEN 1 ELSE 0 END AS is_verified
        """

    /// Creates the table where it is missing. No two users have e-mail addresses that differ only in case.
    func prepare() async throws {
        _ = try await store.query(
            """
            CREATE TABLE IF NOT EXISTS auth_users (
                id TEXT PRIMARY KEY, email TEXT NOT NULL, full_name TEXT NOT NULL, hashed_password TEXT,
                auth_provider TEXT NOT NULL DEFAULT 'local', provider_user_id TEXT, provider_data TEXT,
                is_active BOOLEAN NOT NULL DEFAULT TRUE, is_verified BOOLEAN NOT NULL DEFAULT FALSE,
                created_at TEXT NOT NULL, updated_at TEXT NOT NULL, last_login_at TEXT,
                failed_login_attempts BIGINT NOT NULL DEFAULT 0, locked_until TEXT)
            """)
        _ = try await store.query("CREATE UNIQUE INDEX IF NOT EXISTS auth_users_email ON auth_users (lower(email))")
    }

    /// Adds a user. Throws ``StoreKit/SQLError`` with 23505 where the e-mail address is taken.
    func add(id: String, email: String, name: String, password: PasswordHash, at now: Instant) async throws {
        _ = try await store.query(
            """
            INSERT INTO auth_users (id, email, full_name, hashed_password, created_at, updated_at, last_login_at)
            VALUES ($1, $2, $3, $4, $5, $5, $5)
            """,
            [.text(id), .text(email), .text(name), .text(password.text), .text(now.description)])
    }

    /// Adds a user whom a provider vouches for, who has no password. Throws ``StoreKit/SQLError`` with 23505 where the id
    /// or the e-mail address is taken.
    func add(_ person: ProviderUser, of provider: String, at now: Instant) async throws {
        _ = try await store.query(
            """
            INSERT INTO auth_users (id, email, full_name, auth_provider, provider_user_id, provider_data, is_verified, \
            created_at, updated_at, last_login_at)
            VALUES ($1, $2, $3, $4, $1, $5, TRUE, $6, $6, $6)
            """,
            [
                .text(person.id), .text(person.email), .text(person.name), .text(provider), .text(person.json.text),
                .text(now.description),
            ])
    }

    /// The active user of a provider's id.
    func account(provider: String, providerUserID: String) async throws -> Account? {
        try await first("provider_user_id = $1 AND auth_provider = $2", providerUserID, provider)
    }

    /// Lets a user who has a password log in by a provider too.
    func link(id: String, to person: ProviderUser, at now: Instant) async throws {
        _ = try await store.query(
            "UPDATE auth_users SET provider_user_id = $1, provider_data = $2, is_verified = TRUE, updated_at = $3 WHERE id = $4",
            [.text(person.id), .text(person.json.text), .text(now.description), .text(id)])
    }

    /// Gives a user another password and name.
    func replacePassword(id: String, name: String, password: PasswordHash, at now: Instant) async throws {
        _ = try await store.query(
            "UPDATE auth_users SET hashed_password = $1, full_name = $2, updated_at = $3 WHERE id = $4",
            [.text(password.text), .text(name), .text(now.description), .text(id)])
    }

    /// Counts a wrong password, and locks the account at the `limit`-th in a row. The end of a lock ends the row.
    func recordFailure(id: String, lockingAt limit: Int, until end: Instant, at now: Instant) async throws {
        _ = try await store.transaction { session in
            try await session.query(
                "UPDATE auth_users SET failed_login_attempts = 0, locked_until = NULL WHERE id = $1 AND locked_until <= $2",
                [.text(id), .text(now.description)])
            try await session.query(
                "UPDATE auth_users SET failed_login_attempts = failed_login_attempts + 1, updated_at = $2 WHERE id = $1",
                [.text(id), .text(now.description)])
            return try await session.query(
                "UPDATE auth_users SET locked_until = $2 WHERE id = $1 AND failed_login_attempts >= $3",
                [.text(id), .text(end.description), .integer(Int64(limit))])
        }
    }

    /// The active user with an e-mail address, whatever its case.
    func account(email: String) async throws -> Account? {
        try await first("lower(email) = lower($1)", email)
    }

    /// The active user with an id.
    func account(id: String) async throws -> Account? { try await first("id = $1", id) }

    func recordLogin(id: String, at now: Instant) async throws {
        _ = try await store.query(
            """
            UPDATE auth_users SET last_login_at = $1, updated_at = $1, failed_login_attempts = 0, locked_until = NULL
            WHERE id = $2
            """, [.text(now.description), .text(id)])
    }

    /// Whether the store answers.
    func isReachable() async -> Bool {
        do {
            _ = try await store.query("SELECT 1")
            return true
        } catch {
            return false
        }
    }

    private func first(_ condition: String, _ values: String...) async throws -> Account? {
        let rows = try await store.query(
            "SELECT \(Self.columns) FROM auth_users WHERE \(condition) AND is_active", values.map(SQLValue.text))
        guard let row = rows.first, let id = row["id"].text, let email = row["email"].text else { return nil }
        return Account(
            id: id, email: email, name: row["full_name"].text ?? "",
            password: PasswordHash(stored: row["hashed_password"].text ?? ""),
            provider: row["auth_provider"].text ?? "local", isVerified: row["is_verified"].integer == 1,
            createdAt: row["created_at"].text ?? "", lastLoginAt: row["last_login_at"].text,
            lockedUntil: row["locked_until"].text)
    }
}
