// Who the service is, and whether it is well.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import Wire

extension FakeAuth {
    /// `/`, `/health` and `/health/ready`.
    var healthRoutes: [AuthRoute] {
        let gets = [
            AuthRoute.get("/") { _ in .answer(identity.merging(["status": "running"])) },
            AuthRoute.get("/health") { _ in .answer(health) },
            AuthRoute.get("/health/ready") { _ in await readiness() },
        ]
        return gets + gets.map(\.head)
    }

    private var identity: JSONValue {
        ["service": .string(configuration.serviceName), "version": .string(configuration.version)]
    }

    private var health: JSONValue {
        let now = context.clock.now
        return identity.merging([
            "status": "healthy", "timestamp": .string(now.description), "environment": .string(configuration.environment),
            "uptime_seconds": .number(startedAt.duration(to: now).milliseconds / 1000),
        ])
    }

    /// 200 while the relational store answers, else 503.
    private func readiness() async -> Response {
        let isReady = await accounts.isReachable()
        let always = identity.merging([
            "timestamp": .string(context.clock.now.description), "environment": .string(configuration.environment),
        ])
        if isReady { return .answer(always.merging(["status": "ready", "database_status": "connected"])) }
        return .answer(
            always.merging(["status": "not_ready", "reason": "Database connectivity failed"]), status: .serviceUnavailable)
    }
}

extension JSONValue {
    /// This object with the members of another; of members with one name the other's.
    func merging(_ other: [String: JSONValue]) -> JSONValue {
        .object((object ?? [:]).merging(other) { _, new in new })
    }
}
