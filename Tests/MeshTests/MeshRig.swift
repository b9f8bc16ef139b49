// What the tests of this folder share: a mesh on either transport, and a peer that speaks plain bytes.

import Faults
import Kernel
import LoopbackTransport
import Mesh
import NIOCore
import SimulatedTransport
import TestSupport
import Wire

/// What carries a test's bytes.
enum Carrier: String, CaseIterable, Sendable {
    case simulated
    case loopback
}

/// A mesh and the place where its one service, `web`, may listen.
struct MeshRig: Sendable {
    let mesh: Mesh
    let place: Address

    /// Runs `body` with a mesh on a transport of its own.
    static func run<Value: Sendable>(
        _ carrier: Carrier, seed: UInt64 = 1, faults: [String] = [], profile: LinkProfile = .none,
        resilience: ResiliencePlan = .none, stallLimit: Duration = .seconds(30),
        _ body: @escaping @Sendable (MeshRig) async throws -> Value
    ) async throws -> Value {
        let faultPlan = FaultPlan(try faults.map { try FaultExpression.parse($0, endpoints: ["client", "web"]) })
        let make: @Sendable (any Transport, Trace) -> Mesh = { transport, trace in
            let chance = Chance(seed: seed)
            return Mesh(
                over: transport, profile: profile, injector: FaultInjector(faultPlan, chance: chance), chance: chance,
                trace: trace, resilience: resilience, stallLimit: stallLimit)
        }
        switch carrier {
        case .simulated:
            return try Simulation.run(.init(seed: seed)) { simulation in
                let mesh = make(SimulatedNetwork(simulation), simulation.trace)
                return try await body(MeshRig(mesh: mesh, place: Address(host: "web", port: 80)))
            }.value
        case .loopback:
            let transport = LoopbackTransport()
            let mesh = make(transport, Trace())
            let result: Result<Value, any Error>
            let rig = MeshRig(mesh: mesh, place: Address(host: "127.0.0.1", port: 0))
            do { result = .success(try await body(rig)) } catch { result = .failure(error) }
            mesh.shutDown()
            try await transport.shutDown()
            return try result.get()
        }
    }

    /// Has `web` served by a handler for each connection.
    func serve(_ make: @escaping @Sendable () -> some ChannelHandler & SendableMetatype) async throws {
        _ = try await mesh.listen("web", at: place) { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(make()) }
        }
    }

    /// A caller of `web`.
    var caller: Caller { mesh.caller(from: .client("user-1"), to: "web") }
}

/// Bytes that came over a connection and how it ended, for tests to wait upon.
struct ReceivedBytes: Sendable {
    var bytes: [UInt8] = []
    var error: String?
    var hasEnded = false
}

typealias ByteRecord = Recorded<ReceivedBytes>

extension ByteRecord {
    convenience init() { self.init(ReceivedBytes()) }
}

/// Writes what comes into a record; echoes it, if asked.
final class Recorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let record: ByteRecord
    private let echoes: Bool

    init(_ record: ByteRecord, echoes: Bool = false) {
        self.record = record
        self.echoes = echoes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        record.update { $0.bytes += Array(buffer.readableBytesView) }
        if echoes { context.write(data, promise: nil) }
    }

    func channelReadComplete(context: ChannelHandlerContext) { if echoes { context.flush() } }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { record.update { $0.error = $0.error ?? "\(error)" } }
    func channelInactive(context: ChannelHandlerContext) { record.update { $0.hasEnded = true } }
}

/// Answers every request with a head and then pieces of a body, one a millisecond.
final class SlowWeb: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How the end of the body is marked (RFC 9112 section 6).
    enum Framing: String, CaseIterable, Sendable {
        case contentLength, chunked, untilClose
    }

    static let pieces = 24
    static let pieceSize = 1024
    static var bodySize: Int { pieces * pieceSize }

    private let framing: Framing
    private var received = ""

    init(_ framing: Framing) { self.framing = framing }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard received.contains("\r\n\r\n") else { return }
        received = ""
        let length =
            switch framing {
            case .contentLength: "content-length: \(Self.bodySize)\r\n"
            case .chunked: "transfer-encoding: chunked\r\n"
            case .untilClose: "connection: close\r\n"
            }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\(length)\r\n")), promise: nil)
        schedule(0, context)
    }

    /// Each piece is scheduled when the one before is sent: however late the loop is, the peer reads them one by one.
    private func schedule(_ piece: Int, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(1)) {
            let (web, context) = bound.value
            web.send(piece, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func send(_ piece: Int, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        if piece == Self.pieces {
            switch framing {
            case .contentLength: break
            case .chunked: context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "0\r\n\r\n")), promise: nil)
            case .untilClose: context.close(promise: nil)
            }
            return
        }
        let body = ByteBuffer(repeating: UInt8(ascii: "a") + UInt8(piece), count: Self.pieceSize)
        var buffer = ByteBuffer()
        if framing == .chunked { buffer.writeString("\(String(Self.pieceSize, radix: 16))\r\n") }
        buffer.writeImmutableBuffer(body)
        if framing == .chunked { buffer.writeString("\r\n") }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        schedule(piece + 1, context)
    }
}

/// Answers a request with more than its reader's side keeps.
final class FloodingWeb: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    static let bodySize = 1 << 20

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: \(Self.bodySize)\r\n\r\n"
        context.write(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
        for _ in 0..<16 {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(repeating: 7, count: Self.bodySize / 16)), promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }
}
