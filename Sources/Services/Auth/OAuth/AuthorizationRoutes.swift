// Authorization for applications: the consent page, the token endpoint and the user info.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/oauth/authorize`, `/oauth/token` and `/oauth/userinfo`.
    static func addAuthorizationRoutes(to routes: RouteBuilder<FakeAuth>) {
        for method in [HTTPRequest.Method.get, .post] {
            routes.on(method, "/oauth/authorize") { auth, request, _ in
                try await auth.authorize(request, auth.ownRealm(request))
            }
            routes.on(method, "/oauth/userinfo") { auth, request, _ in try await auth.userInfo(request) }
        }
        routes.post("/oauth/token") { auth, request, _ in try await auth.issue(request) }
    }

    /// This service as an authorization server.
    func ownRealm(_ request: Request) -> AuthorizationRealm {
        AuthorizationRealm(
            name: "backlot", issuer: base(of: request), path: "/oauth/authorize", clients: configuration.clients,
            takesRegistrations: true)
    }

    /// The consent page of a realm: a user who is named by `login_hint`, or by `sub` in its form, consents.
    func authorize(_ request: Request, _ realm: AuthorizationRealm) async throws -> Response {
        var fields = request.query
        if request.method == .post {
            guard let form = try await request.form(upTo: configuration.bodyLimit) else {
                throw OAuthError.invalidRequest("The body must be \(FormFields.contentType)")
            }
            fields = form
        }
        let realm = try await realm.naming(fields.nonEmpty("client_id"), self)
        switch AuthorizationRequest.read(fields, in: realm) {
        case .shown(let error): throw error
        case .sentBack(let url): return .found(url)
        case .good(let asked):
            if request.method == .post, fields["deny"] != nil {
                return .found(asked.answer(["error": "access_denied", "error_description": "The user denied access"]))
            }
            guard let user = (request.method == .post ? fields.nonEmpty("sub") : nil) ?? fields.nonEmpty("login_hint"),
                UpstreamUser.isValid(user)
            else { return ConsentPage.response(asked, fields, realm) }
            let grant = AuthorizationGrant(asked, user: user, time: context.clock.now.seconds)
            return .found(asked.answer(["code": try await code(for: grant, in: realm)]))
        }
    }

    /// Reads a request to a realm's token endpoint.
    func tokenRequest(_ request: Request, _ realm: AuthorizationRealm) async throws -> TokenRequest {
        let form = try await oauthForm(request)
        let authorization = request.headers[.authorization]
        let realm = try await realm.naming(ClientAuthentication.claimedID(form, authorization), self)
        return try TokenRequest.read(form, authorization: authorization, clients: realm.clients)
    }

    /// The account that a user named at the consent page, or a new one.
    func account(named user: String) async throws -> Account {
        let person = UpstreamUser(user).person
        if let known = try await accounts.account(email: person.email) { return known }
        let id = identifiers.next("auth_user", for: person.email)
        let own = ProviderUser(id: id, email: person.email, name: person.name, isVerified: true)
        do {
            try await accounts.add(own, of: "local", at: context.clock.now)
        } catch let error as SQLError where error.isDuplicateKey {}
        guard let account = try await accounts.account(email: person.email) else {
            throw OAuthError.invalidGrant("The user is not active any more")
        }
        return account
    }

    /// An id token (OpenID Connect Core section 2).
    func idToken(
        _ grant: AuthorizationGrant, _ person: ProviderUser, _ client: OAuthClient, _ realm: AuthorizationRealm,
        sessionID: String? = nil
    ) async throws -> String {
        let now = context.clock.now.seconds
        var claims: JSONObject = [
            "iss": .string(realm.issuer), "sub": .string(person.id), "aud": .string(client.id), "iat": .integer(now),
            "exp": .integer(now + 3600), "auth_time": .integer(grant.time),
        ]
        if let sessionID { claims["sid"] = .string(sessionID) }
        if let nonce = grant.request.nonce { claims["nonce"] = .string(nonce) }
        let scopes = grant.scope.split(separator: " ")
        if scopes.contains("email") {
            claims["email"] = .string(person.email)
            claims["email_verified"] = .bool(person.isVerified)
        }
        if scopes.contains("profile") { claims["name"] = .string(person.name) }
        return try await keyStore.identityKey().sign(.object(claims))
    }

    private func userInfo(_ request: Request) async throws -> Response {
        let claims = try await bearer(request)
        let account = try await accounts.account(id: claims.subject)
        return .answer([
            "sub": .string(claims.subject), "email": JSONValue(account?.email ?? claims.email),
            "email_verified": .bool(account?.isVerified ?? false), "name": JSONValue(account?.name),
        ])
    }
}

extension AuthorizationRealm {
    /// The realm with the application of an id, where that has registered itself.
    fileprivate func naming(_ id: String?, _ auth: FakeAuth) async throws -> AuthorizationRealm {
        guard takesRegistrations else { return self }
        return AuthorizationRealm(
            name: name, issuer: issuer, path: path, clients: try await auth.clients(naming: [id]), takesRegistrations: true)
    }
}
