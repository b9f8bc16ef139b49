// What services and tests ask of the auth service: judgements of tokens, service tokens, and the bypass.

import HTTPTypes
import Wire

extension AuthClient {
    /// What the service says of a token to other services.
    public struct Validation: Sendable, Hashable {
        /// Whether it is good.
        public let isValid: Bool
        /// Whose it is, if it is good.
        public let userID: String?
        /// The user's e-mail address, if it is good and has one.
        public let email: String?
        /// What the user may do; empty if it is not good.
        public let permissions: [String]
        /// When it expires, in ISO 8601, if it is good.
        public let expiresAt: String?
        /// Why it is not good: `invalid_token`.
        public let error: String?
        /// The same in a sentence.
        public let message: String?

        init?(_ json: JSONValue) {
            guard let isValid = json["valid"]?.bool else { return nil }
            let needed = isValid ? ["user_id", "expires_at"] : ["error", "message"]
            let listed = json["permissions"]?.array ?? []
            guard needed.allSatisfy({ json[$0]?.string != nil }), json.isOptional("email", \.string),
                !isValid || json["permissions"]?.array != nil, listed.allSatisfy({ $0.string != nil })
            else { return nil }
            self.isValid = isValid
            (userID, email, expiresAt) = (json["user_id"]?.string, json["email"]?.string, json["expires_at"]?.string)
            permissions = listed.compactMap(\.string)
            (error, message) = (json["error"]?.string, json["message"]?.string)
        }
    }

    /// A token for calls from service to service.
    public struct ServiceToken: Sendable, Hashable {
        /// The token.
        public let accessToken: String
        /// Seconds until it expires.
        public let expiresIn: Int

        init?(_ json: JSONValue) {
            guard let token = json["access_token"]?.string, json["token_type"]?.string == "Bearer",
                let seconds = json["expires_in"]?.integer
            else { return nil }
            (accessToken, expiresIn) = (token, seconds)
        }
    }

    /// An open session.
    public struct Session: Sendable, Hashable {
        /// Its id, the `sid` of its tokens.
        public let id: String
        /// When it was opened, in ISO 8601.
        public let createdAt: String
        /// When it ends if it is not refreshed, in ISO 8601.
        public let expiresAt: String
        /// When it was opened or last refreshed, in ISO 8601.
        public let lastAccessed: String
        /// Whether it is the session of the token that asked.
        public let isCurrent: Bool

        init?(_ json: JSONValue) {
            guard let id = json["session_id"]?.string, let createdAt = json["created_at"]?.string,
                let expiresAt = json["expires_at"]?.string, let lastAccessed = json["last_accessed"]?.string,
                let isCurrent = json["is_current"]?.bool
            else { return nil }
            (self.id, self.createdAt, self.expiresAt) = (id, createdAt, expiresAt)
            (self.lastAccessed, self.isCurrent) = (lastAccessed, isCurrent)
        }
    }

    /// A user who came in by the bypass, with tokens.
    public struct BypassLogin: Sendable, Hashable {
        /// Tokens and user.
        public let tokens: Tokens
        /// What the answer says that the user may do.
        public let permissions: [String]

        init?(_ json: JSONValue) {
            guard let tokens = Tokens(json), tokens.user != nil, let listed = json["user"]?["permissions"]?.array,
                listed.allSatisfy({ $0.string != nil })
            else { return nil }
            self.tokens = tokens
            permissions = listed.compactMap(\.string)
        }
    }

    /// Asks whether a token is good, as services do (POST `/auth/validate`). A bad token is an answer, not an error.
    public func validate(_ token: String, as kind: String = "access") async throws -> Validation {
        let body: JSONValue = ["token": .string(token), "token_type": .string(kind)]
        return try await caller.result(of: .post("/auth/validate", value: body), as: Validation.init)
    }

    /// Whether a token was revoked, by itself or with its session (POST `/auth/check-blacklist`).
    public func isRevoked(_ token: String) async throws -> Bool {
        let body: JSONValue = ["token": .string(token), "type": "access"]
        return try await caller.result(of: .post("/auth/check-blacklist", value: body)) { $0["blacklisted"]?.bool }
    }

    /// Whether the holder of a token has a permission (POST `/auth/check-permission`).
    public func hasPermission(_ permission: String, token: String) async throws -> Bool {
        let body: JSONValue = ["token": .string(token), "permission": .string(permission)]
        return try await caller.result(of: .post("/auth/check-permission", value: body)) { $0["has_permission"]?.bool }
    }

    /// The open sessions of a user, the oldest first (GET `/auth/sessions`).
    public func sessions(_ accessToken: String) async throws -> [Session] {
        try await caller.result(of: .get("/auth/sessions").bearer(accessToken)) { json in
            guard let list = json["sessions"]?.array else { return nil }
            let sessions = list.compactMap(Session.init)
            return sessions.count == list.count ? sessions : nil
        }
    }

    /// A token for a service (POST `/auth/service-token`). Status 401: wrong id or secret.
    public func serviceToken(id: String, secret: String) async throws -> ServiceToken {
        let body: JSONValue = ["service_id": .string(id), "service_secret": .string(secret)]
        return try await caller.result(of: .post("/auth/service-token", value: body), as: ServiceToken.init)
    }

    /// The service of a service token; nil where it is not good (POST `/auth/validate-service-token`).
    public func service(ofToken token: String) async throws -> String? {
        let answer: JSONValue = try await caller.result(
            of: .post("/auth/validate-service-token", value: ["token": .string(token)])
        ) { json in
            guard let isValid = json["valid"]?.bool, !isValid || json["service_id"]?.string != nil else { return nil }
            return json
        }
        return answer["valid"] == true ? answer["service_id"]?.string : nil
    }

    /// Logs in without a password (POST `/auth/e2e/test-auth`). Status 401: the key is missing or wrong; 503: the service
    /// has none.
    public func bypass(
        key: String?, email: String, name: String = "", permissions: [String] = []
    ) async throws -> BypassLogin {
        var call = Call.post(
            "/auth/e2e/test-auth",
            value: [
                "email": .string(email), "name": .string(name), "simulate_oauth": true,
                "permissions": .array(permissions.map(JSONValue.string)),
            ])
        if let key { call = call.field(.init("X-E2E-Bypass-Key")!, key) }
        return try await caller.result(of: call, as: BypassLogin.init)
    }

    /// Logs in as the developer's user (POST `/auth/dev/login`). Status 403: not in this environment.
    public func developersLogin() async throws -> Tokens {
        try await caller.result(of: .post("/auth/dev/login"), as: Tokens.init)
    }
}
