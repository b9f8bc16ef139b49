// Signed requests between services: who sent them, and that nobody changed them or sends them again much later.

import Crypto
import Hummingbird
import Kernel
import ServiceKit
import Wire

/// What a service signs: HMAC with SHA-256 over `id:METHOD:path:body:timestamp`.
struct ServiceRequestSignature: Sendable, Equatable {
    /// How far sender's and receiver's time may be apart, in seconds.
    static let tolerance: Int64 = 300
    static let algorithm = "HMAC-SHA256"

    let serviceID: String
    let method: String
    let path: String
    let body: String
    /// Seconds since the Unix epoch.
    let timestamp: Int64

    /// The signature in 64 hexadecimal digits.
    func text(secret: String) -> String {
        let signed = "\(serviceID):\(method.uppercased()):\(path):\(body):\(timestamp)"
        let key = SymmetricKey(data: Array(secret.utf8))
        return Hexadecimal.text(HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key))
    }

    /// What is wrong with a signature that was shown for this; nil where nothing is.
    func problem(shown: String, algorithm: String, secret: String, at now: Instant) -> String? {
        guard algorithm == Self.algorithm else { return "unsupported_algorithm" }
        let age = now.seconds.subtractingReportingOverflow(timestamp)
        guard !age.overflow, (-Self.tolerance...Self.tolerance).contains(age.partialValue) else {
            return "request_timestamp_too_old"
        }
        return ConstantTime.areEqual(shown, text(secret: secret)) ? nil : "invalid_signature"
    }
}

extension FakeAuth {
    /// `/api/v1/service/sign-request` and `/api/v1/service/validate-request`.
    static func addSignatureRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/api/v1/service/sign-request") { auth, request, _ in try await auth.signRequest(request) }
        routes.post("/api/v1/service/validate-request") { auth, request, _ in try await auth.validateRequest(request) }
    }

    /// Signs `{method, path, body}` for the service of the credentials beside it: the answer has the headers to send.
    private func signRequest(_ request: Request) async throws -> Response {
        let body = try await request.object(upTo: configuration.bodyLimit)
        guard let id = body.text("service_id"), let secret = body.text("service_secret") else {
            throw ServiceError(.unprocessableContent, "Service ID and secret are required")
        }
        guard registeredService(id: id, secret: secret) != nil else {
            throw ServiceError(.unauthorized, "Invalid service credentials")
        }
        guard let method = body.text("method"), let path = body.text("path") else {
            throw ServiceError(.unprocessableContent, "Method and path are required")
        }
        let signature = ServiceRequestSignature(
            serviceID: id, method: method, path: path, body: body["body"]?.string ?? "", timestamp: context.clock.now.seconds)
        return .answer([
            "headers": [
                "X-Service-ID": .string(id), "X-Service-Signature": .string(signature.text(secret: secret)),
                "X-Service-Timestamp": .string("\(signature.timestamp)"),
                "X-Service-Algorithm": .string(ServiceRequestSignature.algorithm),
            ]
        ])
    }

    /// Checks `{method, path, body, headers}`, a request that a service got. Answers 200 to whatever it is shown.
    private func validateRequest(_ request: Request) async throws -> Response {
        let body = try await request.object(upTo: configuration.bodyLimit)
        let headers = body["headers"]?.object?.reduce(into: [String: String]()) { headers, member in
            headers[member.key.lowercased()] = member.value.string
        }
        func answer(_ id: String?, _ error: String?) -> Response {
            .answer(["valid": .bool(error == nil), "service_id": JSONValue(id), "error": JSONValue(error)])
        }
        guard let headers, let id = headers["x-service-id"], let shown = headers["x-service-signature"],
            let timestamp = headers["x-service-timestamp"].flatMap(Int64.init),
            let method = body.text("method"), let path = body.text("path")
        else { return answer(nil, "missing_signature") }
        guard let service = configuration.services.first(where: { $0.id == id }) else {
            return answer(id, "invalid_service_id")
        }
        let signature = ServiceRequestSignature(
            serviceID: id, method: method, path: path, body: body["body"]?.string ?? "", timestamp: timestamp)
        let problem = signature.problem(
            shown: shown, algorithm: headers["x-service-algorithm"] ?? ServiceRequestSignature.algorithm,
            secret: service.secret ?? context.serviceSecret, at: context.clock.now)
        return answer(id, problem)
    }
}
