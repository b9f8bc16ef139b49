// What the service says of its parts: database, tokens, providers. And what a frontend must know to log users in.

import HTTPTypes
import Hummingbird
import Kernel
import ServiceKit
import Wire

extension FakeAuth {
    /// `/health/auth`, `/auth/health`, `/auth/status`, `/oauth/status`, `/oauth/providers` and `/auth/config`.
    static func addStatusRoutes(to routes: RouteBuilder<FakeAuth>) {
        routes.get("/auth/status") { auth, _, _ in
            .answer(auth.identity.merging(["status": "running", "timestamp": auth.timestamp]))
        }
        routes.get("/auth/health") { auth, _, _ in
            let isReachable = await auth.accounts.isReachable()
            return .answer(
                auth.identity.merging([
                    "status": isReachable ? "healthy" : "unhealthy", "timestamp": auth.timestamp,
                    "database_status": isReachable ? "connected" : "error",
                    "database_details": ["connectivity_test": .bool(isReachable), "initialized": true],
                ]))
        }
        routes.get("/health/auth") { auth, _, _ in await auth.capabilities() }
        routes.get("/oauth/status") { auth, request, _ in auth.providerStatus(request) }
        routes.get("/oauth/providers") { auth, request, _ in auth.providerList(request) }
        routes.get("/auth/config") { auth, request, _ in auth.frontendConfiguration(request) }
    }

    private var timestamp: JSONValue { .string(context.clock.now.description) }
    private var environment: JSONValue { .string(configuration.environment.rawValue) }

    private func capabilities() async -> Response {
        let isReachable = await accounts.isReachable()
        let hasProvider = configuration.providers.contains { $0.problems.isEmpty }
        let isWell = isReachable && hasProvider
        return .answer(
            identity.merging([
                "environment": environment, "timestamp": timestamp,
                "status": isWell ? "healthy" : isReachable ? "degraded" : "unhealthy",
                "capabilities": [
                    "jwt_validation": true, "session_management": true, "oauth_configured": .bool(hasProvider),
                    "database_connected": .bool(isReachable),
                ],
                "golden_path_ready": .bool(isReachable),
                "warnings": .array(
                    (isReachable ? [] : ["The database does not answer"])
                        + (hasProvider ? [] : ["No OAuth provider is configured"])),
            ]), status: isReachable || configuration.environment.isForDevelopers ? .ok : .serviceUnavailable)
    }

    private func providerStatus(_ request: Request) -> Response {
        var reports: JSONObject = [:]
        for provider in configuration.providers {
            let failed = provider.problems
            let checks = ["configuration_validation", "authorization_url_generation", "redirect_uri_configured"]
            reports[provider.name] = [
                "provider": .string(provider.name), "environment": environment,
                "checks_passed": .array(failed.isEmpty ? checks.map(JSONValue.string) : checks.dropFirst().map(JSONValue.string)),
                "checks_failed": .array(failed.map(JSONValue.string)), "is_healthy": .bool(failed.isEmpty),
                "redirect_uri": .string(callbackURL(request)),
                "client_id_prefix": .string(String(provider.clientID.prefix(20))),
                "config": [
                    "scopes": .string(UpstreamProvider.scope), "authorization_url": .string(authorizationURL(provider, request)),
                ],
            ]
        }
        let usable = configuration.providers.filter { $0.problems.isEmpty }
        let isWell = !usable.isEmpty
        return .answer(
            identity.merging([
                "environment": environment, "timestamp": timestamp, "oauth_providers": .object(reports),
                "available_providers": .array(usable.map { .string($0.name) }), "oauth_healthy": .bool(isWell),
            ]), status: isWell || configuration.environment.isForDevelopers ? .ok : .serviceUnavailable)
    }

    private func providerList(_ request: Request) -> Response {
        var details: JSONObject = [:]
        for provider in configuration.providers {
            let isGood = provider.problems.isEmpty
            details[provider.name] = [
                "provider": .string(provider.name), "available": .bool(isGood), "configured": .bool(isGood),
                "config_status": [
                    "client_id_configured": .bool(!provider.clientID.isEmpty),
                    "client_secret_configured": .bool(!provider.clientSecret.isEmpty),
                    "redirect_uri": .string(callbackURL(request)),
                ],
            ]
        }
        let names = configuration.providers.filter { $0.problems.isEmpty }.map { JSONValue.string($0.name) }
        return .answer([
            "providers": .array(names), "status": names.isEmpty ? "not_configured" : "configured",
            "provider_details": .object(details), "timestamp": timestamp,
        ])
    }

    private func frontendConfiguration(_ request: Request) -> Response {
        let base = base(of: request)
        let isForDevelopers = configuration.environment.isForDevelopers
        var endpoints: JSONObject = [
            "login": .string(base + "/auth/login"), "logout": .string(base + "/auth/logout"),
            "callback": .string(callbackURL(request)), "token": .string(base + "/oauth/token"),
            "user": .string(base + "/auth/me"),
        ]
        if isForDevelopers { endpoints["dev_login"] = .string(base + "/auth/dev/login") }
        let google = configuration.providers.first { $0.name == "google" }
        return .answer([
            "google_client_id": .string(google?.clientID ?? ""), "oauth_enabled": .bool(google?.problems.isEmpty == true),
            "development_mode": .bool(isForDevelopers), "endpoints": .object(endpoints),
            "authorized_javascript_origins": [.string(configuration.frontendURL)],
            "authorized_redirect_uris": [.string(callbackURL(request))],
            "oauth_redirect_uri": .string(callbackURL(request)),
        ])
    }
}
