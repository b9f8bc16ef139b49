// The events service: one WebSocket per client, and every agent event to all connections of its user, in order.

import HTTPTypes
import Hummingbird
import Kernel
public import ServiceKit
import Synchronization
import Wire

/// The fake of the WebSocket side of the product.
///
/// Clients connect to `/ws` (or `/api/v1/websocket`) with an access token; `agent` posts events to `/internal/events`.
/// Two deviations from what was seen on the wire are on purpose: the user's id is never shortened, and errors have
/// one shape. A message for the agent is answered with `agent_task_ack` {status, message_id, run_id, thread_id}; the
/// first events of the run may come before it. `/echo` sends back what it gets, for conformance suites.
public final class FakeEvents: Service {
    public let name = "events"

    let context: ServiceContext
    let hub: ConnectionHub
    private let limits = EventsLimits()

    /// The service in its world.
    public init(context: ServiceContext) {
        self.context = context
        hub = ConnectionHub(limits: limits)
    }

    public var routes: ServiceRoutes { Self.sharedRoutes }

    /// The routes of all instances.
    public static let sharedRoutes = ServiceRoutes(of: FakeEvents.self) { routes in
        routes.get("/health") { events, _, _ in
            .json(value: [
                "status": "healthy", "service": "events", "version": "1.0.0",
                "timestamp": ServerFrame.timestamp(events.context.clock.now),
            ])
        }
        routes.get("/ws/health") { events, _, _ in .json(value: events.health) }
        routes.get("/ws/config") { events, _, _ in .json(value: events.configuration) }
        routes.post("/internal/events") { events, request, _ in
            guard events.context.sender(of: request.headers) != nil else {
                throw ServiceError(.forbidden, "Only services of this environment may post events")
            }
            let intake = try EventIntake(await request.json())
            let delivery = events.hub.deliver(intake)
            return .json(value: [
                "sequence": JSONValue(delivery.sequence), "delivered": JSONValue(delivery.connections.count),
                "repeated": .bool(delivery.isRepeated),
            ])
        }
    }

    private var health: JSONValue {
        let census = hub.census
        return [
            "status": "healthy", "mode": "main", "timestamp": .string(context.clock.now.description),
            "components": [
                "connections": JSONValue(census.connections), "events_waiting": JSONValue(census.eventsWaiting),
                "events_dropped": JSONValue(census.eventsDropped),
            ],
        ]
    }

    private var configuration: JSONValue {
        [
            "websocket_config": [
                "heartbeat_interval": .number(limits.heartbeatInterval.milliseconds / 1000),
                "max_message_size": JSONValue(limits.messageBytes), "max_queued_events": JSONValue(limits.eventsWaiting),
                "compression_enabled": false,
            ],
            "timestamp": .string(context.clock.now.description),
        ]
    }

    public var webSockets: [WebSocketRoute] {
        ["/ws", "/api/v1/websocket"].map { path in
            WebSocketRoute(path: path) { request in try await self.decide(request) }
        } + [EchoRoute.route]
    }

    /// Decides on an upgrade request: who comes is known before the upgrade is answered.
    func decide(_ request: HTTPRequest) async throws -> WebSocketDecision {
        let handshake = Handshake(request)
        if handshake.isUnsupported { return .refuse(.forbidden, detail: "No supported subprotocols") }
        guard let token = handshake.token else { return .refuse(.unauthorized, detail: "Authentication failed") }
        do {
            guard let identity = try await context.identity(ofAccessToken: token) else {
                return .refuse(.unauthorized, detail: "Authentication failed")
            }
            let session = ConnectionSession(context: context, hub: hub, limits: limits, userID: identity.userID, token: token)
            return .accept(subprotocol: handshake.subprotocol) { try await session.serve($0) }
        } catch let error as ServiceError {
            return .refuse(error.status, detail: error.detail)
        }
    }
}
