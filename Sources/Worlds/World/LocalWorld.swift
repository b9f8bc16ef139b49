// A world on loopback: real sockets, real time, for applications in any language.

import Kernel
import LoopbackTransport
import Wire

/// A world that serves on loopback until it is taken down.
public final class LocalWorld: Sendable {
    /// The running world.
    public let world: World
    private let transport: LoopbackTransport

    /// Does what the first world of a process would have to do; it may run beside something else, such as the reading
    /// of fixtures, and need not be called.
    @concurrent public static func warmUp() async { ServiceFoundation.warmUp() }

    /// Builds and starts a world on 127.0.0.1. Services listen on `portBase` and the ports after it, in their order;
    /// without it each takes a free port, as further replicas of a service always do. Throws ``TransportError/addressInUse(_:)``.
    public init(_ blueprint: Blueprint, portBase: Int? = nil) async throws {
        let transport = LoopbackTransport()
        do {
            world = try await World.start(
                blueprint, over: transport, trace: Trace(keepsEvents: blueprint.keepsTrace)
            ) { name, replica in
                let offset = ServiceName.allCases.firstIndex(of: name) ?? 0
                guard replica == 1 else { return Address(host: "127.0.0.1", port: 0) }
                return Address(host: "127.0.0.1", port: portBase.map { $0 + offset } ?? 0)
            }
        } catch {
            try? await transport.shutDown()
            throw error
        }
        self.transport = transport
    }

    /// Takes the world down; nothing of it is left.
    public func shutDown(grace: Duration = .seconds(1)) async throws {
        try await world.shutDown(grace: grace)
        try await transport.shutDown()
    }

    /// Builds a world, runs `body` in it, and takes it down.
    public static func run<Value: Sendable>(
        _ blueprint: Blueprint, _ body: @Sendable (World) async throws -> Value
    ) async throws -> Value {
        let local = try await LocalWorld(blueprint)
        let result: Result<Value, any Error>
        do { result = .success(try await body(local.world)) } catch { result = .failure(error) }
        try await local.shutDown()
        return try result.get()
    }
}
