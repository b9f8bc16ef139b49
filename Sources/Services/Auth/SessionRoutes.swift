// Who one is, which sessions one has, and ending one.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/auth/me`, `/auth/sessions` and `/auth/logout`.
    static func addSessionRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.get("/auth/me") { auth, request, _ in try await auth.me(request) }
        routes.get("/auth/sessions") { auth, request, _ in try await auth.listSessions(request) }
        routes.post("/auth/logout") { auth, request, _ in try await auth.logout(request) }
    }

    /// The claims of the bearer token. Throws ``ServiceKit/ServiceError`` 401.
    func bearer(_ request: Request) async throws -> TokenClaims {
        guard let token = request.headers.bearerToken else {
            throw ServiceError(
                .unauthorized, "Authorization header with Bearer token required", headers: [.wwwAuthenticate: "Bearer"])
        }
        guard let claims = try await judge(token, as: .access).claims else {
            throw ServiceError(
                .unauthorized, "Invalid or expired token", headers: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
        }
        return claims
    }

    private func me(_ request: Request) async throws -> Response {
        let claims = try await bearer(request)
        var answer: JSONValue = [
            "user_id": .string(claims.subject), "email": JSONValue(claims.email),
            "permissions": .array(claims.permissions.map(JSONValue.string)), "token_expires_at": claims.expiry,
        ]
        if let account = try await accounts.account(id: claims.subject) {
            answer = answer.merging([
                "email": .string(account.email), "name": .string(account.name), "created_at": .string(account.createdAt),
                "last_login_at": JSONValue(account.lastLoginAt), "is_verified": .bool(account.isVerified),
                "auth_provider": .string(account.provider),
            ])
        }
        return .answer(answer)
    }

    /// The open sessions of the user. A session was last used, by a login or a refresh, when its time began to run.
    private func listSessions(_ request: Request) async throws -> Response {
        let claims = try await bearer(request)
        let now = context.clock.now
        let open = try await sessions.sessions(of: claims.subject)
        let list = open.map { session, left -> JSONValue in
            let end = now.advanced(by: left)
            return [
                "session_id": .string(session.id), "created_at": .string(session.createdAt),
                "expires_at": .string(end.description), "is_current": .bool(session.id == claims.sessionID),
                "last_accessed": .string(end.advanced(by: .zero - configuration.refreshLifetime).description),
            ]
        }
        return .answer(["sessions": .array(list), "total": JSONValue(list.count)])
    }

    /// Closes the session of the bearer token, be it an expired one: none of the session's tokens is good any more, and
    /// the token itself is revoked. Answers 200 to whatever it is shown.
    private func logout(_ request: Request) async throws -> Response {
        let answer = Response.answer(["message": "Successfully logged out", "status": "success"])
        guard !context.deviates(.logoutKeepsToken), let token = request.headers.bearerToken,
            let payload = try await payload(of: token), let userID = payload["sub"]?.string
        else { return answer }
        if context.deviates(.sessionWrittenBehind), let sessionID = payload["sid"]?.string {
            let sessions = sessions
            Task { try await sessions.rewrite(sessionID) }
            for _ in 0..<3 { await Task.yield() }
        }
        if let sessionID = payload["sid"]?.string { try await sessions.close(sessionID, userID: userID) }
        if let claims = try? rules.claims(of: payload, as: .access, at: context.clock.now) {
            try await sessions.revoke(tokenID: claims.id, until: claims.expiresAt, at: context.clock.now)
        }
        return answer
    }
}
