// What a world is to be: the value from which worlds are built.

public import AuthService
public import Faults
import Fixtures
import Kernel
public import Mesh
public import ServiceKit
import Wire

/// Everything that makes a world what it is. Two worlds of equal blueprints run alike.
public struct Blueprint: Sendable {
    /// The seed: order (in a simulation), chance and faults.
    public var seed: UInt64
    /// The natural behaviour of the links. Real sockets bring their own: ``LinkProfile/none`` suits them.
    public var links: LinkProfile
    /// The faults; which they are may hang on the seed.
    public var faults: FaultPlan
    /// How many replicas a service has, where it has more than one.
    public var replicas: [ServiceName: Int] = [:]
    /// What callers do about calls that fail.
    public var resilience = ResiliencePlan()
    /// What the fakes play.
    public var fixtures: FixtureSet
    /// How the auth service is set up: its algorithm, its lifetimes, its providers.
    public var auth = AuthConfiguration.test
    /// The ways in which services are to behave other than their contracts say: planted bugs and quirks.
    public var deviations: Set<Deviation> = []
    /// Where the services' tables are.
    public var relational = RelationalSource.embedded
    /// Where the services' cache is.
    public var cache = CacheSource.embedded
    /// Whether the trace keeps its events for reading.
    public var keepsTrace = false
    /// When a simulated world stops although it has not ended, in virtual time; at the kernel's own limit, if nil.
    public var timeLimit: Duration?
    /// Which kind of world it is.
    public var kind: WorldKind

    /// A blueprint without faults; its links are a data centre's in a simulation, and instant on loopback.
    public init(_ kind: WorldKind, seed: UInt64, fixtures: FixtureSet) {
        self.kind = kind
        self.seed = seed
        self.fixtures = fixtures
        links = kind == .simulated ? .dataCentre : .none
        faults = .none
    }
}

extension Blueprint {
    /// The names of the deviations that are switched on, sorted.
    public var deviationNames: [String] { deviations.map(\.name).sorted() }

    /// Checks that such a world can be built. Throws an `InputError`.
    func check() throws {
        for name in ServiceName.allCases {
            guard let count = replicas[name] else { continue }
            guard count > 0 else {
                throw InputError("'\(name.rawValue)' cannot have \(count) replicas: a service has at least 1.")
            }
            if count > 1, let reason = name.reasonForOneReplica {
                let known = ServiceName.allCases.filter { $0.reasonForOneReplica == nil }.map(\.rawValue)
                throw InputError(
                    "'\(name.rawValue)' cannot have \(count) replicas: \(reason). Services that can: \(known.joined(separator: ", "))."
                )
            }
        }
    }

    /// The replicas of a service, by their names.
    func endpoints(of name: ServiceName) -> [Endpoint] {
        let count = replicas[name] ?? 1
        return count == 1 ? [.service(name.rawValue)] : (1...count).map { .replica($0, of: name.rawValue) }
    }
}

/// The kinds of worlds.
public enum WorldKind: String, Sendable, CaseIterable {
    /// In-memory channels, virtual time, one thread.
    case simulated
    /// Loopback sockets, real time.
    case local
}

/// The services of a world, in the order in which they start and are listed.
public enum ServiceName: String, Sendable, CaseIterable {
    case auth
    case llm
    case analytics
    case events
    case agent
    case cache

    /// Why there can be only one of it; nil where there can be several.
    var reasonForOneReplica: String? {
        switch self {
        case .auth, .llm, .agent, .cache: nil
        case .analytics: "its rows live in the memory of one instance"
        case .events: "a user's sockets are open to one instance, and an event that reached another would not get to them"
        }
    }

    /// The names, for plans and errors.
    public static var names: [String] { allCases.map(\.rawValue) }
}
