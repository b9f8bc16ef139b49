// Bare ping-pong over simulated links: the smallest world in which bytes travel.

import Faults
import Kernel
import Mesh
import NIOCore
import SimulatedTransport
import Testing
import Wire

/// Sends every message back.
private final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.write(data, promise: nil) }
    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }
}

/// Sends a message, and again when it comes back, a number of times.
private final class Pinger: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var left: Int
    private let done: EventLoopPromise<Int>
    private let message = ByteBuffer(repeating: 7, count: 16)
    private var bytes = 0

    init(trips: Int, done: EventLoopPromise<Int>) {
        left = trips
        self.done = done
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(message), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { bytes += unwrapInboundIn(data).readableBytes }

    func channelReadComplete(context: ChannelHandlerContext) {
        left -= 1
        guard left > 0 else { return done.succeed(bytes) }
        context.writeAndFlush(wrapOutboundOut(message), promise: nil)
    }
}

/// A world in which `clients` clients make `trips` round trips each, at once.
private func pingPong(_ simulation: Simulation, clients: Int, trips: Int) async throws -> Int {
    let chance = simulation.chance
    let mesh = Mesh(
        over: SimulatedNetwork(simulation), profile: LinkProfile(latencyMin: .milliseconds(1), latencyMax: .milliseconds(1)),
        injector: FaultInjector(.none, chance: chance), chance: chance, trace: simulation.trace)
    _ = try await mesh.listen("echo", at: Address(host: "echo", port: 1)) { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
    }
    return try await withThrowingTaskGroup(of: Int.self) { group in
        for client in 0..<clients {
            group.addTask {
                let results = try await withCheckedThrowingContinuation {
                    (c: CheckedContinuation<EventLoopFuture<Int>, any Error>) in
                    Task {
                        do {
                            _ = try await mesh.connect(from: .client("user-\(client)"), to: "echo") { channel in
                                let done = channel.eventLoop.makePromise(of: Int.self)
                                c.resume(returning: done.futureResult)
                                return channel.eventLoop.makeCompletedFuture {
                                    try channel.pipeline.syncOperations.addHandler(Pinger(trips: trips, done: done))
                                }
                            }
                        } catch { c.resume(throwing: error) }
                    }
                }
                return try await results.get()
            }
        }
        return try await group.reduce(0, +)
    }
}

@Test(arguments: [(10, 1000), (100, 500), (1000, 50)])
func pingPongReturnsEveryByte(clients: Int, trips: Int) throws {
    let outcome = Simulation.run(.init(seed: 1)) { try await pingPong($0, clients: clients, trips: trips) }
    #expect(try outcome.value == clients * trips * 16)
    // The handshake takes a round trip, too.
    #expect(outcome.elapsed == .milliseconds(2 * trips + 2))
    #expect(outcome.hungTasks == [])
}
