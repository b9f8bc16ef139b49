// The seam between the protocols and what carries them: in-memory channels in one world, sockets in the others.

public import NIOCore

/// Where a service can be reached on a transport: a name and port in the simulated world, an IP address and port
/// on loopback.
public struct Address: Hashable, Sendable, CustomStringConvertible {
    /// A simulated host's name, or an IP address.
    public let host: String
    /// The port; 0 asks a listener for any free one.
    public let port: Int

    /// An address from its parts.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    public var description: String { "\(host):\(port)" }
}

/// What carries bytes between the parts of a world. It knows nothing of protocols, services or faults.
public protocol Transport: Sendable {
    /// Listens at an address. `accept` is called on the event loop of every accepted channel, before it is active,
    /// and sets its pipeline up; a failed future closes the channel. Throws ``TransportError/addressInUse(_:)``.
    func listen(
        on address: Address, _ accept: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> Listener

    /// Connects to an address. `prepare` is called on the channel's event loop before it is active, and sets its
    /// pipeline up. `name` names the connection for the schedule and the trace, unique per world.
    /// Throws ``TransportError/refused(_:)`` where nobody listens.
    func connect(
        to address: Address, as name: String, _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel
}

/// An open listener.
public struct Listener: Sendable {
    /// Where it listens, with the port that it got.
    public let address: Address
    private let stop: @Sendable () async throws -> Void

    /// A listener at `address` that `stop` closes.
    public init(address: Address, stop: @escaping @Sendable () async throws -> Void) {
        self.address = address
        self.stop = stop
    }

    /// Stops listening. Connections that were accepted stay open.
    public func close() async throws { try await stop() }
}

/// Why a transport could not do what it was asked.
public enum TransportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another listener has the address.
    case addressInUse(Address)
    /// Nobody listens at the address.
    case refused(Address)
    /// The connection was reset by its peer, or by a fault in its name.
    case reset
    /// Whoever is at the address, or on the way there, does not say a word.
    case noAnswer(Address)

    public var description: String {
        switch self {
        case .addressInUse(let address):
            "\(address) is in use by another process or service. Choose another port, or 0 for any free one."
        case .refused(let address): "nothing listens at \(address)."
        case .reset: "the connection was reset."
        case .noAnswer(let address): "no answer came from \(address)."
        }
    }
}
