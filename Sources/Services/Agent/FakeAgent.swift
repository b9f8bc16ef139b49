// The agent service: threads and messages of users, and runs that answer them by a script.

import Hummingbird
import Kernel
import Logging
public import ServiceKit
import StoreKit
import Wire

/// The fake of the product's backend.
///
/// Every route but `/health` asks `auth` whose token it was given. A message for an agent is answered at once; the run
/// goes on in ``run()``, which posts its events to `events` and its rows to `analytics`. A run that the service's end
/// cancels stays in the store as it was last saved.
public final class FakeAgent: Service {
    public let name = "agent"

    let context: ServiceContext
    let store: AgentStore
    let scripts: AgentScripts
    let queue = RunQueue()

    /// The service in its world, with the scripts of its agents.
    public init(context: ServiceContext, scripts: AgentScripts) {
        self.context = context
        self.scripts = scripts
        store = AgentStore(relational: context.relational, chance: context.chance)
    }

    public func prepare() async throws { try await store.prepare() }

    public var routes: ServiceRoutes { Self.sharedRoutes }

    /// The routes of all instances.
    public static let sharedRoutes = ServiceRoutes(of: FakeAgent.self) { routes in
        routes.get("/health") { agent, _, _ in
            .json(value: [
                "status": "healthy", "service": "agent", "version": "1.0.0",
                "timestamp": .number(Double(agent.context.clock.now.milliseconds) / 1000),
            ])
        }
        addThreadRoutes(to: routes)
        addMessageRoutes(to: routes)
        addRunRoutes(to: routes)
    }

    public func run() async throws {
        await queue.serve { order in
            var performance = RunPerformance(order, context: self.context, store: self.store)
            do {
                try await performance.perform()
            } catch {
                self.context.log.info("run \(order.runID) was cancelled")
            }
        }
    }

    /// Answers a request of a user: finds out who that is, and makes a store that cannot be used a 503.
    func answer(_ request: Request, _ body: (Identity) async throws -> Response) async throws -> Response {
        guard let token = request.headers.bearerToken else {
            throw ServiceError(.unauthorized, "Not authenticated", headers: [.wwwAuthenticate: "Bearer"])
        }
        guard let identity = try await context.identity(ofAccessToken: token) else {
            throw ServiceError(.unauthorized, "Invalid or expired token")
        }
        do {
            return try await body(identity)
        } catch let error as SQLError {
            context.log.error("\(error)")
            throw ServiceError(.serviceUnavailable, "Database temporarily unavailable")
        }
    }
}
