// Hashing and checking passwords for other services.

import HTTPTypes
import Hummingbird
import ServiceKit
import Wire

extension FakeAuth {
    /// `/auth/hash-password` and `/auth/verify-password`.
    static func addPasswordRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.post("/auth/hash-password") { auth, request, _ in
            guard let password = try await request.object(upTo: auth.configuration.bodyLimit).text("password") else {
                throw ServiceError(.unprocessableContent, "Password hashing failed")
            }
            return .answer(["hash": .string(try auth.hash(password, for: "hash-password").text)])
        }
        routes.post("/auth/verify-password") { auth, request, _ in
            let body = try await request.object(upTo: auth.configuration.bodyLimit)
            guard let password = body.text("password"), let hash = body.text("hash") else {
                throw ServiceError(.unprocessableContent, "Password verification failed")
            }
            return .answer(["valid": .bool(try PasswordHash(stored: hash).matches(password))])
        }
    }
}
