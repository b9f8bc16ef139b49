// The table of applications that have registered themselves.

import Kernel
import StoreKit
import Wire

/// An application that has registered itself.
struct ClientRegistration: Sendable {
    let client: OAuthClient
    let metadata: ClientMetadata
    /// With what it reads, changes and removes its registration (RFC 7592).
    let accessToken: String
    /// In seconds since the epoch.
    let createdAt: Int64
}

/// The applications in the relational store: `oauth_clients`.
struct RegisteredClients: Sendable {
    let store: any RelationalStore

    /// With what the ids of these applications begin, so that others are not looked for.
    static let idPrefix = "client"

    /// Creates the table where it is missing.
    func prepare() async throws {
        _ = try await store.query(
            """
            CREATE TABLE IF NOT EXISTS oauth_clients (
                id TEXT PRIMARY KEY, secret TEXT, access_token TEXT NOT NULL, metadata TEXT NOT NULL, created_at BIGINT NOT NULL)
            """)
    }

    /// The application of an id; nil where there is none.
    func registration(of id: String) async throws -> ClientRegistration? {
        guard id.hasPrefix(Self.idPrefix + "_") else { return nil }
        let rows = try await store.query(
            "SELECT secret, access_token, metadata, created_at FROM oauth_clients WHERE id = $1", [.text(id)])
        guard let row = rows.first, let json = row["metadata"].text.flatMap({ try? JSONValue(json: $0) })?.object,
            let metadata = try? ClientMetadata(json), let token = row["access_token"].text
        else { return nil }
        return ClientRegistration(
            client: metadata.client(id: id, secret: row["secret"].text), metadata: metadata, accessToken: token,
            createdAt: row["created_at"].integer ?? 0)
    }

    /// Adds an application.
    func add(_ registration: ClientRegistration, secret: String) async throws {
        _ = try await store.query(
            "INSERT INTO oauth_clients (id, secret, access_token, metadata, created_at) VALUES ($1, $2, $3, $4, $5)",
            [
                .text(registration.client.id), .text(secret), .text(registration.accessToken),
                .text(JSONValue.object(registration.metadata.json).text), .integer(registration.createdAt),
            ])
    }

    /// Gives an application other metadata.
    func replace(_ id: String, _ metadata: ClientMetadata) async throws {
        _ = try await store.query(
            "UPDATE oauth_clients SET metadata = $1 WHERE id = $2", [.text(JSONValue.object(metadata.json).text), .text(id)])
    }

    /// Removes an application.
    func remove(_ id: String) async throws { _ = try await store.query("DELETE FROM oauth_clients WHERE id = $1", [.text(id)]) }
}
