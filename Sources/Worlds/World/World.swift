// A running world: services, stores, mesh and faults, built from a blueprint over a transport.

import AuthService
public import Clients
public import Faults
public import Kernel
public import Mesh
import ServiceKit
public import StoreKit
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

    /// The relational store that the services share, without faults: for cases that look at it.
    public let relational: any RelationalStore
    /// The cache that the services share, without faults.
    public let cache: any CacheStore

    private let foundation: ServiceFoundation
    private let processes: [ServiceProcess]
    /// Crashes and restarts that are planned or under way.
    private let happenings = Mutex<[Task<Void, Never>]>([])

    /// Builds and starts a world. `place` says where each replica of a service listens, counted from 1. Throws an
    /// `InputError` where there can be no such world.
    static func start(
        _ blueprint: Blueprint, over transport: any Transport, trace: Trace, place: (ServiceName, Int) -> Address
    ) async throws -> World {
        try blueprint.check()
        let chance = Chance(seed: blueprint.seed)
        let mesh = Mesh(
            over: transport, profile: blueprint.links, injector: FaultInjector(blueprint.faults, chance: chance),
            chance: chance, trace: trace, resilience: blueprint.resilience)
        let foundation = try await ServiceFoundation(mesh: mesh, chance: chance, trace: trace, blueprint: blueprint)
        var processes: [ServiceProcess] = []
        var addresses: [(String, Address)] = []
        do {
            for name in ServiceName.allCases {
                for (index, endpoint) in blueprint.endpoints(of: name).enumerated() {
                    let process = ServiceProcess(name, endpoint, foundation, mesh: mesh, trace: trace)
                    let address = try await process.start(at: place(name, index + 1))
                    processes.append(process)
                    addresses.append((index == 0 ? name.rawValue : endpoint.instance, address))
                }
            }
        } catch {
            for process in processes { await process.stop(grace: .zero) }
            try? await foundation.close()
            throw error
        }
        let world = World(blueprint, mesh, trace, foundation, processes, addresses)
        world.keepAppointments()
        return world
    }

    private init(
        _ blueprint: Blueprint, _ mesh: Mesh, _ trace: Trace, _ foundation: ServiceFoundation, _ processes: [ServiceProcess],
        _ addresses: [(String, Address)]
    ) {
        self.blueprint = blueprint
        self.mesh = mesh
        self.trace = trace
        self.foundation = foundation
        relational = foundation.relational
        cache = foundation.cache
        self.processes = processes
        self.addresses = addresses
        for process in processes {
            process.onHappening = { [weak self, unowned process] verdict in self?.happen(to: process, verdict) }
        }
    }

    /// The typed callers of one user, `user-1` for 1.
    public func client(_ user: String) -> UserClient { UserClient(mesh, .client(user)) }

    /// Closes the connections that a user's client keeps for its next calls, as a browser does that is closed.
    public func hangUp(_ user: String) { mesh.hangUp(.client(user)) }

    /// What applications are told of the world, and of real servers beside it.
    public func environment(with servers: [EnvironmentTable.Entry] = []) -> EnvironmentTable {
        EnvironmentTable(addresses, servers: servers, deviations: blueprint.deviations)
    }

    /// The key of the end-to-end bypass; nil where it is not configured.
    public var bypassKey: String? { blueprint.auth.bypassKey }

    /// Connections that services hold open now.
    public var openConnections: Int { processes.map(\.connectionCount).reduce(0, +) }

    /// The faults that happened so far, a line each, in order.
    public var faultLines: [String] { mesh.injector.decisions.map(\.line) }

    /// Whether no fault is planned.
    public var isFaultless: Bool { mesh.injector.isIdle }

    /// The names of the kinds of faults that happened so far, sorted.
    public var faultNames: [String] { Set(mesh.injector.decisions.map(\.fault)).sorted() }

    /// Whether a fault has happened to the cache.
    public var hasCacheFaults: Bool { mesh.injector.decisions.contains { $0.site == .cache } }

    /// Which faults could have happened where so far, sorted; empty unless the plan of faults keeps note of that.
    public var possibleFaults: [FaultCell] { mesh.injector.possibleCells }

    /// The faults that happened so far: enough to have them happen again, with ``FaultPlan/init(repeating:)``.
    public var decisions: DecisionList {
        DecisionList(mesh.injector.decisions, order: blueprint.faults.decisions?.order ?? .seeded)
    }

    /// Stops everything: services finish what they do for at most `grace`, then nothing of the world is left.
    public func shutDown(grace: Duration = .seconds(1)) async throws {
        mesh.injector.endFaults()
        mesh.shutDown()
        let happenings = self.happenings.withLock { happenings in
            defer { happenings = [] }
            return happenings
        }
        for happening in happenings { happening.cancel() }
        for happening in happenings { await happening.value }
        // In the opposite order, so that a service that calls another stops before it.
        for process in processes.reversed() { await process.stop(grace: grace) }
        try foundation.artifacts.remove()
        try await foundation.close()
    }
}

