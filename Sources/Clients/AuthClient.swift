// The typed caller of the auth service.

public import Wire

/// Calls an auth service. Every method throws ``Wire/CallError``: `unexpectedStatus` for an answer with another status
/// than success, with the body, and what the connection throws.
public struct AuthClient: Sendable {
    /// A user as the answers to registering and logging in name one.
    public struct User: Codable, Sendable, Hashable {
        /// The user's id, the `sub` of the tokens.
        public let id: String
        /// The e-mail address.
        public let email: String
        /// The name; absent after a login.
        public let name: String?
    }

    /// New tokens.
    public struct Tokens: Codable, Sendable, Hashable {
        /// For the services of the platform.
        public let accessToken: String
        /// For new tokens, once.
        public let refreshToken: String
        /// `Bearer`.
        public let tokenType: String
        /// Seconds until the access token expires.
        public let expiresIn: Int
        /// The user; absent after a refresh.
        public let user: User?

        private enum CodingKeys: String, CodingKey {
            case accessToken = "access_token"
            case refreshToken = "refresh_token"
            case tokenType = "token_type"
            case expiresIn = "expires_in"
            case user
        }
    }

    /// The user behind a token.
    public struct Profile: Codable, Sendable, Hashable {
        /// The user's id.
        public let userID: String
        /// The e-mail address.
        public let email: String?
        /// The name, where the service knows the user.
        public let name: String?
        /// What the user may do.
        public let permissions: [String]
        /// When the token expires, in ISO 8601.
        public let tokenExpiresAt: String

        private enum CodingKeys: String, CodingKey {
            case userID = "user_id"
            case email, name, permissions
            case tokenExpiresAt = "token_expires_at"
        }
    }

    /// What the service says of a token.
    public struct Verification: Codable, Sendable, Hashable {
        /// Whether it is good.
        public let isValid: Bool
        /// Whose it is, if it is good.
        public let userID: String?
        /// The user's e-mail address, if it is good.
        public let email: String?
        /// Why it is not good.
        public let error: String?

        private enum CodingKeys: String, CodingKey {
            case isValid = "valid"
            case userID = "user_id"
            case email, error
        }
    }

    private struct Credentials: Encodable {
        let email: String
        let password: String
        var name: String?
    }

    private let caller: Caller

    /// A client that calls through `caller`.
    public init(_ caller: Caller) { self.caller = caller }

    /// Makes a new user and logs in (POST `/auth/register`). Status 409: the e-mail address is taken.
    public func register(email: String, password: String, name: String) async throws -> Tokens {
        let body = Credentials(email: email, password: password, name: name)
        return try await caller.result(of: .post("/auth/register", json: body))
    }

    /// Logs in (POST `/auth/login`). Status 401: no such user, or another password.
    public func login(email: String, password: String) async throws -> Tokens {
        try await caller.result(of: .post("/auth/login", json: Credentials(email: email, password: password)))
    }

    /// Exchanges a refresh token for new tokens, once (POST `/auth/refresh`). Status 401: it is no good, or was used.
    public func refresh(_ refreshToken: String) async throws -> Tokens {
        try await caller.result(of: .post("/auth/refresh", json: ["refresh_token": refreshToken]))
    }

    /// Ends the session of an access token: it and its refresh token are no good any more (POST `/auth/logout`).
    public func logout(_ accessToken: String) async throws {
        _ = try await caller.reply(to: .post("/auth/logout").bearer(accessToken))
    }

    /// Who one is (GET `/auth/me`). Status 401: the token is no good.
    public func me(_ accessToken: String) async throws -> Profile {
        try await caller.result(of: .get("/auth/me").bearer(accessToken))
    }

    /// Asks whether an access token is good (GET `/auth/verify`). A bad token is an answer, not an error.
    public func verify(_ accessToken: String) async throws -> Verification {
        try await caller.result(of: .get("/auth/verify").bearer(accessToken))
    }
}
