// Tokens for calls from service to service.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/auth/service-token`, `/auth/validate-service-token` and `/api/v1/service/*`.
    static func addServiceTokenRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/auth/service-token") { auth, request, _ in try await auth.serviceToken(request) }
        routes.post("/auth/validate-service-token") { auth, request, _ in try await auth.validateServiceToken(request) }
        routes.post("/api/v1/service/validate-service-token") { auth, request, _ in
            try await auth.validateServiceToken(request)
        }
        routes.post("/api/v1/service/authenticate") { auth, request, _ in try await auth.authenticateService(request) }
        routes.post("/api/v1/service/revoke-token") { auth, request, _ in try await auth.revokeServiceToken(request) }
        routes.get("/api/v1/service/registry") { auth, request, _ in try await auth.registry(request) }
    }

    /// The service of the credentials in a body. Throws ``ServiceKit/ServiceError`` 422, 401 and 429.
    private func service(_ body: JSONObject) async throws -> RegisteredService {
        guard let id = body.text("service_id"), let secret = body.text("service_secret") else {
            throw ServiceError(.unprocessableContent, "Service ID and secret are required")
        }
        guard let service = registeredService(id: id, secret: secret) else {
            throw ServiceError(.unauthorized, "Invalid service credentials")
        }
        try await RateLimit(count: service.tokensPerMinute, window: .seconds(60)).take(
            "service:" + id, "token", detail: "Too many service tokens. Please try again later", in: context.cache)
        return service
    }

    /// A new service token for a subject.
    func serviceToken(of subject: String, claims: JSONObject = [:]) async throws -> String {
        try await token(
            .service, of: subject, configuration.serviceLifetime, claims.merging(["service": .string(subject)]))
    }

    private func serviceToken(_ request: Request) async throws -> Response {
        let service = try await service(request.object(upTo: configuration.bodyLimit))
        return .answer([
            "access_token": .string(try await serviceToken(of: service.id)), "token_type": "Bearer",
            "expires_in": .integer(configuration.serviceLifetime.components.seconds),
        ])
    }

    /// Answers 200 to whatever it is shown.
    private func validateServiceToken(_ request: Request) async throws -> Response {
        func invalid(_ error: String, _ message: String) -> Response {
            .answer(["valid": false, "error": .string(error), "message": .string(message)])
        }
        guard let token = try? await request.object(upTo: configuration.bodyLimit).text("token") else {
            return invalid("missing_token", "The body has no token")
        }
        switch try await judge(token, as: .service) {
        case .refused(let reason): return invalid("invalid_token", reason)
        case .good(let claims):
            let service = configuration.services.first { $0.id == claims.subject }
            return .answer([
                "valid": true, "service_id": .string(claims.subject), "expires_at": claims.expiry,
                "permissions": .array((service?.permissions ?? []).map(JSONValue.string)),
            ])
        }
    }

    /// Answers 200 also to wrong credentials.
    private func authenticateService(_ request: Request) async throws -> Response {
        do {
            let service = try await service(request.object(upTo: configuration.bodyLimit))
            let token = try await serviceToken(of: service.id)
            let end = context.clock.now.advanced(by: configuration.serviceLifetime)
            return .answer([
                "authenticated": true, "service_token": .string(token), "service_id": .string(service.id),
                "permissions": .array(service.permissions.map(JSONValue.string)), "expires_at": .string(end.description),
                "error": nil,
            ])
        } catch let error as ServiceError where error.status == .unauthorized {
            return .answer([
                "authenticated": false, "service_token": nil, "service_id": nil, "permissions": [], "expires_at": nil,
                "error": "invalid_service_credentials",
            ])
        }
    }

    private func revokeServiceToken(_ request: Request) async throws -> Response {
        let shown = try await request.object(upTo: configuration.bodyLimit).text("token") ?? ""
        guard let claims = try await judge(shown, as: .service).claims else {
            return .answer(["revoked": false, "error": "invalid_token"])
        }
        try await sessions.revoke(tokenID: claims.id, until: claims.expiresAt, at: context.clock.now)
        return .answer(["revoked": true, "error": nil])
    }

    private func registry(_ request: Request) async throws -> Response {
        guard let token = request.headers.bearerToken, try await judge(token, as: .service).claims != nil else {
            throw ServiceError(.unauthorized, "Not authenticated", headers: [.wwwAuthenticate: "Bearer"])
        }
        let services = configuration.services.map { service -> JSONValue in
            [
                "service_id": .string(service.id), "rate_limit_per_minute": JSONValue(service.tokensPerMinute),
                "permissions": .array(service.permissions.map(JSONValue.string)),
            ]
        }
        return .answer(["services": .array(services), "total": JSONValue(services.count)])
    }
}
