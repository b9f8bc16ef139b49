// Applications give tokens up (RFC 7009).

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/oauth/revoke`.
    static func addRevocationRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/oauth/revoke") { auth, request, _ in try await auth.revoke(request) }
    }

    /// A refresh token takes its whole session with it, an access token only itself. Answers 200 also for what is no token, or
    /// none any more: the application wanted it to be so (section 2.2).
    private func revoke(_ request: Request) async throws -> Response {
        let (form, client) = try await authenticated(request)
        guard let token = form.nonEmpty("token") else { throw OAuthError.invalidRequest("token is missing") }
        let done = Response(status: .ok, headers: OAuthError.unkept)
        guard let payload = try await payload(of: token) else { return done }
        guard payload["client_id"]?.string == client.id else {
            throw OAuthError("unauthorized_client", "The token was issued to another client")
        }
        if payload["token_type"]?.string == TokenKind.refresh.rawValue {
            if let id = payload["sid"]?.string, let userID = payload["sub"]?.string {
                try await sessions.close(id, userID: userID)
            }
        } else if let id = payload["jti"]?.string, let expiry = payload["exp"]?.integer {
            try await sessions.revoke(tokenID: id, until: Int64(expiry), at: context.clock.now)
        }
        return done
    }
}
