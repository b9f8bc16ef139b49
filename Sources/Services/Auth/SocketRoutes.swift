// Authentication for those who serve WebSockets: the token comes from a header or a subprotocol, as they found it.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/api/v1/auth/websocket/authenticate`.
    static func addSocketRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/api/v1/auth/websocket/authenticate") { auth, request, _ in try await auth.authenticateSocket(request) }
    }

    /// The first way to authenticate that a body shows.
    enum SocketCredentials: Equatable {
        case header(token: String)
        case subprotocol(token: String)
        case demo
        case none

        init(_ body: JSONObject) {
            if let field = body.text("authorization_header") {
                self = .header(token: ([.authorization: field] as HTTPFields).bearerToken ?? field)
            } else if let offered = body.text("subprotocol_token") {
                self = .subprotocol(token: Self.token(ofSubprotocol: offered))
            } else {
                self = body["demo_mode"]?.bool == true ? .demo : .none
            }
        }

        /// The token of `jwt.<token>` and its like, raw or in base64url.
        private static func token(ofSubprotocol text: String) -> String {
            let prefix = ["jwt-auth.", "jwt.", "bearer."].first { text.hasPrefix($0) } ?? ""
            let rest = String(text.dropFirst(prefix.count))
            if rest.filter({ $0 == "." }).count == 2 { return rest }
            return Base64URL.decode(Array(rest.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? rest
        }
    }

    private func authenticateSocket(_ request: Request) async throws -> Response {
        let body = try await request.object(upTo: configuration.bodyLimit)
        switch SocketCredentials(body) {
        case .header(let token):
            return .answer(try await socketReport(on: token, method: "authorization_header"))
        case .subprotocol(let token):
            return .answer(try await socketReport(on: token, method: "subprotocol"))
        case .demo where configuration.environment.isForDevelopers:
            return .answer(
                socketReport(
                    userID: "demo-websocket-user", email: "demo@example.com", permissions: [], method: "demo_mode"))
        case .demo: return .answer(refusedSocket("demo_mode_not_allowed_in_production", method: "demo_mode"))
        case .none: return .answer(refusedSocket("no_authentication_provided", method: nil))
        }
    }

    private func socketReport(on token: String, method: String) async throws -> JSONValue {
        guard let claims = try await judge(token, as: .access).claims else {
            return refusedSocket("invalid_or_expired_token", method: method)
        }
        return socketReport(
            userID: claims.subject, email: claims.email, permissions: claims.permissions, method: method)
    }

    private func socketReport(
        userID: String, email: String?, permissions: [String], method: String
    ) -> JSONValue {
        let now = context.clock.now
        let connection: JSONValue = .string(context.chance.uuid("websocket-connection", for: userID))
        return [
            "authenticated": true, "user_id": .string(userID), "email": JSONValue(email),
            "permissions": .array(permissions.map(JSONValue.string)), "demo_user": .bool(method == "demo_mode"),
            "error": nil, "auth_method": .string(method), "connection_id": connection,
            "auth_timestamp": .string(now.description),
            "execution_context": [
                "user_id": .string(userID), "session_id": .string("ws-session-\(now.seconds)"),
                "environment": .string(configuration.environment.rawValue), "connection_id": connection,
                "auth_method": .string(method), "authenticated_at": .string(now.description),
            ],
        ]
    }

    private func refusedSocket(_ error: String, method: String?) -> JSONValue {
        [
            "authenticated": false, "user_id": nil, "email": nil, "permissions": [], "execution_context": nil,
            "demo_user": false, "error": .string(error), "auth_method": JSONValue(method), "connection_id": nil,
            "auth_timestamp": .string(context.clock.now.description),
        ]
    }
}
