// Bare ping-pong over the mesh's links: 16 bytes, a millisecond each way, no protocol above them.

import Benchmark
import Faults
import Kernel
import Mesh
import NIOCore
import SimulatedTransport
import Wire

/// Ping-pong with few clients and many trips, and the other way round.
func addPingPongBenchmarks() {
    for (clients, trips) in [(10, 1000), (100, 500), (1000, 50)] {
        let figure = Figure("ping-pong \(clients)x\(trips) round trips/s")
        Benchmark.figures("Ping-pong \(clients)x\(trips)", [figure], maxIterations: 20) { benchmark in
            let (outcome, seconds) = timed {
                Simulation.run(.init(seed: 1)) { try await pingPong($0, clients: clients, trips: trips) }
            }
            let bytes = try outcome.value
            try WrongResult.unless(bytes == clients * trips * 16, "\(bytes) bytes came back")
            benchmark.note(figure, Double(clients * trips) / seconds)
        }
    }
}

/// Has `clients` clients make `trips` round trips each, at once; returns how many bytes came back.
private func pingPong(_ simulation: Simulation, clients: Int, trips: Int) async throws -> Int {
    let chance = simulation.chance
    let millisecond = LinkProfile(latencyMin: .milliseconds(1), latencyMax: .milliseconds(1))
    let mesh = Mesh(
        over: SimulatedNetwork(simulation), profile: millisecond, injector: FaultInjector(.none, chance: chance),
        chance: chance, trace: simulation.trace)
    _ = try await mesh.listen("echo", at: Address(host: "echo", port: 1)) { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(EchoHandler()) }
    }
    return try await withThrowingTaskGroup(of: Int.self) { group in
        for client in 1...clients {
            group.addTask { try await ping(mesh, .client("user-\(client)"), trips) }
        }
        return try await group.reduce(0, +)
    }
}

private func ping(_ mesh: Mesh, _ client: Endpoint, _ trips: Int) async throws -> Int {
    let channel = try await mesh.connect(from: client, to: "echo") { channel in
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(PingHandler(trips: trips, loop: channel.eventLoop))
        }
    }
    let done = try await channel.eventLoop.submit {
        try channel.pipeline.syncOperations.handler(type: PingHandler.self).done
    }.get()
    return try await done.futureResult.get()
}

/// Sends every message back.
private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.write(data, promise: nil) }
    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }
}

/// Sends a message, and again when it comes back, a number of times.
private final class PingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let done: EventLoopPromise<Int>
    private var left: Int
    private var bytes = 0
    private let message = ByteBuffer(repeating: 7, count: 16)

    init(trips: Int, loop: any EventLoop) {
        left = trips
        done = loop.makePromise(of: Int.self)
    }

    func channelActive(context: ChannelHandlerContext) { context.writeAndFlush(wrapOutboundOut(message), promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { bytes += unwrapInboundIn(data).readableBytes }

    func channelReadComplete(context: ChannelHandlerContext) {
        left -= 1
        guard left > 0 else { return done.succeed(bytes) }
        context.writeAndFlush(wrapOutboundOut(message), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // A channel that closes early must not leave its client waiting; after the last trip this does nothing.
        done.fail(ChannelError.ioOnClosedChannel)
    }
}
