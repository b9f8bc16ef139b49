// Logging in as a browser does: by a provider, or to an application that asks for authorization.

import Crypto
import Foundation
import HTTPTypes
import Wire

extension AuthClient {
    /// What an application gets that a user has logged in to by a provider.
    public struct ProviderLogin: Sendable, Hashable {
        /// For the services of the platform.
        public let accessToken: String
        /// For new tokens, once.
        public let refreshToken: String
        /// The user's e-mail address.
        public let email: String
        /// The user's name.
        public let name: String
        /// The page of the application on which the login ended.
        public let page: String
    }

    /// An application that asks for authorization: what the auth service knows of it.
    public struct Application: Sendable, Hashable {
        /// Its id.
        public let clientID: String
        /// Its secret; nil for a public one.
        public let secret: String?
        /// Where it takes its codes.
        public let redirectURI: String

        /// An application from its parts.
        public init(clientID: String, secret: String? = nil, redirectURI: String) {
            (self.clientID, self.secret, self.redirectURI) = (clientID, secret, redirectURI)
        }

        /// The public application that every world knows.
        public static let test = Application(clientID: "backlot-app", redirectURI: "http://localhost:3000/callback")
    }

    /// What an application gets for a code.
    public struct ApplicationTokens: Sendable, Hashable {
        /// For the services of the platform.
        public let accessToken: String
        /// For new tokens, once; absent for an application's own tokens.
        public let refreshToken: String?
        /// Seconds until the access token expires.
        public let expiresIn: Int
        /// What was granted.
        public let scope: String
        /// Who the user is, signed; absent unless `openid` was asked for.
        public let idToken: String?

        init?(_ json: JSONValue) {
            guard let access = json["access_token"]?.string, json["token_type"]?.string == "Bearer",
                let seconds = json["expires_in"]?.integer, let scope = json["scope"]?.string,
                ["refresh_token", "id_token"].allSatisfy({ json.isOptional($0, \.string) })
            else { return nil }
            (accessToken, expiresIn, self.scope) = (access, seconds, scope)
            refreshToken = json["refresh_token"]?.string
            idToken = json["id_token"]?.string
        }
    }

    /// A login that ended with an error instead of tokens.
    public struct LoginRefused: Error, Sendable, Hashable, CustomStringConvertible {
        /// The error's code: `access_denied`.
        public let code: String
        /// What the server says of it.
        public let reason: String

        public var description: String { "the login was refused with \(code): \(reason)" }
    }

    /// A browser that reaches the auth service, with no cookies yet.
    public func browser() -> Browser { Browser(caller) }

    /// Logs in by a provider (GET `/auth/login?provider=`): to the provider, back with a code, on to the application.
    /// The provider that is played takes `user` (a name or an e-mail address) for consent. Throws ``LoginRefused``, and
    /// ``Wire/CallError`` where the walk ends with an error of the auth service.
    public func logIn(
        by provider: String = "google", as user: String, in browser: Browser? = nil
    ) async throws -> ProviderLogin {
        let query: FormFields = ["provider": provider, "login_hint": user]
        let page = try await (browser ?? self.browser()).get(query.added(to: "/auth/login"))
        try refuse(page)
        let fields = page.query
        guard let access = fields["access_token"], let refresh = fields["refresh_token"], let email = fields["email"],
            let name = fields["name"], page.place.hasSuffix("/auth/callback")
        else {
            throw CallError.unexpectedBody(
                service: caller.service, request: "GET /auth/login", reason: "it does not lead to tokens but to \(page.place)")
        }
        return ProviderLogin(accessToken: access, refreshToken: refresh, email: email, name: name, page: page.place)
    }

    /// Lets `user` consent to an application (GET `/oauth/authorize`) and returns the code. `challenge` is that of S256.
    /// Throws ``LoginRefused``, and ``Wire/CallError`` where the browser is not sent back to the application.
    public func authorize(
        _ application: Application, as user: String, challenge: String?, state: String, scope: String = "openid email profile",
        nonce: String? = nil
    ) async throws -> String {
        var query: FormFields = [
            "response_type": "code", "client_id": application.clientID, "redirect_uri": application.redirectURI,
            "scope": scope, "state": state, "login_hint": user,
        ]
        query["nonce"] = nonce
        if let challenge {
            query["code_challenge"] = challenge
            query["code_challenge_method"] = "S256"
        }
        let page = try await browser().get(query.added(to: "/oauth/authorize"))
        try refuse(page)
        guard page.place == application.redirectURI, page.query["state"] == state, let code = page.query["code"] else {
            throw CallError.unexpectedBody(
                service: caller.service, request: "GET /oauth/authorize", reason: "it leads to \(page.url)")
        }
        return code
    }

    /// Exchanges a code (POST `/oauth/token`). Status 400 or 401: it is no good.
    public func exchange(_ code: String, verifier: String?, for application: Application) async throws -> ApplicationTokens {
        var form: FormFields = [
            "grant_type": "authorization_code", "code": code, "redirect_uri": application.redirectURI,
        ]
        form["code_verifier"] = verifier
        return try await tokens(form, application)
    }

    /// Exchanges an application's refresh token for new tokens, once (POST `/oauth/token`).
    public func refresh(_ refreshToken: String, for application: Application) async throws -> ApplicationTokens {
        try await tokens(["grant_type": "refresh_token", "refresh_token": refreshToken], application)
    }

    /// The tokens of an application itself (POST `/oauth/token`, `client_credentials`).
    public func clientCredentials(of application: Application) async throws -> ApplicationTokens {
        try await tokens(["grant_type": "client_credentials"], application)
    }

    /// The challenge of a verifier by S256 (RFC 7636 section 4.2).
    public static func challenge(of verifier: String) -> String {
        Data(SHA256.hash(data: Data(verifier.utf8))).base64EncodedString().replacing("+", with: "-")
            .replacing("/", with: "_").replacing("=", with: "")
    }

    private func tokens(_ form: FormFields, _ application: Application) async throws -> ApplicationTokens {
        var form = form
        form["client_id"] = application.clientID
        form["client_secret"] = application.secret
        return try await caller.result(of: .post("/oauth/token", form: form), as: ApplicationTokens.init)
    }

    private func refuse(_ page: Browser.Page) throws {
        if let reply = page.reply, reply.status.kind != .successful {
            throw CallError.unexpectedStatus(
                service: caller.service, request: "GET \(page.place)", status: reply.status.code, body: reply.text)
        }
        if let code = page.query["error"] {
            throw LoginRefused(code: code, reason: page.query["error_description"] ?? "")
        }
    }
}
