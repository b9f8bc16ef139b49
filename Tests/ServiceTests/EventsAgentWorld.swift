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
        /// What the model answers with to the next requests, one after the other, before it answers with ``modelEvents``.
        var modelTurns: [[String]] = []
        var modelStatus = HTTPResponse.Status.ok
        /// The requests that the model got.
        var requests: [JSONValue] = []
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
                let body = try await request.json()
                let prompt = body["messages"]?.array?.first?["content"]?.string ?? ""
                let (status, events) = self.state.withLock { state in
                    state.prompts.append(prompt)
                    state.requests.append(body)
                    return (state.modelStatus, state.modelTurns.isEmpty ? state.modelEvents : state.modelTurns.removeFirst())
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
    let relational: SQLiteDatabase
    let cache = MemoryKeyspace()
    let artifacts = ArtifactDirectory()
    private let simulation: Simulation
    private let scripts: AgentScripts
    private let deviations: Set<Deviation>
    private let connections = Counter()
    private let running = Instances()

    /// One service with all that runs for it.
    private struct Running: Sendable {
        let host: ServiceHost
        let listener: Listener
        let background: Task<Void, any Error>
    }

    /// The services that run.
    private final class Instances: Sendable {
        let state = Mutex<[String: Running]>([:])
    }

    /// A counter that names connections.
    private final class Counter: Sendable {
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
        agents: String? = nil, seed: UInt64 = 1, deviations: Set<Deviation> = [],
        _ body: @escaping @Sendable (EventsAgentWorld) async throws -> Value
    ) async throws -> Simulation.Outcome<Value> {
        try SQLiteDatabase.warmUp()
        let scripts = try agents.map(agentScripts) ?? AgentScripts.load(directory: Self.folder)
        return await Simulation.start(.init(seed: seed)) { simulation in
            let world = try EventsAgentWorld(simulation, scripts, deviations)
            for name in ["auth", "llm", "analytics", "events", "agent"] { try await world.start(name) }
            let result: Result<Value, any Error>
            do { result = .success(try await body(world)) } catch { result = .failure(error) }
            for name in ["agent", "events", "analytics", "llm", "auth"] { await world.stop(name) }
            try world.artifacts.remove()
            return try result.get()
        }
    }

    private init(_ simulation: Simulation, _ scripts: AgentScripts, _ deviations: Set<Deviation>) throws {
        self.simulation = simulation
        self.scripts = scripts
        self.deviations = deviations
        network = SimulatedNetwork(simulation)
        relational = try SQLiteDatabase()
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fixtures/agents").standardizedFileURL

    private func service(_ name: String) -> any Service {
        let context = ServiceContext(
            name: name, clock: WorldClock(), chance: ChanceSource(simulation.chance, actor: name), relational: relational,
            cache: cache, log: Logger(label: name, factory: { _ in SwiftLogNoOpLogHandler() }), trace: simulation.trace,
            serviceSecret: "secret-of-this-test", deviations: deviations, artifacts: artifacts,
            services: { [("events", [Address(host: "events", port: 80)])] }, callers: { caller(to: $0, from: name) })
        return switch name {
        case "auth": played.auth
        case "llm": played.model
        case "analytics": played.analytics
        case "events": FakeEvents(context: context)
        default: FakeAgent(context: context, scripts: scripts)
        }
    }

    /// Starts a new instance of a service, on the stores as they are.
    func start(_ name: String) async throws {
        let service = service(name)
        try await service.prepare()
        let host = ServiceHost(service, log: Logger(label: "host", factory: { _ in SwiftLogNoOpLogHandler() }))
        let listener = try await network.listen(on: Address(host: name, port: 80)) { host.accept($0) }
        let background = Task { try await service.run() }
        running.state.withLock { $0[name] = Running(host: host, listener: listener, background: background) }
    }

    /// Ends an instance of a service, whatever it does.
    func stop(_ name: String) async {
        guard let part = running.state.withLock({ $0.removeValue(forKey: name) }) else { return }
        try? await part.listener.close()
        part.background.cancel()
        await part.host.shutDown(grace: .zero)
        _ = await part.background.result
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
    /// The frames up to the first that fits, with it; all there are where none does within `time`.
    func frames(for time: Duration = .seconds(600), through fits: (EventFrame) -> Bool) async -> [EventFrame] {
        // A timer of the channel's own: a task that is cancelled in its sleep would be there until the sleep is over.
        let watchdog = connection.channel.eventLoop.scheduleTask(in: TimeAmount(time)) { [connection] in connection.abort() }
        defer { watchdog.cancel() }
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

    /// The frames of the next `time`; then the connection is given up.
    func frames(for time: Duration) async -> [EventFrame] { await frames(for: time) { _ in false } }

    /// The first service frame of a type.
    func message(_ type: String) async -> ServerMessage? { await frames { $0.message?.type == type }.last?.message }
}

extension EventFrame {
    var event: AgentEvent? { if case .event(let event) = self { event } else { nil } }
    var message: ServerMessage? { if case .message(let message) = self { message } else { nil } }
}
