// The events service: one WebSocket per client, and every agent event to all connections of its user, in order.

import HTTPTypes
import Hummingbird
import Kernel
import Logging
public import ServiceKit
import StoreKit
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
    private let ledger: EventLedger
    private let lanes = UserLanes()

    /// The service in its world.
    public init(context: ServiceContext) {
        self.context = context
        hub = ConnectionHub(limits: limits, deviations: context.deviations)
        ledger = EventLedger(cache: context.cache, limits: limits)
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
        routes.get("/ws/stats") { events, _, _ in .json(value: events.statistics) }
        routes.get("/ws/beacon") { events, _, _ in
            .json(value: [
                "service": "events", "status": "operational", "timestamp": .string(events.context.clock.now.description),
                "endpoints": ["/ws", "/api/v1/websocket", "/echo"],
            ])
        }
        routes.post("/internal/events") { events, request, _ in
            guard events.context.sender(of: request.headers) != nil else {
                throw ServiceError(.forbidden, "Only services of this environment may post events")
            }
            let intake = try EventIntake(await request.json())
            let delivery = try await events.accept(intake)
            return .json(value: [
                "sequence": JSONValue(delivery.sequence), "delivered": JSONValue(delivery.connections.count),
                "repeated": .bool(delivery.isRepeated),
            ])
        }
    }

    private var health: JSONValue {
        let census = hub.census(at: context.clock.now)
        return [
            "status": "healthy", "mode": "main", "timestamp": .string(context.clock.now.description),
            "components": [
                "connections": JSONValue(census.connections), "users": JSONValue(census.users),
                "events_waiting": JSONValue(census.eventsWaiting), "events_kept": JSONValue(census.eventsKept),
                "events_dropped": JSONValue(census.eventsDropped),
            ],
        ]
    }

    private var statistics: JSONValue {
        let census = hub.census(at: context.clock.now)
        return [
            "active_connections": JSONValue(census.connections), "users": JSONValue(census.users),
            "events_received": JSONValue(census.eventsReceived), "events_waiting": JSONValue(census.eventsWaiting),
            "events_kept": JSONValue(census.eventsKept), "events_dropped": JSONValue(census.eventsDropped),
            "messages_received": JSONValue(census.messagesReceived),
            "timestamp": .string(context.clock.now.description),
        ]
    }

    private var configuration: JSONValue {
        ["websocket_config": limits.json, "timestamp": .string(context.clock.now.description)]
    }

    /// Takes an event in: numbers it, keeps it, sends it. Once this returns, the event outlives the service.
    private func accept(_ intake: EventIntake) async throws -> ConnectionTable.Delivery {
        let queue = hub.queue(of: intake.userID).name
        return try await lanes.hold(queue) {
            try await know(intake.userID, in: queue)
            let (event, repetition) = hub.number(intake, at: context.clock.now)
            if let repetition {
                // A run that is cancelled sends its last event at once again; that is no lost reply.
                if context.deviates(.repeatBroadcast),
                    let time = intake.event["timestamp"]?.string.flatMap({ Instant(iso8601: $0) }),
                    time.duration(to: context.clock.now) > .milliseconds(20)
                {
                    hub.broadcast(intake.event, sequence: repetition.sequence)
                }
                return repetition
            }
            guard let event else { preconditionFailure("an event is new or repeated") }
            if context.deviates(.ledgerBehind) {
                Task { [context, ledger] in
                    try await context.clock.sleep(for: .seconds(1))
                    try await ledger.append(event, to: queue)
                }
                return hub.deliver(event, to: intake.userID, at: context.clock.now)
            }
            do {
                try await ledger.append(event, to: queue)
            } catch let error as CacheError {
                context.log.warning("an event could not be kept: \(error)")
                throw ServiceError(.serviceUnavailable, "The event could not be kept")
            }
            return hub.deliver(event, to: intake.userID, at: context.clock.now)
        }
    }

    /// Takes over what an earlier instance of the service kept of a user's events. Within the user's lane.
    private func know(_ userID: String, in queue: String) async throws {
        guard !hub.queue(of: userID).isKnown else { return }
        do {
            var known = try await ledger.load(queue, at: context.clock.now)
            if context.deviates(.restoreLosesNewest) { known.loseNewest() }
            hub.restore(userID, known)
        } catch let error as CacheError {
            context.log.warning("a user's events cannot be read: \(error)")
            throw ServiceError(.serviceUnavailable, "Events temporarily unavailable")
        }
    }

    public var webSockets: [WebSocketRoute] {
        ["/ws", "/api/v1/websocket"].map { path in
            WebSocketRoute(path: path) { request in try await self.decide(request) }
        } + [EchoRoute.route]
    }

    /// Decides on an upgrade request: who comes is known before the upgrade is answered.
    func decide(_ request: HTTPRequest) async throws -> WebSocketDecision {
        if context.deviates(.slowAccept) { try await context.clock.sleep(for: .seconds(3)) }
        let handshake = Handshake(request)
        if handshake.isUnsupported { return .refuse(.forbidden, detail: "No supported subprotocols") }
        if context.deviates(.wsAuthUnchecked) {
            return try await accept("demo-user-001", handshake)
        }
        guard let token = handshake.token, let identity = try await context.identity(ofAccessToken: token) else {
            return .refuse(.unauthorized, detail: "Authentication failed")
        }
        return try await accept(identity.userID, handshake)
    }

    private func accept(_ userID: String, _ handshake: Handshake) async throws -> WebSocketDecision {
        guard handshake.isSequenceReadable else {
            return .refuse(
                .badRequest, detail: "last_sequence is a whole number from 0: the sequence of the last event that came")
        }
        let queue = hub.queue(of: userID).name
        try await lanes.hold(queue) { try await know(userID, in: queue) }
        let session = ConnectionSession(
            context: context, hub: hub, limits: limits, userID: userID, token: handshake.token ?? "",
            lastSequence: handshake.lastSequence)
        return .accept(subprotocol: handshake.subprotocol) { socket in
            do {
                try await session.serve(socket)
                await self.keepSeen(by: userID, in: queue)
            } catch {
                await self.keepSeen(by: userID, in: queue)
                throw error
            }
        }
    }

    /// Keeps what a user has been sent, when a connection has ended. Where the cache cannot be reached a later instance sends
    /// more than it must, and never less.
    private func keepSeen(by userID: String, in queue: String) async {
        guard let seen = hub.seen(by: userID), seen > 0 else { return }
        try? await ledger.keepSeen(seen, of: queue)
    }
}
