// What a token is worth, for whoever holds it and cannot read it (RFC 7662).

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/oauth/introspect`.
    static func addIntrospectionRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/oauth/introspect") { auth, request, _ in try await auth.introspect(request) }
    }

    /// Tells applications that have a secret, and registered services. Nobody else may find out by trying which tokens are good
    /// (RFC 7662 section 4).
    private func introspect(_ request: Request) async throws -> Response {
        let form: FormFields
        if let id = request.headers[.serviceID], let secret = request.headers[.serviceSecret] {
            guard registeredService(id: id, secret: secret) != nil else {
                throw OAuthError.invalidClient("The service is not registered, or its secret is wrong")
            }
            form = try await oauthForm(request)
        } else {
            let (sent, client) = try await authenticated(request)
            guard !client.isPublic else {
                throw OAuthError.invalidClient("Tokens are told to clients that have a secret, and this one has none")
            }
            form = sent
        }
        guard let token = form.nonEmpty("token") else { throw OAuthError.invalidRequest("token is missing") }
        return .answer(try await introspection(of: token), headers: OAuthError.unkept)
    }

    /// `{"active": false}` and nothing else for every token that is no good, whatever is wrong with it.
    private func introspection(of token: String) async throws -> JSONValue {
        guard let payload = try await payload(of: token),
            let kind = payload["token_type"]?.string.flatMap(TokenKind.init(rawValue:)),
            let claims = try await judge(token, as: kind).claims
        else { return ["active": false] }
        var answer: JSONObject = [
            "active": true, "sub": .string(claims.subject), "jti": .string(claims.id),
            "exp": .integer(claims.expiresAt), "iat": .integer(claims.issuedAt),
        ]
        for name in ["scope", "client_id", "aud", "iss", "act"] { if let value = payload[name] { answer[name] = value } }
        if let email = claims.email { answer["username"] = .string(email) }
        // A refresh token is not used at resources, and has no type there.
        if kind != .refresh { answer["token_type"] = "Bearer" }
        return .object(answer)
    }
}
