// A small world on virtual time: the agent and events services over a simulated network, everything else played.

import AgentService
import Clients
import EventsService
import Fixtures
import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Logging
import MemoryCache
import NIOCore
import SQLiteStore
import ServiceKit
import SimulatedTransport
import StoreKit
import Synchronization
import Wire

/// What the played services do, and what they were told.
final class PlayedServices: Sendable {
    struct State {
        /// The server-sent events that the model answers with; the last is usually `[DONE]`.
        var modelEvents = ["Hello ", "from ", "the model."].map { #"{"choices":[{"delta":{"content":"\#($0)"}}]}"# } + ["[DONE]"]
        var modelStatus = HTTPResponse.Status.ok
        /// The prompts that the model was asked.
        var prompts: [String] = []
        /// The rows that the analytics got.
        var rows: [JSONValue] = []
        /// How many inserts are refused with 500 before one is taken.
        var refusedInserts = 0
        var isAuthDown = false
    }

    let state = Mutex(State())

    /// The service `auth`: a token is valid whose payload names a user; it is not checked any further.
    var auth: PlayedService {
        PlayedService(name: "auth") { routes in
            routes.post("/auth/validate") { _, request, _ in
                if self.state.withLock({ $0.isAuthDown }) { return Response(status: .serviceUnavailable) }
                let token = try await request.json()["token"]?.string ?? ""
                let parts = token.split(separator: ".")
                let claims = parts.count == 3 ? Data(base64Encoded: String(parts[1])) : nil
                let user = claims.flatMap { try? JSONValue(json: String(decoding: $0, as: UTF8.self)) }?["sub"]?.string
                return .json(value: ["valid": .bool(user != nil), "user_id": JSONValue(user), "email": nil])
            }
        }
    }

    /// The service `llm`.
    var model: PlayedService {
        PlayedService(name: "llm") { routes in
            routes.post("/v1/chat/completions") { _, request, _ in
                let prompt = try await request.json()["messages"]?.array?.first?["content"]?.string ?? ""
                let (status, events) = self.state.withLock { state in
                    state.prompts.append(prompt)
                    return (state.modelStatus, state.modelEvents)
                }
                let text = events.map { "data: \($0)\n\n" }.joined()
                return Response(
                    status: status, headers: [.contentType: "text/event-stream"],
                    body: .init(byteBuffer: ByteBuffer(string: text)))
            }
        }
    }

    /// The service `analytics`.
    var analytics: PlayedService {
        PlayedService(name: "analytics") { routes in
            routes.post("/") { _, request, _ in
                let body = try await request.body.collect(upTo: 1 << 20)
                let isRefused = self.state.withLock { state in
                    state.refusedInserts -= 1
                    return state.refusedInserts >= 0
                }
                if isRefused { return Response(status: .internalServerError) }
                let rows = try String(buffer: body).split(separator: "\n").map { try JSONValue(json: String($0)) }
                self.state.withLock { $0.rows += rows }
                return Response(status: .ok)
            }
        }
    }
}

/// A service that is nothing but routes.
struct PlayedService: Service {
    let name: String
    let routes: ServiceRoutes

    init(name: String, routes: (RouteBuilder<PlayedService>) -> Void) {
        self.name = name
        self.routes = ServiceRoutes(routes)
    }
}

/// The world, inside a simulation.
struct EventsAgentWorld: Sendable {
    let played = PlayedServices()
    let network: SimulatedNetwork
    private let connections = ConnectionCount()

    /// A counter that names connections.
    private final class ConnectionCount: Sendable {
        let count = Mutex(0)
        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    /// Runs `body` in a world with these agents, in a simulation with this seed.
    static func run<Value: Sendable>(
        agents: String? = nil, seed: UInt64 = 1, _ body: @escaping @Sendable (EventsAgentWorld) async throws -> Value
    ) async throws -> Simulation.Outcome<Value> {
        try SQLiteDatabase.warmUp()
        let scripts = try agents.map(agentScripts) ?? AgentScripts.load(directory: Self.folder)
        return await Simulation.start(.init(seed: seed)) { simulation in
            let world = EventsAgentWorld(network: SimulatedNetwork(simulation))
            return try await world.serve(scripts, simulation) { try await body(world) }
        }
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fixtures/agents").standardizedFileURL

    private func serve<Value: Sendable>(
        _ scripts: AgentScripts, _ simulation: Simulation, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (relational, cache) = (try SQLiteDatabase(), MemoryKeyspace())
        func context(_ name: String) -> ServiceContext {
            ServiceContext(
                name: name, clock: WorldClock(), chance: ChanceSource(simulation.chance, actor: name), relational: relational,
                cache: cache, log: Logger(label: name, factory: { _ in SwiftLogNoOpLogHandler() }), trace: simulation.trace,
                serviceSecret: "secret-of-this-test", callers: { caller(to: $0, from: name) })
        }
        let services: [any Service] = [
            played.auth, played.model, played.analytics, FakeEvents(context: context("events")),
            FakeAgent(context: context("agent"), scripts: scripts),
        ]
        let log = Logger(label: "host", factory: { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            for service in services {
                try await service.prepare()
                let host = ServiceHost(service, log: log)
                _ = try await network.listen(on: Address(host: service.name, port: 80)) { host.accept($0) }
                tasks.addTask { try await service.run() }
            }
            let value = try await body()
            tasks.cancelAll()
            return value
        }
    }

    /// A way to call a service: a connection for every call.
    func caller(to service: String, from party: String = "test") -> Caller {
        let address = Address(host: service, port: 80)
        return Caller(
            service: service,
            send: { call in
                let name = "\(party)->\(service) \(connections.next())"
                let connection = HTTPClientConnection(service: service) { $0.close() }
                _ = try await network.connect(to: address, as: name) { connection.configure($0) }
                return try await connection.send(call)
            },
            open: { call, subprotocols in
                let upgrade = WebSocketUpgrade(call, service: service, subprotocols: subprotocols)
                let name = "\(party)->\(service) \(connections.next())"
                _ = try await network.connect(to: address, as: name) { upgrade.configure($0) }
                return try await upgrade.connection()
            })
    }

    /// Clients of the two services.
    var agent: AgentClient { AgentClient(caller(to: "agent")) }
    var events: EventsClient { EventsClient(caller(to: "events")) }

    /// An access token of a user, with an expiry if one is given.
    func token(_ user: String, expiry: Instant? = nil) -> String {
        let end = expiry.map { #","exp":\#($0.seconds)"# } ?? ""
        // Spaces make the payload's length a multiple of 3, so that base64 needs no padding.
        var claims = #"{"sub":"\#(user)"\#(end)}"#
        while claims.utf8.count % 3 != 0 { claims += " " }
        return "e30." + Data(claims.utf8).base64EncodedString() + ".c2ln"
    }
}

extension EventSocket {
    /// The frames up to the first that fits, with it; all there are where none does.
    func frames(through fits: (EventFrame) -> Bool) async -> [EventFrame] {
        var taken: [EventFrame] = []
        for await frame in frames {
            taken.append(frame)
            if fits(frame) { break }
        }
        return taken
    }

    /// The frames up to the end of a run.
    func framesThroughRun() async -> [EventFrame] {
        await frames { $0.event?.kind == .completed || $0.event?.kind == .error }
    }

    /// The first service frame of a type.
    func message(_ type: String) async -> ServerMessage? { await frames { $0.message?.type == type }.last?.message }
}

extension EventFrame {
    var event: AgentEvent? { if case .event(let event) = self { event } else { nil } }
    var message: ServerMessage? { if case .message(let message) = self { message } else { nil } }
}
