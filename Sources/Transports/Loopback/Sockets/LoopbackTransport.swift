// The transport of the local world: TCP sockets on 127.0.0.1, on event loops of its own.

public import NIOCore
import NIOPosix
import Synchronization
public import Wire

/// Real sockets, on this machine alone.
public final class LoopbackTransport: Transport {
    private let group: MultiThreadedEventLoopGroup
    private let state = Mutex(State())

    /// What keeps connections from being opened on event loops that have ended.
    private struct State {
        var isShutDown = false
        var connecting = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// A transport with `threads` event loops. ``shutDown()`` ends them.
    public init(threads: Int = 1) { group = MultiThreadedEventLoopGroup(numberOfThreads: threads) }

    /// Listens on 127.0.0.1. Accepted channels tell their handlers when the peer has closed its half
    /// (`ChannelEvent.inputClosed`) and stay open, so that a client that has nothing more to say gets its answer.
    /// Throws `TransportError.addressInUse`, and ``NotLoopbackError`` for a host that is not this machine.
    public func listen(
        on address: Address, _ accept: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> Listener {
        let socketAddress = try Self.socketAddress(address)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer(accept)
        do {
            let channel = try await bootstrap.bind(to: socketAddress).get()
            let port = channel.localAddress?.port ?? address.port
            return Listener(address: Address(host: address.host, port: port)) {
                do { try await channel.close() } catch ChannelError.alreadyClosed {}
            }
        } catch let error as IOError where error.errnoCode == Errno.addressInUse {
            throw TransportError.addressInUse(address)
        }
    }

    /// Connects to 127.0.0.1. `name` is of no use here: sockets have no names.
    /// Throws `TransportError.refused`, after ``shutDown()`` too, and ``NotLoopbackError`` for a host that is not this machine.
    public func connect(
        to address: Address, as name: String, _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> any Channel {
        let socketAddress = try Self.socketAddress(address)
        guard begin() else { throw TransportError.refused(address) }
        defer { end() }
        do {
            return try await ClientBootstrap(group: group)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer(prepare)
                .connect(to: socketAddress).get()
        } catch let error as IOError where error.errnoCode == Errno.connectionRefused {
            throw TransportError.refused(address)
        }
    }

    /// A TCP proxy that does not listen yet; `draw` decides what its toxics leave to chance. ``shutDown()`` closes it.
    public func proxy(_ name: String, draw: @escaping ToxicDraw, traffic: ProxyTraffic) -> TCPProxy {
        TCPProxy(name, on: group.next(), draw: draw, traffic: traffic)
    }

    /// Closes every channel and ends the event loops, once the connections are open or refused that are being opened. The
    /// transport is of no use after that.
    public func shutDown() async throws {
        await withCheckedContinuation { waiter in
            let isIdle = state.withLock { state in
                state.isShutDown = true
                if state.connecting > 0 { state.waiters.append(waiter) }
                return state.connecting == 0
            }
            if isIdle { waiter.resume() }
        }
        try await group.shutdownGracefully()
    }

    /// A connection is about to be opened. Returns whether it may be.
    private func begin() -> Bool {
        state.withLock { state in
            if !state.isShutDown { state.connecting += 1 }
            return !state.isShutDown
        }
    }

    /// A connection is open, or was refused.
    private func end() {
        let waiters = state.withLock { state in
            state.connecting -= 1
            guard state.connecting == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private static func socketAddress(_ address: Address) throws -> SocketAddress {
        guard address.host == "127.0.0.1" || address.host == "localhost" else { throw NotLoopbackError(address: address) }
        return try SocketAddress(ipAddress: "127.0.0.1", port: address.port)
    }
}

/// A host that the loopback transport does not reach.
public struct NotLoopbackError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was asked for.
    public let address: Address

    public var description: String {
        "\(address) is not on this machine, and the local world opens no socket to another. Use 127.0.0.1 or localhost."
    }
}
