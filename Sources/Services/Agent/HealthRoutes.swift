// Health and discovery of the agent service: what it needs is asked, never guessed.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import StoreKit
import Wire

/// What the agent service needs, and whether it can be reached.
private struct Dependency {
    let isReachable: Bool
    let time: Duration
    let problem: String?

    var state: JSONValue { isReachable ? "connected" : "failed" }

    var json: JSONValue {
        [
            "status": isReachable ? "healthy" : "unhealthy", "connected": .bool(isReachable),
            "response_time_ms": .number(time.milliseconds), "error": JSONValue(problem),
        ]
    }
}

extension FakeAgent {
    static func addHealthRoutes(to routes: RouteBuilder<FakeAgent>) {
        routes.get("/") { _, _, _ in .json(value: ["message": "Welcome to the Backlot API"]) }
        for path in ["/health", "/health/live"] {
            routes.get(path) { agent, _, _ in
                .json(value: [
                    "status": "healthy", "service": "agent", "version": "1.0.0",
                    "timestamp": .number(Double(agent.context.clock.now.milliseconds) / 1000),
                ])
            }
        }
        routes.get("/health/ready") { agent, _, _ in try await agent.readiness() }
        routes.get("/api/health") { agent, _, _ in .json(value: try await agent.health()) }
        routes.get("/api/discovery/services") { agent, _, _ in .json(value: agent.discovery) }
    }

    private func probe(_ body: () async throws -> Void) async throws -> Dependency {
        let begun = context.clock.now
        do {
            try await body()
            return Dependency(isReachable: true, time: begun.duration(to: context.clock.now), problem: nil)
        } catch let error as CancellationError {
            throw error
        } catch {
            return Dependency(isReachable: false, time: begun.duration(to: context.clock.now), problem: "\(error)")
        }
    }

    private func probeService(_ name: String, _ path: String) async throws -> Dependency {
        try await probe {
            let reply = try await context.caller(name).fetch(.get(path))
            guard reply.status == .ok else { throw ServiceError(reply.status, "\(name) answered \(reply.status.code)") }
        }
    }

    private func probeDatabase() async throws -> Dependency {
        try await probe { _ = try await context.relational.query("SELECT 1 AS one") }
    }
    private func probeCache() async throws -> Dependency { try await probe { _ = try await context.cache.get("health") } }

    /// Ready is who can accept a message and answer it: without the database that is impossible, the rest may come back.
    private func readiness() async throws -> Response {
        let database = try await probeDatabase()
        guard database.isReachable else { throw ServiceError(.serviceUnavailable, "Core database unavailable") }
        let (cache, analytics) = (try await probeCache(), try await probeService("analytics", "/ping"))
        let events = try await probeService("events", "/ws/health")
        return .json(value: [
            "status": "ready", "service": "agent", "timestamp": .number(Double(context.clock.now.milliseconds) / 1000),
            "core_db": database.state, "redis_db": cache.state, "clickhouse_db": analytics.state,
            "websocket_readiness": [
                "status": events.isReachable ? "healthy" : "unhealthy", "websocket_ready": .bool(events.isReachable),
                "details": JSONValue(events.problem),
            ],
        ])
    }

    private func health() async throws -> JSONValue {
        let (database, cache) = (try await probeDatabase(), try await probeCache())
        let analytics = try await probeService("analytics", "/ping")
        let census = queue.census
        let isHealthy = database.isReachable && cache.isReachable && analytics.isReachable
        return [
            "status": isHealthy ? "healthy" : "unhealthy", "timestamp": .string(context.clock.now.description),
            "uptime_seconds": .number(beginning.duration(to: context.clock.now).milliseconds / 1000),
            "checks": ["postgresql": database.json, "redis": cache.json, "clickhouse": analytics.json],
            "runs": ["live": JSONValue(census.live), "waiting": JSONValue(census.waiting)],
        ]
    }

    /// Every service of this environment with the addresses at which it is reached, in the order of their names.
    private var discovery: JSONValue {
        let services = context.services().map { entry -> (String, JSONValue) in
            let scheme = entry.name == "events" ? "ws" : "http"
            let addresses = entry.addresses.map { address -> JSONValue in
                [
                    "host": .string(address.host), "port": JSONValue(address.port),
                    "url": .string("\(scheme)://\(address.host):\(address.port)"),
                ]
            }
            return (entry.name, ["addresses": .array(addresses)])
        }
        return ["services": .object(JSONObject(services))]
    }
}
