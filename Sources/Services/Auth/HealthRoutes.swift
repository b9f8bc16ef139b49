// Who the service is, and whether it is well.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import Wire

extension FakeAuth {
    /// `/`, `/health`, `/health/ready` and `/readiness`.
    static func addHealthRoutes(to routes: RouteBuilder<FakeAuth>) {
        func add(_ path: String, _ answer: @escaping @Sendable (FakeAuth) async -> Response) {
            routes.get(path) { auth, _, _ in await answer(auth) }
            // Status and fields alone.
            routes.on(.head, path) { auth, _, _ in await answer(auth).createHeadResponse() }
        }
        add("/") { .answer($0.identity.merging(["status": "running"])) }
        add("/health") { .answer($0.health) }
        for path in ["/health/ready", "/readiness"] { add(path) { await $0.readiness() } }
    }

    /// The service's name and version.
    var identity: JSONValue {
        ["service": .string(configuration.serviceName), "version": .string(configuration.version)]
    }

    private var health: JSONValue {
        let now = context.clock.now
        return identity.merging([
            "status": "healthy", "timestamp": .string(now.description),
            "environment": .string(configuration.environment.rawValue),
            "uptime_seconds": .number(startedAt.duration(to: now).milliseconds / 1000),
        ])
    }

    /// 200 while the relational store answers, else 503.
    private func readiness() async -> Response {
        let isReady = await accounts.isReachable()
        let always = identity.merging([
            "timestamp": .string(context.clock.now.description), "environment": .string(configuration.environment.rawValue),
        ])
        if isReady { return .answer(always.merging(["status": "ready", "database_status": "connected"])) }
        return .answer(
            always.merging(["status": "not_ready", "reason": "Database connectivity failed"]), status: .serviceUnavailable)
    }
}

extension JSONValue {
    /// This object with the members of another; of members with one name the other's.
    func merging(_ other: JSONObject) -> JSONValue {
        .object((object ?? [:]).merging(other))
    }
}
