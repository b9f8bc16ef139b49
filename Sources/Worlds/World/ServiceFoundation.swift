// What the services of one world stand on: stores, chance, log and the mesh, and which service is which.

import AgentService
import AnalyticsService
import AuthService
import EventsService
import Kernel
import LLMService
import Logging
import MemoryCache
import Mesh
import SQLiteStore
import ServiceKit
import Wire

/// Makes the services of one world, each with a context of its own over shared stores.
struct ServiceFoundation {
    let relational: SQLiteDatabase
    let artifacts = ArtifactDirectory()
    private let cache = MemoryKeyspace()
    private let mesh: Mesh
    private let chance: Chance
    private let trace: Trace
    private let secret: String
    private let deviations: Set<Deviation>
    private let auth: AuthConfiguration

    init(
        mesh: Mesh, chance: Chance, trace: Trace, deviations: Set<Deviation>, auth: AuthConfiguration
    ) throws {
        self.deviations = deviations
        self.auth = auth
        self.mesh = mesh
        self.chance = chance
        self.trace = trace
        relational = try SQLiteDatabase()
        secret = ChanceSource(chance, actor: "world").uuid("service secret")
    }

    /// Does what services and stores do once in a process: opens a first database, puts the routes together.
    static func warmUp() {
        try? SQLiteDatabase.warmUp()
        _ = [
            FakeAuth.sharedRoutes, FakeLLM.sharedRoutes, FakeAnalytics.sharedRoutes, FakeEvents.sharedRoutes,
            FakeAgent.sharedRoutes,
        ]
    }

    func log(_ name: ServiceName) -> Logger {
        var logger = Logger(label: "backlot.\(name.rawValue)") { TraceLog(label: $0) }
        logger.logLevel = .warning
        return logger
    }

    func make(_ name: ServiceName, _ fixtures: FixtureSet) -> any Service {
        let context = self.context(name)
        return switch name {
        case .auth: FakeAuth(context: context, configuration: auth)
        case .llm: FakeLLM(context: context, scripts: fixtures.llm)
        case .analytics: FakeAnalytics(context: context)
        case .events: FakeEvents(context: context)
        case .agent: FakeAgent(context: context, scripts: fixtures.agents)
        }
    }

    private func context(_ name: ServiceName) -> ServiceContext {
        let party = Endpoint.service(name.rawValue)
        return ServiceContext(
            name: name.rawValue, clock: WorldClock(), chance: ChanceSource(chance, actor: name.rawValue),
            relational: relational, cache: cache, log: log(name), trace: trace, serviceSecret: secret,
            deviations: deviations, tokenRules: auth.rules, artifacts: artifacts,
            services: { [mesh] in
                mesh.directory.names.map { name in (name, (try? mesh.directory.addresses(of: name)) ?? []) }
            },
            callers: { [mesh] service in mesh.caller(from: party, to: service) })
    }
}
