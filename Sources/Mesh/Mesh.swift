// The service mesh of a world: names, links and calls, over any transport.

public import Faults
public import Kernel
public import NIOCore
import Synchronization
public import Wire

/// The mesh through which every part of a world reaches every other.
///
/// The same object serves a simulated network and loopback sockets: only the transport differs. Safe from any task.
public final class Mesh: Sendable {
    /// Who is called what.
    public let directory = ServiceDirectory()
    /// What carries the bytes.
    public let transport: any Transport
    /// The faults, and the decisions taken so far.
    public let injector: FaultInjector
    private let profile: LinkProfile
    private let chance: Chance
    private let trace: Trace
    /// How long a call may go without a byte from its peer.
    let stallLimit: Duration
    private let links = Mutex<[LinkName: Link]>([:])
    private let pools = Mutex<[LinkName: ConnectionPool]>([:])

    /// A mesh over a transport. `profile` is the natural behaviour of its links, `injector` their faults; a call fails
    /// when nothing has come for `stallLimit`.
    public init(
        over transport: any Transport, profile: LinkProfile, injector: FaultInjector, chance: Chance, trace: Trace,
        stallLimit: Duration = .seconds(30)
    ) {
        self.transport = transport
        self.profile = profile
        self.injector = injector
        self.chance = chance
        self.trace = trace
        self.stallLimit = stallLimit
    }

    /// Listens for calls to a service and enters it into the directory.
    public func listen(
        _ service: String, at address: Address, _ accept: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> Listener {
        let listener = try await transport.listen(on: address, accept)
        directory.add(service, listener.address)
        return Listener(address: listener.address) { [directory] in
            directory.remove(service, listener.address)
            try await listener.close()
        }
    }

    /// Opens a connection over the link between two parties; `prepare` sets the pipeline up above the link.
    public func connect(
        from caller: Endpoint, to service: String, _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        try await connect(on: LinkName(from: caller, to: .service(service)), prepare)
    }

    func connect(
        on name: LinkName, _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        let address = try directory.addresses(of: name.callee.role)[0]
        let link = self.link(name)
        let ordinal = link.openConnection()
        // The handshake's round trip, before anything can be sent.
        let handshake = link.handshakeDelay(ordinal)
        if handshake > .zero { try await Task.sleep(for: handshake) }
        return try await transport.connect(to: address, as: "\(link.label)#\(ordinal)") { channel in
            channel.setOption(.allowRemoteHalfClosure, value: true).flatMap {
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LinkHandler(link, ordinal: ordinal))
                }
            }.flatMap { prepare(channel) }
        }
    }

    /// Closes all connections that wait for calls.
    public func shutDown() {
        let pools = self.pools.withLock { pools in
            pools.sorted { $0.key.description < $1.key.description }.map(\.value)
        }
        for pool in pools { pool.close() }
    }

    func pool(_ name: LinkName) -> ConnectionPool {
        pools.withLock { pools in
            if let pool = pools[name] { return pool }
            let pool = ConnectionPool()
            pools[name] = pool
            return pool
        }
    }

    /// Where the keys come from that mask the frames which a party sends on its next WebSocket over a link.
    func maskKeys(_ name: LinkName) -> @Sendable () -> UInt32 {
        let source = ChanceSource(chance, actor: "\(name) WebSocket \(link(name).openWebSocket())")
        return { UInt32(truncatingIfNeeded: source.draw("mask key").bits) }
    }

    private func link(_ name: LinkName) -> Link {
        links.withLock { links in
            if let link = links[name] { return link }
            let link = Link(name, profile: profile, injector: injector, chance: chance, trace: trace)
            links[name] = link
            return link
        }
    }
}
