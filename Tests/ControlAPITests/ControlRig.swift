// What the tests of this folder share: a control server, raw requests to it, sockets to proxies, and servers behind them.

import Kernel
import LoopbackTransport
import NIOCore
import NIOPosix
import TestSupport
import Wire

@testable import ControlAPI

/// A control server with a transport for the test's own sockets.
struct ControlRig: Sendable {
    let server: ControlServer
    let transport: LoopbackTransport

    /// Runs `body` with a server, and takes everything down; with `endsItself` the body has done that with the server.
    static func run(seed: UInt64 = 1, endsItself: Bool = false, _ body: (ControlRig) async throws -> Void) async throws {
        let transport = LoopbackTransport()
        let server = try await ControlServer(port: 0, chance: Chance(seed: seed))
        let result: Result<Void, any Error>
        do { result = .success(try await body(ControlRig(server: server, transport: transport))) } catch {
            result = .failure(error)
        }
        if !endsItself { try await server.shutDown() }
        try await transport.shutDown()
        try result.get()
    }

    /// What is answered: the status, the headers in lower case, and the body.
    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let text: String
        var json: JSONValue { (try? JSONValue(json: text)) ?? .null }
        /// The members `error` and `status` as one text, for comparing.
        var error: String { "\(status) \(json["error"]?.string ?? text)" }
    }

    /// Sends a request over a connection of its own.
    func ask(_ method: String, _ path: String, _ body: String = "", headers: String = "User-Agent: test\r\n") async throws
        -> Answer
    {
        let request =
            "\(method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let socket = try await connect(server.address)
        socket.send(request)
        let seen = await socket.record.wait { $0.isClosed }
        let text = String(buffer: seen.bytes)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\r\n")
        let fields = lines.dropFirst().map { $0.split(separator: ":", maxSplits: 1) }
        return Answer(
            status: Int(lines.first?.split(separator: " ")[1] ?? "") ?? 0,
            headers: Dictionary(
                fields.map { ($0[0].lowercased(), $0[1].drop { $0 == " " }.description) }, uniquingKeysWith: { one, _ in one }),
            text: parts.count > 1 ? String(parts[1]) : "")
    }

    /// Makes a proxy in front of an address and returns where it listens.
    func proxy(_ name: String, to upstream: Address) async throws -> Address {
        let answer = try await ask("POST", "/proxies", #"{"name":"\#(name)","listen":"127.0.0.1:0","upstream":"\#(upstream)"}"#)
        let listen = answer.json["listen"]?.string ?? ""
        return Address(host: "127.0.0.1", port: Int(listen.split(separator: ":").last ?? "") ?? 0)
    }

    /// Adds a toxic.
    @discardableResult func toxic(_ proxy: String, _ json: String) async throws -> Answer {
        try await ask("POST", "/proxies/\(proxy)/toxics", json)
    }

    /// Connects to an address.
    func connect(_ address: Address) async throws -> TestSocket {
        let record = SocketRecord()
        let channel = try await transport.connect(to: address, as: "test") { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(SocketRecorder(record))
            }
        }
        return TestSocket(channel: channel, record: record)
    }

    /// A server that keeps its connections in a list, and does to each what it is told.
    func serve(_ kind: TestServer.Kind = .silent) async throws -> TestServer {
        let accepted = Recorded<[TestSocket]>([])
        let listener = try await transport.listen(on: Address(host: "127.0.0.1", port: 0)) { channel in
            channel.eventLoop.makeCompletedFuture {
                let record = SocketRecord()
                try channel.pipeline.syncOperations.addHandler(SocketRecorder(record, echoes: kind == .echo))
                accepted.update { $0.append(TestSocket(channel: channel, record: record)) }
            }
        }
        return TestServer(listener: listener, accepted: accepted)
    }
}

/// A server behind a proxy.
struct TestServer: Sendable {
    enum Kind { case silent, echo }
    let listener: Listener
    let accepted: Recorded<[TestSocket]>
    var address: Address { listener.address }
}

/// What a socket saw.
struct SocketHistory: Sendable {
    var bytes = ByteBuffer()
    var text: String { String(buffer: bytes) }
    /// The peer has nothing more to say.
    var hasEnded = false
    var wasReset = false
    var isClosed = false
}

typealias SocketRecord = Recorded<SocketHistory>

extension SocketRecord {
    convenience init() { self.init(SocketHistory()) }
}

/// A socket of a test.
struct TestSocket: Sendable {
    let channel: any Channel
    let record: SocketRecord

    func send(_ text: String) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }
    func endOutput() { channel.close(mode: .output, promise: nil) }
    func close() { channel.close(promise: nil) }
}

/// Notes what a socket sees; echoes it, if asked.
private final class SocketRecorder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let record: SocketRecord
    private let echoes: Bool

    init(_ record: SocketRecord, echoes: Bool = false) {
        self.record = record
        self.echoes = echoes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if echoes { context.writeAndFlush(wrapOutboundOut(bytes), promise: nil) }
        record.update { $0.bytes.writeBuffer(&bytes) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else { return }
        record.update { $0.hasEnded = true }
        if echoes { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if (error as? IOError)?.errnoCode == 104 { record.update { $0.wasReset = true } }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { record.update { ($0.isClosed, $0.hasEnded) = (true, true) } }
}
