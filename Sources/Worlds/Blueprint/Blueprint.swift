// What a world is to be: the value from which worlds are built.

public import AuthService
public import Faults
import Kernel
public import Mesh
public import ServiceKit

/// Everything that makes a world what it is. Two worlds of equal blueprints run alike.
public struct Blueprint: Sendable {
    /// The seed: order (in a simulation), chance and faults.
    public var seed: UInt64
    /// The natural behaviour of the links. Real sockets bring their own: ``LinkProfile/none`` suits them.
    public var links: LinkProfile
    /// The faults.
    public var faults: FaultPlan
    /// What the fakes play.
    public var fixtures: FixtureSet
    /// How the auth service is set up: its algorithm, its lifetimes, its providers.
    public var auth = AuthConfiguration.test
    /// The ways in which services are to behave other than their contracts say: planted bugs and quirks.
    public var deviations: Set<Deviation> = []
    /// Whether the trace keeps its events for reading.
    public var keepsTrace = false
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

    /// The names, for plans and errors.
    public static var names: [String] { allCases.map(\.rawValue) }
}