extension World {
    /// Crashes a service: its connections are reset, its tasks cancelled, its memory is gone. It stays away until
    /// ``restart(_:replica:)``. Does nothing where it is down already. Replicas are counted from 1.
    public func crash(_ service: ServiceName, replica: Int = 1) async { _ = await process(service, replica).crash() }

    /// Starts a crashed service again: a new instance over the same stores, at the same address. Does nothing where it
    /// runs. Throws what the service's start throws.
    public func restart(_ service: ServiceName, replica: Int = 1) async throws {
        try await process(service, replica).restart()
    }

    /// Ends the faults, so that all can recover: from now on none happens, and crashes that were still to come do not.
    /// Returns once every crashed service is back, and clocks that were off are right; what was delayed is still on its way, and connections that have lost
    /// something stay as they are until somebody notices.
    public func endFaults() async {
        mesh.injector.endFaults()
        trace.record(.fault, actor: "world", "the faults have ended")
        for happening in happenings.withLock({ $0 }) { await happening.value }
        for process in processes { process.correctClock() }
    }

    /// Tasks of crashed instances that did not end when they were cancelled, a line each.
    public var hungTasks: [String] { processes.flatMap(\.hungTasks) }

    private func process(_ service: ServiceName, _ replica: Int) -> ServiceProcess {
        let replicas = processes.filter { $0.name == service }
        precondition(replicas.indices.contains(replica - 1), "\(service.rawValue) has \(replicas.count) replicas, not \(replica)")
        return replicas[replica - 1]
    }

    /// Plans what comes at a time: crashes, pauses and the like.
    private func keepAppointments() {
        guard mesh.injector.watches(.appointment) else { return }
        for process in processes {
            for verdict in mesh.injector.appointments(of: process.endpoint) { happen(to: process, verdict) }
        }
    }

    private func happen(to process: ServiceProcess, _ verdict: Verdict) {
        // What happens now and waits for nothing is done before the request that brought it is served.
        switch verdict {
        case .pause(let time, nil): return process.pause(for: time)
        case .skew(let change, nil): return process.setClock(by: change)
        default: break
        }
        let time = verdict.time
        let wait = time.map { $0 - mesh.injector.elapsed } ?? .zero
        let task = Task {
            do {
                if wait > .zero { try await Task.sleep(for: wait) }
                if time != nil, mesh.injector.hasEnded { return }
                if let time { trace.record(.fault, actor: process.endpoint.description, "\(verdict.name) at \(time)") }
                try await carryOut(verdict, on: process)
            } catch is CancellationError {
                // The world ends before.
            } catch {
                trace.record(.service, actor: process.endpoint.description, "could not be restarted: \(error)")
            }
        }
        happenings.withLock { $0.append(task) }
    }

    private func carryOut(_ verdict: Verdict, on process: ServiceProcess) async throws {
        switch verdict {
        case .crash(let down, _):
            guard await process.crash() else { return }
            try await Task.sleep(for: down)
            try await process.restart()
        case .pause(let time, _): process.pause(for: time)
        case .skew(let change, _): process.setClock(by: change)
        case .rotateKeys:
            // All replicas sign with the same key.
            for replica in processes where replica.name == process.name { try await replica.rotateKeys() }
        default: break
        }
    }
}

extension Verdict {
    /// When it comes, where it has an appointment.
    fileprivate var time: Duration? {
        switch self {
        case .crash(_, let time), .pause(_, let time), .rotateKeys(let time), .skew(_, let time): time
        default: nil
        }
    }

    /// What it does, for the trace.
    fileprivate var name: String {
        switch self {
        case .crash: "crash"
        case .pause: "pause"
        case .rotateKeys: "key-rotation"
        default: "clock-skew"
        }
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
        // Where messages may come twice, a client has to know them again.
        events = EventsClient(
            mesh.caller(from: party, to: ServiceName.events.rawValue), skipsRepeats: mesh.injector.watches(.message))
        llm = LLMClient(mesh.caller(from: party, to: ServiceName.llm.rawValue), key: "backlot")
        analytics = AnalyticsClient(mesh.caller(from: party, to: ServiceName.analytics.rawValue))
    }
}
