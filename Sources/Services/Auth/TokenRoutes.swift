// Refreshing and checking tokens, and the public key.

import HTTPTypes
import Hummingbird
import Kernel
import Logging
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/auth/refresh`, `/auth/verify`, `/auth/validate` and `/.well-known/jwks.json`.
    static func addTokenRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/auth/refresh") { auth, request, _ in try await auth.refresh(request) }
        routes.get("/auth/verify") { auth, request, _ in try await auth.verify(request) }
        routes.post("/auth/verify") { auth, request, _ in try await auth.verify(request) }
        routes.post("/auth/validate") { auth, request, _ in try await auth.validate(request) }
        routes.get("/.well-known/jwks.json") { auth, _, _ in
            .answer(["keys": .array(try await auth.signer().publicKey.map { [$0] } ?? [])])
        }
    }

    // MARK: Making tokens

    /// Opens a session and issues its first tokens.
    func newSession(userID: String, email: String) async throws -> JSONValue {
        let sessionID = identifiers.next("session", for: userID)
        try await sessions.open(sessionID, userID: userID, at: context.clock.now)
        return try await tokens(userID: userID, email: email, sessionID: sessionID)
    }

    /// An access token and a refresh token, as the reply gives them.
    private func tokens(userID: String, email: String, sessionID: String) async throws -> JSONValue {
        let signer = try await signer()
        let now = context.clock.now.seconds
        func token(_ kind: TokenKind, _ lifetime: Duration) throws -> JSONValue {
            var claims: JSONObject = [
                "sub": .string(userID), "email": .string(email), "iat": .integer(now),
                "exp": .integer(now + lifetime.components.seconds), "token_type": .string(kind.rawValue),
                "type": .string(kind.rawValue), "iss": .string(configuration.issuer),
                "aud": .string(configuration.audience), "jti": .string(identifiers.next("jti", for: userID)),
                "env": .string(configuration.environment), "svc_id": .string(configuration.serviceID),
                "sid": .string(sessionID),
            ]
            if kind == .access { claims["permissions"] = [] }
            return .string(try signer.sign(.object(claims)))
        }
        return [
            "access_token": try token(.access, configuration.accessLifetime),
            "refresh_token": try token(.refresh, configuration.refreshLifetime), "token_type": "Bearer",
            "expires_in": .integer(configuration.accessLifetime.components.seconds),
        ]
    }

    // MARK: Judging tokens

    /// What a token is worth.
    enum Judgement {
        case good(TokenClaims)
        case refused(String)
    }

    /// Checks signature, claims and session of a token.
    func judge(_ token: String, as kind: TokenKind) async throws -> Judgement {
        guard let payload = try await signer().claims(of: token) else {
            return .refused("The token is malformed, or not signed with this service's key")
        }
        let claims: TokenClaims
        do {
            claims = try rules.claims(of: payload, as: kind, at: context.clock.now)
        } catch {
            return .refused(error.rawValue)
        }
        guard try await sessions.isGood(claims) else { return .refused("The token was revoked") }
        return .good(claims)
    }

    // MARK: Routes

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
        let invalid = ServiceError(.unauthorized, "Invalid refresh token")
        guard case .good(let claims) = try await judge(token, as: .refresh), let sessionID = claims.sessionID,
            let email = claims.email, try await sessions.use(claims, at: context.clock.now)
        else { throw invalid }
        return .answer(try await tokens(userID: claims.subject, email: email, sessionID: sessionID))
    }

    /// Answers 200 to whatever it is shown: the token of the header, else the one of the body.
    private func verify(_ request: Request) async throws -> Response {
        var token = request.headers.bearerToken
        if token == nil { token = (try? await request.object(upTo: configuration.bodyLimit))?.text("token") }
        guard let token else { return .answer(["valid": false, "error": "missing_token"]) }
        guard case .good(let claims) = try await judge(token, as: .access) else {
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
        let headers = request.headers
        if headers[.serviceID] != nil, headers[.serviceSecret] != nil, context.sender(of: headers) == nil {
            return invalid("invalid_service_secret", "The service's secret is wrong")
        }
        guard let body = try? await request.object(upTo: configuration.bodyLimit) else {
            return invalid("invalid_request", "The body is not a JSON object")
        }
        guard let token = body.text("token") else { return invalid("missing_token", "The body has no token") }
        guard let kind = TokenKind(rawValue: body["token_type"]?.string ?? TokenKind.access.rawValue) else {
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
}

extension TokenClaims {
    /// When the token expires, in ISO 8601 with its zone.
    var expiry: JSONValue { .string(Instant(nanoseconds: expiresAt.multipliedSaturating(by: 1_000_000_000)).description) }
}

extension Int64 {
    /// The product, or the greatest number there is. For positive numbers.
    fileprivate func multipliedSaturating(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
