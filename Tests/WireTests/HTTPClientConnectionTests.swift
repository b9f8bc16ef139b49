// The client's connection over a channel in memory, where a test decides what arrives and when.

import HTTPTypes
import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

struct HTTPClientConnectionTests {
    private func connect() async throws -> (NIOAsyncTestingChannel, HTTPClientConnection) {
        let channel = NIOAsyncTestingChannel()
        let connection = HTTPClientConnection(service: "s")
        try await channel.testingEventLoop.executeInContext { _ = connection.configure(channel) }
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1))
        return (channel, connection)
    }

    private func request(_ channel: NIOAsyncTestingChannel) async throws -> String {
        String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self))
    }

    @Test func requestsAreFramed() async throws {
        let (channel, connection) = try await connect()
        async let reply = connection.send(Call.post("/a?b=c").field(.cookie, "x=1"))
        let head = try await request(channel)
        #expect(head == "POST /a?b=c HTTP/1.1\r\nHost: s\r\nCookie: x=1\r\nContent-Length: 0\r\n\r\n")
        try await channel.writeInbound(ByteBuffer(string: "HTTP/1.1 204 No Content\r\n\r\n"))
        #expect(try await reply.status == .noContent)
        #expect(connection.isReusable)
    }

    @Test func theHeadComesBeforeTheBody() async throws {
        let (channel, connection) = try await connect()
        async let pending = connection.send(.get("/"))
        _ = try await request(channel)
        let heads = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
        try await channel.writeInbound(ByteBuffer(string: heads + "a"))
        let reply = try await pending
        #expect(reply.status == .ok && !connection.isReusable)
        try await channel.writeInbound(ByteBuffer(string: "bc"))
        try await channel.writeInbound(ByteBuffer(string: "d"))
        #expect(connection.isReusable, "the body has arrived, whether it is read or not")
        #expect(try await reply.collected().text == "abcd")
    }

    @Test(arguments: [
        "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
        "SMTP hello\r\n\r\n",
    ])
    func aCutResponseIsLost(response: String) async throws {
        let (channel, connection) = try await connect()
        async let pending = connection.send(.get("/x")).collected()
        _ = try await request(channel)
        if !response.isEmpty { _ = try? await channel.writeInbound(ByteBuffer(string: response)) }
        try? await channel.close()
        do {
            _ = try await pending
            Issue.record("a cut response was taken for a whole one")
        } catch CallError.connectionLost("s", "GET /x", _) {}
        #expect(!connection.isReusable)
    }

    @Test func aBodyMayEndWithTheConnection() async throws {
        let (channel, connection) = try await connect()
        async let pending = connection.send(.get("/")).collected()
        _ = try await request(channel)
        try await channel.writeInbound(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\nall"))
        try await channel.writeInbound(ByteBuffer(string: " of it"))
        try await channel.close()
        #expect(try await pending.text == "all of it")
        #expect(!connection.isReusable)
    }

    @Test func aFullBodyStopsReading() async throws {
        let (channel, connection) = try await connect()
        let reads = ReadCounter()
        try await channel.testingEventLoop.executeInContext {
            try channel.pipeline.syncOperations.addHandler(reads, position: .first)
        }
        async let pending = connection.send(.get("/"))
        _ = try await request(channel)
        let size = HTTPClientConnection.bodyLimit
        try await channel.writeInbound(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: \(size + 1)\r\n\r\n"))
        let reply = try await pending
        try await channel.testingEventLoop.executeInContext { channel.pipeline.read() }
        let before = try await channel.testingEventLoop.executeInContext { reads.count }
        try await channel.writeInbound(ByteBuffer(repeating: 1, count: size))
        try await channel.testingEventLoop.executeInContext { channel.pipeline.read() }
        #expect(try await channel.testingEventLoop.executeInContext { reads.count } == before, "the read was held back")
        var pieces = reply.body.makeAsyncIterator()
        #expect(try await pieces.next()?.readableBytes == size)
        #expect(try await channel.testingEventLoop.executeInContext { reads.count } > before, "there is room again")
        try await channel.writeInbound(ByteBuffer(repeating: 1, count: 1))
        #expect(try await pieces.next()?.readableBytes == 1)
        #expect(try await pieces.next() == nil)
    }

    @Test func anAbandonedBodyClosesTheConnection() async throws {
        let (channel, connection) = try await connect()
        let call = Task { try await connection.send(.get("/")).status }
        _ = try await request(channel)
        try await channel.writeInbound(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na"))
        #expect(try await call.value == .ok)
        try await channel.closeFuture.get()
        #expect(!connection.isReusable)
    }
}

/// Counts the reads that reach the transport. Used on one event loop only.
private final class ReadCounter: ChannelOutboundHandler, @unchecked Sendable {  // because it never leaves its event loop.
    typealias OutboundIn = Never
    var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}
