// Which replica gets a call: round robin over those that are well. Decisions only.

public import Kernel
public import Wire

/// Chooses a replica for each call, as a value.
///
/// Round robin over the replicas that are not ejected. Where all are, all are used: a caller that can reach nobody may as
/// well try everybody (Envoy calls this the panic threshold).
public struct Balancer: Sendable {
    private let settings: Ejection.Settings
    private var next: Int
    private var health: [(replica: Endpoint, ejection: Ejection)] = []

    /// A balancer that begins with the `start`-th replica.
    public init(_ settings: Ejection.Settings, start: Int = 0) {
        self.settings = settings
        next = start
    }

    /// The replica for a call now, one that was not `tried` for it if there is one. Traps where there is no replica.
    public mutating func pick(from replicas: [Endpoint], avoiding tried: [Endpoint], at now: Instant) -> Endpoint {
        let order = (0..<replicas.count).map { replicas[(next + $0) % replicas.count] }
        next = (next + 1) % replicas.count
        let well = order.filter { isAvailable($0, at: now) }
        let chosen =
            well.first { !tried.contains($0) } ?? order.first { !tried.contains($0) && well.isEmpty } ?? well.first ?? order[0]
        if let place = place(of: chosen) { health[place].ejection.begin(at: now) }
        return chosen
    }

    /// A call to a replica succeeded. Returns what changed.
    public mutating func succeed(_ replica: Endpoint) -> Ejection.Change? {
        guard let place = place(of: replica) else { return nil }
        return health[place].ejection.succeed()
    }

    /// A call to a replica failed. Returns what changed.
    public mutating func fail(_ replica: Endpoint, at now: Instant) -> Ejection.Change? {
        if place(of: replica) == nil { health.append((replica, Ejection(settings))) }
        return health[place(of: replica)!].ejection.fail(at: now)
    }

    private func isAvailable(_ replica: Endpoint, at now: Instant) -> Bool {
        place(of: replica).map { health[$0].ejection.isAvailable(at: now) } ?? true
    }

    private func place(of replica: Endpoint) -> Int? { health.firstIndex { $0.replica == replica } }
}
