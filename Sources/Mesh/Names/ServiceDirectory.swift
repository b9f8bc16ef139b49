// Who is called what: services, their replicas and the addresses where those are reached.

import Synchronization
public import Wire

/// The service discovery of a world: every service's replicas.
///
/// A replica that crashed keeps its entry until it is removed: those who call it find out that nobody answers, as they
/// do where discovery lags behind.
public final class ServiceDirectory: Sendable {
    private let entries = Mutex<[String: [Replica]]>([:])

    /// A directory without entries.
    public init() {}

    /// Enters a replica of a service; where it is entered already, its address is replaced.
    public func add(_ replica: Replica) {
        entries.withLock { entries in
            let known = entries[replica.endpoint.role]?.firstIndex { $0.endpoint == replica.endpoint }
            if let known {
                entries[replica.endpoint.role]?[known] = replica
            } else {
                entries[replica.endpoint.role, default: []].append(replica)
            }
        }
    }

    /// Removes a replica of a service.
    public func remove(_ endpoint: Endpoint) {
        entries.withLock { entries in
            entries[endpoint.role]?.removeAll { $0.endpoint == endpoint }
            if entries[endpoint.role]?.isEmpty == true { entries[endpoint.role] = nil }
        }
    }

    /// The replicas of a service, in the order in which they were added. Throws ``CallError/unknownService(_:known:)``.
    public func replicas(of service: String) throws -> [Replica] {
        try entries.withLock { entries in
            guard let replicas = entries[service] else {
                throw CallError.unknownService(service, known: entries.keys.sorted())
            }
            return replicas
        }
    }

    /// Whether a service has more than one replica.
    func isReplicated(_ service: String) -> Bool { entries.withLock { $0[service]?.count ?? 0 } > 1 }

    /// Where an endpoint is reached. Throws ``CallError/unknownService(_:known:)``.
    func address(of endpoint: Endpoint) throws -> Address {
        let replicas = try replicas(of: endpoint.role)
        return replicas.first { $0.endpoint == endpoint }?.address ?? replicas[0].address
    }

    /// The names of all services, sorted.
    public var names: [String] { entries.withLock { $0.keys.sorted() } }
}

/// One of the instances that do a service's work.
public struct Replica: Sendable, Hashable {
    /// Its name: the service's, or `agent-2` where there are several.
    public let endpoint: Endpoint
    /// Where it is reached.
    public let address: Address

    /// A replica from its parts.
    public init(_ endpoint: Endpoint, at address: Address) {
        self.endpoint = endpoint
        self.address = address
    }
}
