// What may be asked about a token: whether it was revoked, and what its holder may do. And the batch forms of validating.

import Crypto
import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/auth/check-*` and `/api/v1/jwt/*`.
    static func addTokenCheckRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/auth/check-blacklist") { auth, request, _ in try await auth.checkBlacklist(request) }
        routes.post("/api/v1/jwt/check-blacklist") { auth, request, _ in try await auth.checkBlacklist(request) }
        routes.post("/api/v1/jwt/blacklist-token") { auth, request, _ in try await auth.blacklist(request) }
        routes.post("/auth/check-authorization") { auth, request, _ in try await auth.checkAuthorization(request) }
        routes.post("/auth/check-permission") { auth, request, _ in try await auth.checkPermission(request) }
        routes.post("/api/v1/jwt/validate") { auth, request, _ in
            let body = try await request.object(upTo: auth.configuration.bodyLimit)
            return .answer(try await auth.report(on: body.text("token")))
        }
        routes.post("/api/v1/jwt/validate-batch") { auth, request, _ in try await auth.validateBatch(request) }
        routes.post("/api/v1/jwt/extract-user-id") { auth, request, _ in
            let token = try await request.object(upTo: auth.configuration.bodyLimit).text("token") ?? ""
            let claims = try await auth.judge(token, as: .access).claims
            return .answer([
                "success": .bool(claims != nil), "user_id": JSONValue(claims?.subject),
                "extraction_timestamp": .string(auth.context.clock.now.description),
            ])
        }
    }

    private func checkBlacklist(_ request: Request) async throws -> Response {
        let token = try await request.object(upTo: configuration.bodyLimit).text("token")
        guard let token else { throw ServiceError(.unprocessableContent, "Token is required") }
        // Whose the signature is does not matter: who asks has checked it, or does not care.
        let claims = TokenParts(token)?.claims
        var isRevoked = false
        if let id = claims?["jti"]?.string { isRevoked = try await sessions.isRevoked(tokenID: id) }
        if !isRevoked, let session = claims?["sid"]?.string { isRevoked = try await !sessions.isOpen(session) }
        return .answer(["blacklisted": .bool(isRevoked), "status": isRevoked ? "blacklisted" : "valid"])
    }

    /// Revokes an access token by itself: its session lives on. Who shows the token may do that.
    private func blacklist(_ request: Request) async throws -> Response {
        let token = try await request.object(upTo: configuration.bodyLimit).text("token")
        guard let token else { throw ServiceError(.unprocessableContent, "Token is required") }
        guard let claims = try await judge(token, as: .access).claims else {
            return .answer(["blacklisted": false, "error": "invalid_or_expired_token"])
        }
        try await sessions.revoke(tokenID: claims.id, until: claims.expiresAt, at: context.clock.now)
        return .answer(["blacklisted": true, "error": nil])
    }

    private func checkAuthorization(_ request: Request) async throws -> Response {
        let body = try await request.object(upTo: configuration.bodyLimit)
        guard let token = body.text("token"), let resource = body.text("resource"), let action = body.text("action") else {
            throw ServiceError(.unprocessableContent, "Token, resource and action are required")
        }
        let claims = try await judge(token, as: .access).claims
        let permissions = claims?.permissions ?? []
        return .answer([
            "authorized": .bool(permissions.contains("\(resource):\(action)") || permissions.contains("admin")),
            "user_id": JSONValue(claims?.subject), "resource": .string(resource), "action": .string(action),
        ])
    }

    private func checkPermission(_ request: Request) async throws -> Response {
        let body = try await request.object(upTo: configuration.bodyLimit)
        guard let token = body.text("token"), let permission = body.text("permission") else {
            throw ServiceError(.unprocessableContent, "Token and permission are required")
        }
        let claims = try await judge(token, as: .access).claims
        let permissions = claims?.permissions ?? []
        return .answer([
            "has_permission": .bool(permissions.contains(permission)), "user_id": JSONValue(claims?.subject),
            "permission": .string(permission), "user_permissions": .array(permissions.map(JSONValue.string)),
        ])
    }

    /// What `/api/v1/jwt/validate` says of a token.
    private func report(on token: String?) async throws -> JSONValue {
        let time: JSONValue = .string(context.clock.now.description)
        let claims: TokenClaims?
        if let token { claims = try await judge(token, as: .access).claims } else { claims = nil }
        guard let token, let claims else {
            return [
                "valid": false, "user_id": nil, "email": nil, "permissions": [], "expires_at": nil, "issued_at": nil,
                "token_type": nil, "service_signature": nil, "error": "invalid_or_expired_token",
                "validation_timestamp": time,
            ]
        }
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(token.utf8), using: SymmetricKey(data: Array(context.serviceSecret.utf8)))
        return [
            "valid": true, "user_id": .string(claims.subject), "email": JSONValue(claims.email),
            "permissions": .array(claims.permissions.map(JSONValue.string)), "expires_at": claims.expiry,
            "issued_at": claims.issue, "token_type": "access", "service_signature": .string(Hexadecimal.text(code)),
            "error": nil, "validation_timestamp": time,
        ]
    }

    private func validateBatch(_ request: Request) async throws -> Response {
        let body = try await request.object(upTo: configuration.bodyLimit)
        guard let tokens = body["tokens"]?.array else { throw ServiceError(.unprocessableContent, "tokens field is required") }
        guard tokens.count <= 100 else { throw ServiceError(.badRequest, "Maximum 100 tokens allowed per batch") }
        var results: [JSONValue] = []
        for (index, token) in tokens.enumerated() {
            results.append(try await report(on: token.string).merging(["token_index": JSONValue(index)]))
        }
        let valid = results.filter { $0["valid"] == true }.count
        return .answer([
            "valid_count": JSONValue(valid), "invalid_count": JSONValue(results.count - valid),
            "total_processed": JSONValue(results.count), "results": .array(results),
            "batch_timestamp": .string(context.clock.now.description),
        ])
    }
}

/// Bytes as hexadecimal digits.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Two digits a byte, in lower case.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
