// A running world: services, stores, mesh and faults, built from a blueprint over a transport.

public import Clients
import Faults
public import Kernel
import Logging
import MemoryCache
public import Mesh
import SQLiteStore
import ServiceKit
import StoreKit
import Synchronization
public import Wire

/// A whole staging environment in one process, running.
public final class World: Sendable {
    /// What it was built from.
    public let blueprint: Blueprint
    /// Names, links and calls.
    public let mesh: Mesh
    /// What happened.
    public let trace: Trace
    /// The world's time.
    public let clock = WorldClock()
    /// Where each service listens, in the order in which they started.
    public let addresses: [(service: String, address: Address)]

    private let relational: SQLiteDatabase
    private let artifacts: ArtifactDirectory
    private let parts: [Part]

    /// One service with all that runs for it.
    private struct Part: Sendable {
        let host: ServiceHost
        let listener: Listener
        let background: Task<Void, any Error>
    }

    /// Builds and starts a world. `place` says where each service listens.
    static func start(
        _ blueprint: Blueprint, over transport: any Transport, trace: Trace, place: (ServiceName) -> Address
    ) async throws -> World {
        let chance = Chance(seed: blueprint.seed)
        let mesh = Mesh(
            over: transport, profile: blueprint.links, injector: FaultInjector(blueprint.faults, chance: chance),
            chance: chance, trace: trace)
        let foundation = try ServiceFoundation(
            mesh: mesh, chance: chance, trace: trace, deviations: blueprint.deviations, auth: blueprint.auth)
        var parts: [Part] = []
        var addresses: [(String, Address)] = []
        do {
            for name in ServiceName.allCases {
                let service = foundation.make(name, blueprint.fixtures)
                try await service.prepare()
                let host = ServiceHost(service, log: foundation.log(name))
                let listener = try await mesh.listen(name.rawValue, at: place(name)) { host.accept($0) }
                parts.append(Part(host: host, listener: listener, background: Task { try await service.run() }))
                addresses.append((name.rawValue, listener.address))
            }
        } catch {
            for part in parts { await stop(part, grace: .zero) }
            throw error
        }
        return World(blueprint, mesh, trace, foundation, parts, addresses)
    }

    private init(
        _ blueprint: Blueprint, _ mesh: Mesh, _ trace: Trace, _ foundation: ServiceFoundation, _ parts: [Part],
        _ addresses: [(String, Address)]
    ) {
        self.blueprint = blueprint
        self.mesh = mesh
        self.trace = trace
        relational = foundation.relational
        artifacts = foundation.artifacts
        self.parts = parts
        self.addresses = addresses
    }

    /// The typed callers of one user, `user-1` for 1.
    public func client(_ user: String) -> UserClient { UserClient(mesh, .client(user)) }

    /// Connections that services hold open now.
    public var openConnections: Int { parts.map(\.host.connectionCount).reduce(0, +) }

    /// The faults that happened so far, a line each, in order.
    public var faultLines: [String] {
        mesh.injector.decisions.map { "\($0.fault) of delivery \($0.occurrence) on \($0.actor)" }
    }

    /// Stops everything: services finish what they do for at most `grace`, then nothing of the world is left.
    public func shutDown(grace: Duration = .seconds(1)) async throws {
        mesh.shutDown()
        // In the opposite order, so that a service that calls another stops before it.
        for part in parts.reversed() { await Self.stop(part, grace: grace) }
        try artifacts.remove()
        try await relational.close()
    }

    private static func stop(_ part: Part, grace: Duration) async {
        try? await part.listener.close()
        part.background.cancel()
        await part.host.shutDown(grace: grace)
        _ = await part.background.result
    }
}

/// The typed callers of one user, over that user's own links.
public struct UserClient: Sendable {
    /// Calls `auth`.
    public let auth: AuthClient
    /// Calls `agent`.
    public let agent: AgentClient
    /// Opens sockets to `events`.
    public let events: EventsClient
    /// Calls `llm`.
    public let llm: LLMClient
    /// Calls `analytics`.
    public let analytics: AnalyticsClient

    private let mesh: Mesh
    private let party: Endpoint

    /// Calls a service as it is, for what has no typed call.
    public func caller(_ service: ServiceName) -> Caller { mesh.caller(from: party, to: service.rawValue) }

    init(_ mesh: Mesh, _ party: Endpoint) {
        self.mesh = mesh
        self.party = party
        auth = AuthClient(mesh.caller(from: party, to: ServiceName.auth.rawValue))
        agent = AgentClient(mesh.caller(from: party, to: ServiceName.agent.rawValue))
        events = EventsClient(mesh.caller(from: party, to: ServiceName.events.rawValue))
        llm = LLMClient(mesh.caller(from: party, to: ServiceName.llm.rawValue), key: "backlot")
        analytics = AnalyticsClient(mesh.caller(from: party, to: ServiceName.analytics.rawValue))
    }
}
