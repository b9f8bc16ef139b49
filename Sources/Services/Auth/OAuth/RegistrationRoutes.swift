// Applications register themselves (RFC 7591), and look after their registrations (RFC 7592).

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

extension FakeAuth {
    /// `/oauth/register` and `/oauth/register/{client}`.
    static func addRegistrationRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/oauth/register") { auth, request, _ in try await auth.register(request) }
        for method in [HTTPRequest.Method.get, .put, .delete] {
            routes.on(method, "/oauth/register/{client}") { auth, request, context in
                try await auth.lookAfterRegistration(request, context.parameters.get("client") ?? "")
            }
        }
    }

    /// The applications that a request may be of: those of the configuration, and of those that have registered themselves the
    /// ones that it names.
    func clients(naming ids: [String?]) async throws -> [OAuthClient] {
        var clients = configuration.clients
        for id in ids.compactMap(\.self) where !clients.contains(where: { $0.id == id }) {
            if let registration = try await registeredClients.registration(of: id) { clients.append(registration.client) }
        }
        return clients
    }

    private func register(_ request: Request) async throws -> Response {
        let metadata = try ClientMetadata(try await metadata(of: request))
        try await configuration.loginLimit.take(
            "clients", "register", detail: "Too many registrations. Please try again later", in: context.cache)
        let id = identifiers.next(RegisteredClients.idPrefix, for: metadata.name ?? "client")
        let secret = unguessable("client-secret", for: id)
        let registration = ClientRegistration(
            client: metadata.client(id: id, secret: secret), metadata: metadata,
            accessToken: unguessable("registration-token", for: id), createdAt: context.clock.now.seconds)
        try await registeredClients.add(registration, secret: secret)
        return answer(registration, request, status: .created)
    }

    private func metadata(of request: Request) async throws -> JSONObject {
        let bytes = try await request.bytes(upTo: configuration.bodyLimit)
        guard let object = (try? JSONValue(json: bytes))?.object else {
            throw OAuthError("invalid_client_metadata", "The body must be a JSON object")
        }
        return object
    }

    private func lookAfterRegistration(_ request: Request, _ id: String) async throws -> Response {
        // Whether there is such an application is nobody's business who has no token of it (RFC 7592 section 2.1).
        guard let token = request.headers.bearerToken, let known = try await registeredClients.registration(of: id),
            ConstantTime.areEqual(token, known.accessToken)
        else {
            throw OAuthError(
                "invalid_token", "The registration access token is missing or wrong", status: .unauthorized,
                headers: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
        }
        switch request.method {
        case .delete:
            try await registeredClients.remove(id)
            return Response(status: .noContent, headers: OAuthError.unkept)
        case .put:
            let json = try await metadata(of: request)
            if let named = json["client_id"], named.string != id {
                throw OAuthError("invalid_client_metadata", "client_id: it is another application's")
            }
            let metadata = try ClientMetadata(json)
            // A secret is neither given nor taken later: whoever is public stays so.
            guard (metadata.authentication == .none) == known.client.isPublic else {
                throw OAuthError("invalid_client_metadata", "token_endpoint_auth_method: it cannot become 'none', or cease to be")
            }
            try await registeredClients.replace(id, metadata)
            let changed = ClientRegistration(
                client: metadata.client(id: id, secret: known.client.secret), metadata: metadata,
                accessToken: known.accessToken, createdAt: known.createdAt)
            return answer(changed, request, status: .ok)
        default: return answer(known, request, status: .ok)
        }
    }

    /// The answer of RFC 7591 section 3.2.1.
    private func answer(_ registration: ClientRegistration, _ request: Request, status: HTTPResponse.Status) -> Response {
        var answer = registration.metadata.json
        answer["client_id"] = .string(registration.client.id)
        answer["client_id_issued_at"] = .integer(registration.createdAt)
        if let secret = registration.client.secret {
            answer["client_secret"] = .string(secret)
            answer["client_secret_expires_at"] = 0
        }
        answer["registration_access_token"] = .string(registration.accessToken)
        answer["registration_client_uri"] = .string(base(of: request) + "/oauth/register/" + registration.client.id)
        return .answer(.object(answer), status: status, headers: OAuthError.unkept)
    }
}
