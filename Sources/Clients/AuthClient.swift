// The typed caller of the auth service.

public import Wire

/// Calls an auth service. Every method throws ``Wire/CallError``: `unexpectedStatus` for an answer with another status
/// than success, with the body, and what the connection throws.
public struct AuthClient: Sendable {
    /// A user as the answers to registering and logging in name one.
    public struct User: Sendable, Hashable {
        /// The user's id, the `sub` of the tokens.
        public let id: String
        /// The e-mail address.
        public let email: String
        /// The name; absent after a login.
        public let name: String?

        init?(_ json: JSONValue) {
            guard let id = json["id"]?.string, let email = json["email"]?.string, json.isOptional("name", \.string)
            else { return nil }
            self.id = id
            self.email = email
            name = json["name"]?.string
        }
    }

    /// New tokens.
    public struct Tokens: Sendable, Hashable {
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

        init?(_ json: JSONValue) {
            guard let access = json["access_token"]?.string, let refresh = json["refresh_token"]?.string,
                let type = json["token_type"]?.string, let seconds = json["expires_in"]?.integer,
                json.isOptional("user", User.init)
            else { return nil }
            (accessToken, refreshToken, tokenType, expiresIn) = (access, refresh, type, seconds)
            user = json["user"].flatMap(User.init)
        }
    }

    /// The user behind a token.
    public struct Profile: Sendable, Hashable {
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

        init?(_ json: JSONValue) {
            guard let userID = json["user_id"]?.string, let permissions = json["permissions"]?.array,
                let expiry = json["token_expires_at"]?.string, permissions.allSatisfy({ $0.string != nil }),
                json.isOptional("email", \.string), json.isOptional("name", \.string)
            else { return nil }
            self.userID = userID
            email = json["email"]?.string
            name = json["name"]?.string
            self.permissions = permissions.compactMap(\.string)
            tokenExpiresAt = expiry
        }
    }

    /// What the service says of a token.
    public struct Verification: Sendable, Hashable {
        /// Whether it is good.
        public let isValid: Bool
        /// Whose it is, if it is good.
        public let userID: String?
        /// The user's e-mail address, if it is good.
        public let email: String?
        /// Why it is not good.
        public let error: String?

        init?(_ json: JSONValue) {
            guard let isValid = json["valid"]?.bool,
                ["user_id", "email", "error"].allSatisfy({ json.isOptional($0, \.string) })
            else { return nil }
            self.isValid = isValid
            userID = json["user_id"]?.string
            email = json["email"]?.string
            error = json["error"]?.string
        }
    }

    let caller: Caller

    /// A client that calls through `caller`.
    public init(_ caller: Caller) { self.caller = caller }

    /// Makes a new user and logs in (POST `/auth/register`). Status 409: the e-mail address is taken.
    public func register(email: String, password: String, name: String) async throws -> Tokens {
        let body: JSONValue = ["email": .string(email), "password": .string(password), "name": .string(name)]
        return try await caller.result(of: .post("/auth/register", value: body), as: Tokens.init)
    }

    /// Logs in (POST `/auth/login`). Status 401: no such user, or another password.
    public func login(email: String, password: String) async throws -> Tokens {
        let body: JSONValue = ["email": .string(email), "password": .string(password)]
        return try await caller.result(of: .post("/auth/login", value: body), as: Tokens.init)
    }

    /// Exchanges a refresh token for new tokens, once (POST `/auth/refresh`). Status 401: it is no good, or was used.
    public func refresh(_ refreshToken: String) async throws -> Tokens {
        try await caller.result(of: .post("/auth/refresh", value: ["refresh_token": .string(refreshToken)]), as: Tokens.init)
    }

    /// Ends the session of an access token: it and its refresh token are no good any more (POST `/auth/logout`).
    public func logout(_ accessToken: String) async throws {
        _ = try await caller.reply(to: .post("/auth/logout").bearer(accessToken))
    }

    /// Who one is (GET `/auth/me`). Status 401: the token is no good.
    public func me(_ accessToken: String) async throws -> Profile {
        try await caller.result(of: .get("/auth/me").bearer(accessToken), as: Profile.init)
    }

    /// Asks whether an access token is good (GET `/auth/verify`). A bad token is an answer, not an error.
    public func verify(_ accessToken: String) async throws -> Verification {
        try await caller.result(of: .get("/auth/verify").bearer(accessToken), as: Verification.init)
    }
}
