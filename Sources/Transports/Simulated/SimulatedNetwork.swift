// The network of a simulated world: who listens where, and how two ends come together.

public import Kernel
public import NIOCore
public import Wire

/// The in-memory transport of one simulation.
///
/// Every end of every connection has an event loop of its own, named after the connection, so that the order of one
/// connection's work hangs on nothing but the seed and that name. Usable only inside its simulation.
public final class SimulatedNetwork: Transport, @unchecked Sendable {  // because it stays on its simulation's thread
    private let simulation: Simulation
    private var listeners: [Address: ListeningPort] = [:]
    private var nextPort = 49_152
    private var open: [ObjectIdentifier: SimulatedChannel] = [:]

    private struct ListeningPort {
        let accept: @Sendable (any Channel) -> EventLoopFuture<Void>
    }

    /// A network with nobody on it. All its channels are closed when the simulation's body has ended.
    public init(_ simulation: Simulation) {
        self.simulation = simulation
        simulation.atEnd { [weak self] in self?.closeAll() }
    }

    /// Open channels, both ends counted.
    public var openChannels: Int { open.count }

    public func listen(
        on address: Address, _ accept: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> Listener {
        let address = address.port == 0 ? Address(host: address.host, port: takePort()) : address
        guard listeners[address] == nil else { throw TransportError.addressInUse(address) }
        listeners[address] = ListeningPort(accept: accept)
        return Listener(address: address) { [self] in listeners[address] = nil }
    }

    public func connect(
        to address: Address, as name: String, _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        guard let listener = listeners[address] else { throw TransportError.refused(address) }
        let port = takePort()
        let near = makeChannel(name: name, localPort: port, remotePort: address.port)
        let far = makeChannel(name: name + "@" + address.host, localPort: address.port, remotePort: port)
        near.peer = far
        far.peer = near
        start(far, listener.accept, promise: nil)
        let promise = near.loop.makePromise(of: Void.self)
        start(near, prepare, promise: promise)
        try await promise.futureResult.get()
        return near
    }

    private func start(
        _ channel: SimulatedChannel, _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>,
        promise: EventLoopPromise<Void>?
    ) {
        channel.loop.append(
            .call {
                channel.register0(promise: nil)
                let prepared = prepare(channel).assumeIsolated()
                prepared.whenComplete { result in
                    switch result {
                    case .success:
                        channel.activate()
                        promise?.succeed(())
                    case .failure(let error):
                        channel.close0(error: error, mode: .all, promise: nil)
                        promise?.fail(error)
                    }
                }
            })
    }

    private func makeChannel(name: String, localPort: Int, remotePort: Int) -> SimulatedChannel {
        let loop = SimulatedEventLoop(simulation, name: name)
        let channel = SimulatedChannel(loop: loop, localPort: localPort, remotePort: remotePort)
        let key = ObjectIdentifier(channel)
        open[key] = channel
        channel.closeFuture.whenComplete { [weak self] _ in self?.open[key] = nil }
        return channel
    }

    /// Ephemeral ports, given out in turn and again only after all others.
    private func takePort() -> Int {
        defer { nextPort = nextPort == 65_535 ? 49_152 : nextPort + 1 }
        return nextPort
    }

    private func closeAll() {
        listeners.removeAll()
        for channel in open.values.sorted(by: { $0.loop.name < $1.loop.name }) {
            channel.loop.append(
                .call {
                    if channel.isActive { channel.close0(error: ChannelError.ioOnClosedChannel, mode: .all, promise: nil) }
                })
        }
    }
}
