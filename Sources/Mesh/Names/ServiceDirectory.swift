// Who is called what: service names and the addresses where they are reached.

import Synchronization
public import Wire

/// The service discovery of a world: every service's name and addresses.
public final class ServiceDirectory: Sendable {
    private let entries = Mutex<[String: [Address]]>([:])

    /// A directory without entries.
    public init() {}

    /// Adds an address of a service.
    public func add(_ service: String, _ address: Address) {
        entries.withLock { $0[service, default: []].append(address) }
    }

    /// Removes an address of a service.
    public func remove(_ service: String, _ address: Address) {
        entries.withLock { entries in
            entries[service]?.removeAll { $0 == address }
            if entries[service]?.isEmpty == true { entries[service] = nil }
        }
    }

    /// The addresses of a service, in the order in which they were added. Throws ``CallError/unknownService(_:known:)``.
    public func addresses(of service: String) throws -> [Address] {
        try entries.withLock { entries in
            guard let addresses = entries[service] else {
                throw CallError.unknownService(service, known: entries.keys.sorted())
            }
            return addresses
        }
    }

    /// The names of all services, sorted.
    public var names: [String] { entries.withLock { $0.keys.sorted() } }
}
