// Refreshing and checking users' tokens.

import HTTPTypes
import Hummingbird
import Kernel
import Logging
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/auth/refresh`, `/auth/verify` and `/auth/validate`.
    static func addTokenRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/auth/refresh") { auth, request, _ in try await auth.refresh(request) }
        routes.get("/auth/verify") { auth, request, _ in try await auth.verify(request) }
        routes.post("/auth/verify") { auth, request, _ in try await auth.verify(request) }
        routes.post("/auth/validate") { auth, request, _ in try await auth.validate(request) }
    }

    /// Rotates: the refresh token is used up, and the session goes on with new tokens.
    private func refresh(_ request: Request) async throws -> Response {
        let bytes = try await request.bytes(upTo: configuration.bodyLimit)
        guard bytes.readableBytes > 0 else {
            throw ServiceError(.unprocessableContent, "Failed to parse request body")
        }
        guard let body = (try? JSONValue(json: bytes))?.object else {
            throw ServiceError(.unprocessableContent, "Invalid JSON in request body")
        }
        guard let token = body.text("refresh_token") ?? body.text("refreshToken") ?? body.text("token") else {
            let keys = body.keys.map { "'\($0)'" }.joined(separator: ", ")
            throw ServiceError(.unprocessableContent, "refresh_token field is required. received_keys: [\(keys)]")
        }
        guard let session = try await refreshed(token, clientID: nil) else {
            throw ServiceError(.unauthorized, "Invalid refresh token")
        }
        return .answer(try await tokens(of: session))
    }

    /// The session of a refresh token, which is used up by that; nil where the token is no good for this client.
    func refreshed(_ token: String, clientID: String?) async throws -> SessionRecord? {
        guard let claims = try await judge(token, as: .refresh).claims, let sessionID = claims.sessionID,
            let session = try await sessions.session(sessionID), session.clientID == clientID
        else { return nil }
        let use = try await sessions.use(
            claims, at: context.clock.now, allowingRepeats: context.deviates(.refreshReuse))
        guard case .first(let session) = use else { return nil }
        return session
    }

    /// Answers 200 to whatever it is shown: the token of the header, else the one of the body.
    private func verify(_ request: Request) async throws -> Response {
        var token = request.headers.bearerToken
        if token == nil { token = (try? await request.object(upTo: configuration.bodyLimit))?.text("token") }
        guard let token else { return .answer(["valid": false, "error": "missing_token"]) }
        guard let claims = try await judge(token, as: .access).claims else {
            return .answer(["valid": false, "error": "invalid_token"])
        }
        return .answer([
            "valid": true, "user_id": .string(claims.subject), "email": JSONValue(claims.email), "exp": claims.expiry,
        ])
    }

    /// Answers 200 to whatever it is shown, as the clients of the real service rely on.
    private func validate(_ request: Request) async throws -> Response {
        func invalid(_ error: String, _ message: String) -> Response {
            .answer(["valid": false, "error": .string(error), "message": .string(message)])
        }
        if let (error, message) = senderProblem(request.headers) { return invalid(error, message) }
        guard let body = try? await request.object(upTo: configuration.bodyLimit) else {
            return invalid("invalid_request", "The body is not a JSON object")
        }
        guard let token = body.text("token") else { return invalid("missing_token", "The body has no token") }
        guard let kind = TokenKind(rawValue: body["token_type"]?.string ?? TokenKind.access.rawValue), kind != .service
        else {
            return invalid("invalid_token", "No token of this token_type can be validated here: access and refresh can")
        }
        do {
            switch try await judge(token, as: kind) {
            case .refused(let reason): return invalid("invalid_token", reason)
            case .good(let claims):
                return .answer([
                    "valid": true, "user_id": .string(claims.subject), "email": JSONValue(claims.email),
                    "permissions": .array(claims.permissions.map(JSONValue.string)), "expires_at": claims.expiry,
                ])
            }
        } catch let error where error is SQLError || error is CacheError {
            context.log.error("a token could not be validated: \(error)")
            return invalid("validation_error", "The token cannot be validated now; try again")
        }
    }

    /// What is wrong with the service that a request says it comes from. Both headers are looked at, or none.
    private func senderProblem(_ headers: HTTPFields) -> (error: String, message: String)? {
        guard let id = headers[.serviceID], let secret = headers[.serviceSecret] else { return nil }
        guard configuration.services.contains(where: { $0.id == id }) else {
            return ("invalid_service_id", "No service '\(id)' is registered")
        }
        return registeredService(id: id, secret: secret) == nil
            ? ("invalid_service_secret", "The service's secret is wrong") : nil
    }
}
