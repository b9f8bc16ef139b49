// What the services of one world stand on: stores, chance, log and the mesh, and which service is which.

import AgentService
import AnalyticsService
import AuthService
import CacheService
import EventsService
import Faults
import Kernel
import LLMService
import Logging
import Mesh
import SQLiteStore
import ServiceKit
import StoreKit
import Wire

/// Makes the services of one world, each with a context of its own over shared stores.
struct ServiceFoundation {
    let relational: any RelationalStore
    let artifacts = ArtifactDirectory()
    let cache: any CacheStore
    private let mesh: Mesh
    private let chance: Chance
    private let trace: Trace
    private let secret: String
    private let deviations: Set<Deviation>
    private let fixtures: FixtureSet
    private let auth: AuthConfiguration

    init(mesh: Mesh, chance: Chance, trace: Trace, blueprint: Blueprint) async throws {
        deviations = blueprint.deviations
        fixtures = blueprint.fixtures
        auth = blueprint.fixtures.auth.applied(to: blueprint.auth)
        self.mesh = mesh
        self.chance = chance
        self.trace = trace
        relational = DeviatingDatabase.wrap(try await blueprint.relational.make(), blueprint.deviations)
        do {
            cache = DeviatingCache.wrap(try await blueprint.cache.make(chance: chance), blueprint.deviations)
        } catch {
            try? await relational.close()
            throw error
        }
        secret = ChanceSource(chance, actor: "world").uuid("service secret")
    }

    /// Does what services and stores do once in a process: opens a first database, puts the routes together.
    static func warmUp() {
        try? SQLiteDatabase.warmUp()
        _ = [
            FakeAuth.sharedRoutes, FakeLLM.sharedRoutes, FakeAnalytics.sharedRoutes, FakeEvents.sharedRoutes,
            FakeAgent.sharedRoutes, FakeCache.sharedRoutes,
        ]
    }

    /// Gives the stores up.
    func close() async throws {
        do { try await cache.close() } catch {
            try? await relational.close()
            throw error
        }
        try await relational.close()
    }

    /// A new instance of a service: the `incarnation`-th of its replica, which reaches all else through `gate`.
    func make(
        _ name: ServiceName, as endpoint: Endpoint, incarnation: Int, gate: ProcessGate, clock: WorldClock
    ) -> any Service {
        let context = self.context(name, endpoint, incarnation, gate, clock)
        return switch name {
        case .auth: FakeAuth(context: context, configuration: auth)
        case .llm: FakeLLM(context: context, scripts: fixtures.llm)
        case .analytics: FakeAnalytics(context: context)
        case .events: FakeEvents(context: context)
        case .agent: FakeAgent(context: context, scripts: fixtures.agents)
        case .cache: FakeCache(context: context)
        }
    }

    func log(_ name: ServiceName) -> Logger {
        var logger = Logger(label: "backlot.\(name.rawValue)") { TraceLog(label: $0) }
        logger.logLevel = .warning
        return logger
    }

    private func context(
        _ name: ServiceName, _ endpoint: Endpoint, _ incarnation: Int, _ gate: ProcessGate, _ clock: WorldClock
    ) -> ServiceContext {
        // The keys of auth hang on this name, and all its replicas have the same. Others draw ids of their own.
        let actor = name == .auth ? name.rawValue : incarnation == 1 ? endpoint.instance : "\(endpoint)#\(incarnation)"
        let callers = ServiceName.allCases.map { called in
            (called.rawValue, gate.guarding(mesh.caller(from: endpoint, to: called.rawValue)))
        }
        let known = Dictionary(uniqueKeysWithValues: callers)
        return ServiceContext(
            name: name.rawValue, clock: clock, chance: ChanceSource(chance, actor: actor),
            relational: AttendedRelationalStore(relational, of: endpoint, gate: gate, mesh: mesh),
            cache: AttendedCacheStore(cache, of: endpoint, gate: gate, mesh: mesh), log: log(name), trace: trace,
            serviceSecret: secret, deviations: deviations, faults: serviceFaults(endpoint, gate), tokenRules: auth.rules,
            artifacts: artifacts,
            services: { [mesh] in
                mesh.directory.names.map { name in (name, (try? mesh.directory.replicas(of: name).map(\.address)) ?? []) }
            },
            callers: { [mesh] service in known[service] ?? mesh.caller(from: endpoint, to: service) })
    }

    /// What the world's faults do inside a service; nil where none of them can do anything.
    private func serviceFaults(_ endpoint: Endpoint, _ gate: ProcessGate) -> ServiceFaults? {
        guard mesh.injector.watches(.tool) || mesh.injector.watches(.insert) else { return nil }
        return ServiceFaults(
            deniesTool: { [mesh] tool in
                gate.isServing && mesh.judge(.store(.tool, endpoint, operation: tool)) == .refuse(.denied)
            },
            insert: { [mesh] table in
                switch mesh.judge(.store(.insert, endpoint, operation: table)) {
                case .refuse(.tooManyParts): .tooManyParts
                case .delay(let delay): .late(delay)
                default: .store
                }
            })
    }
}
