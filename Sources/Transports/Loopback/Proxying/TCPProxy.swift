// A TCP proxy: a listener, what is behind it, its connections, and the toxics that spoil them.

import NIOCore
import NIOPosix

/// Passes connections on to another address, and spoils them on demand.
///
/// Connections are counted from 1 in the order in which they are accepted, as long as the proxy is there; whether a toxic
/// hits one hangs on the seed, the proxy's name, the toxic's name and direction, and that number, and on nothing else.
public final class TCPProxy: @unchecked Sendable {  // because its state is touched on its event loop alone
    /// Its name, which chance and metrics know it by.
    public let name: String
    private let loop: any EventLoop
    private let draw: ToxicDraw
    private let traffic: ProxyTraffic

    private var listener: (any Channel)?
    private var toxics: [Toxic] = []
    private var accepted: UInt64 = 0
    private var connections: [UInt64: ProxiedConnection] = [:]

    /// A proxy that does not listen yet. All of it runs on one event loop, so that connections have one order.
    init(_ name: String, on loop: any EventLoop, draw: @escaping ToxicDraw, traffic: ProxyTraffic) {
        self.name = name
        self.loop = loop
        self.draw = draw
        self.traffic = traffic
    }

    /// Starts listening at `listen` for connections to `upstream`, both `host:port`, and returns where it listens: the
    /// numbers of host and port. A host that is left out is 127.0.0.1, a port that is 0 any free one. Throws a
    /// ``ProxyAddressError`` where it cannot listen; an upstream that cannot be reached closes connections, no more.
    public func start(listen: String, upstream: String) async throws(ProxyAddressError) -> String {
        let address: SocketAddress
        do {
            address = try (listen.isEmpty ? ProxyPlace(":0") : ProxyPlace(listen)).socketAddress()
        } catch { throw ProxyAddressError(description: "listen tcp: \(error)") }
        do {
            let channel = try await ServerBootstrap(group: loop)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelOption(.recvAllocator, value: ProxyReading.allocator)
                .childChannelOption(.maxMessagesPerRead, value: 1)
                .childChannelInitializer { client in
                    client.eventLoop.makeCompletedFuture { try self.accept(client, upstream) }
                }
                .bind(to: address).get()
            try? await loop.submit { self.listener = channel }.get()
            return channel.localAddress?.placeText ?? address.placeText
        } catch {
            let reason = (error as? IOError).map { ErrnoText.of($0.errnoCode) } ?? "\(error)"
            throw ProxyAddressError(description: "listen tcp \(address.placeText): bind: \(reason)")
        }
    }

    /// The address that `listen` names, in numbers. Throws a ``ProxyAddressError`` where it names none.
    public static func numeric(_ listen: String) throws(ProxyAddressError) -> String {
        try (listen.isEmpty ? ProxyPlace(":0") : ProxyPlace(listen)).socketAddress().placeText
    }

    /// Stops listening, and closes all connections. Toxics stay.
    public func stop() async {
        if let listener = try? await loop.submit({ self.listener }).get() { try? await listener.close() }
        try? await loop.flatSubmit {
            self.listener = nil
            let open = self.ordered
            for connection in open { connection.close() }
            return EventLoopFuture.andAllComplete(open.map(\.whenClosed), on: self.loop)
        }.get()
    }

    /// Adds a toxic behind those of its direction; open connections meet it too. Done when all of them do.
    public func add(_ toxic: Toxic) async {
        await change {
            self.toxics.append(toxic)
            for connection in self.ordered { connection.add(toxic) }
        }
    }

    /// Changes the parameters and the toxicity of the toxic with this name.
    public func update(_ toxic: Toxic) async {
        await change {
            guard let place = self.toxics.firstIndex(where: { $0.name == toxic.name }) else { return }
            self.toxics[place] = toxic
            for connection in self.ordered { connection.update(toxic) }
        }
    }

    /// Removes a toxic. What it held goes on at once; a timeout closes the connections that it held up.
    public func remove(_ toxic: Toxic) async {
        await change {
            self.toxics.removeAll { $0.name == toxic.name }
            for connection in self.ordered { connection.remove(toxic) }
        }
    }

    /// How many connections are open.
    public var connectionCount: Int { get async { (try? await loop.submit { self.connections.count }.get()) ?? 0 } }

    private func change(_ body: @escaping @Sendable () -> Void) async { try? await loop.submit(body).get() }

    private var ordered: [ProxiedConnection] { connections.sorted { $0.key < $1.key }.map(\.value) }

    private func accept(_ client: any Channel, _ upstream: String) throws {
        accepted += 1
        let listen = (listener ?? client).localAddress?.placeText ?? ""
        let keys = ProxyStream.allCases.map {
            ProxyTraffic.Key(stream: $0, proxy: name, listener: listen, upstream: upstream)
        }
        let settings = ProxySettings(
            name: name, upstream: try? ProxyPlace(upstream), draw: draw, toxics: { [weak self] in self?.toxics ?? [] },
            count: { [traffic] stream, isReceived, bytes in
                traffic.count(keys[stream == .upstream ? 0 : 1], isReceived: isReceived, bytes)
            },
            closed: { [weak self] number in self?.connections[number] = nil })
        let connection = ProxiedConnection(accepted, client, settings)
        connections[accepted] = connection
        try client.pipeline.syncOperations.addHandler(connection.handler(.client))
    }
}
