// What the tests of this folder share: either transport, and a record of what a channel saw.

import Kernel
import LoopbackTransport
import NIOCore
import SimulatedTransport
import TestSupport
import Wire

/// The transports that have to keep the contract.
enum Carrier: String, CaseIterable, Sendable {
    case simulated
    case loopback

    /// Runs `body` with a transport of its own and an address at which it may listen.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (any Transport, Address) async throws -> Value
    ) async throws -> Value {
        switch self {
        case .simulated:
            return try Simulation.run(.init(seed: 1)) { simulation in
                try await body(SimulatedNetwork(simulation), Address(host: "place", port: 0))
            }.value
        case .loopback:
            let transport = LoopbackTransport()
            let result: Result<Value, any Error>
            do {
                result = .success(try await body(transport, Address(host: "127.0.0.1", port: 0)))
            } catch { result = .failure(error) }
            try await transport.shutDown()
            return try result.get()
        }
    }
}

/// What a channel saw, for tests to wait upon.
struct ChannelHistory: Sendable {
    var bytes = ByteBuffer()
    var error: String?
    var hasInputEnded = false
    var isInactive = false
    var writability: [Bool] = []
}

typealias ChannelRecord = Recorded<ChannelHistory>

extension ChannelRecord {
    convenience init() { self.init(ChannelHistory()) }
}

/// Writes what a channel sees into a record; echoes what comes, if asked.
final class ChannelRecorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let record: ChannelRecord
    private let echoes: Bool

    init(_ record: ChannelRecord, echoes: Bool = false) {
        self.record = record
        self.echoes = echoes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        record.update { $0.bytes.writeImmutableBuffer(unwrapInboundIn(data)) }
        if echoes { context.write(data, promise: nil) }
    }

    func channelReadComplete(context: ChannelHandlerContext) { if echoes { context.flush() } }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        record.update { $0.writability.append(isWritable) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { record.update { $0.hasInputEnded = true } }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        record.update { $0.error = $0.error ?? "\(error)" }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { record.update { $0.isInactive = true } }
}

extension Transport {
    /// Listens; every accepted channel gets a recorder, and is handed to `accepted`. Half-closure is allowed.
    func listen(
        _ address: Address, _ record: ChannelRecord, echoes: Bool = false, autoRead: Bool = true,
        accepted: (@Sendable (any Channel) -> Void)? = nil
    ) async throws -> Listener {
        try await listen(on: address) { channel in
            accepted?(channel)
            return channel.setOption(.autoRead, value: autoRead).flatMap {
                channel.setOption(.allowRemoteHalfClosure, value: true)
            }.flatMap {
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ChannelRecorder(record, echoes: echoes))
                }
            }
        }
    }

    /// Connects with a recorder.
    func connect(_ address: Address, _ record: ChannelRecord, as name: String = "client") async throws -> any Channel {
        try await connect(to: address, as: name) { channel in
            channel.setOption(.allowRemoteHalfClosure, value: true).flatMap {
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ChannelRecorder(record))
                }
            }
        }
    }
}
