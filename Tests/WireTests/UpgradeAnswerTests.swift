// What a client makes of answers to its upgrade that no honest server gives.

import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Wire

struct UpgradeAnswerTests {
    /// Opens a WebSocket over a channel in memory and answers it with `answer`, in which `ACCEPT` is the right value.
    private func outcome(_ answer: String, offering subprotocols: [String] = []) async throws -> Result<String?, CallError> {
        let channel = NIOAsyncTestingChannel()
        // All zero bytes: the key is known, so the right answer is too.
        let upgrade = WebSocketUpgrade(.get("/ws"), service: "s", subprotocols: subprotocols, maskKey: { 0 })
        try await channel.testingEventLoop.executeInContext { _ = upgrade.configure(channel) }
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1))
        let request = String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self))
        #expect(request.contains("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"))
        #expect(request.hasPrefix("GET /ws HTTP/1.1\r\nHost: s\r\n"))
        let text = answer.replacing("ACCEPT", with: "ICX+Yqv66kxgM0FcWaLWlFLwTAI=")
        if text.isEmpty {
            try await channel.close()
        } else {
            try await channel.writeInbound(ByteBuffer(string: text))
        }
        do {
            return .success(try await upgrade.connection().subprotocol)
        } catch let error as CallError {
            return .failure(error)
        }
    }

    private let start = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"

    @Test func aRightAnswerOpens() async throws {
        #expect(try await outcome(start + "Sec-WebSocket-Accept: ACCEPT\r\n\r\n") == .success(nil))
        let agreed = start + "Sec-WebSocket-Accept: ACCEPT\r\nSec-WebSocket-Protocol: b\r\n\r\n"
        #expect(try await outcome(agreed, offering: ["a", "b"]) == .success("b"))
    }

    @Test(arguments: [
        "Sec-WebSocket-Accept: wrong\r\n\r\n", "\r\n",
        "Sec-WebSocket-Accept: ACCEPT\r\nSec-WebSocket-Protocol: unasked\r\n\r\n",
        "Sec-WebSocket-Accept: ACCEPT\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
    ])
    func wrongAnswersAreRefusals(rest: String) async throws {
        guard case .failure(.upgradeRefused("s", 101, _)) = try await outcome(start + rest) else {
            Issue.record("\(rest) was taken")
            return
        }
    }

    @Test func framesThatComeWithTheAnswerAreAnswered() async throws {
        let channel = NIOAsyncTestingChannel()
        let upgrade = WebSocketUpgrade(.get("/ws"), service: "s", subprotocols: [], maskKey: { 0 })
        try await channel.testingEventLoop.executeInContext { _ = upgrade.configure(channel) }
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1))
        _ = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        var answer = ByteBuffer(string: start + "Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n")
        // A ping, the text 'hi', and a close frame with 1008 (RFC 6455 section 5.2).
        answer.writeBytes([0x89, 0x00, 0x81, 0x02, 0x68, 0x69, 0x88, 0x02, 0x03, 0xf0])
        try await channel.writeInbound(answer)
        await channel.testingEventLoop.run()
        let socket = try await upgrade.connection()
        var messages: [WebSocketMessage] = []
        for await message in socket.messages { messages.append(message) }
        #expect(messages == [.text("hi")])
        #expect(socket.closure == WebSocketClosure(code: 1008, reason: ""))
        var written = ByteBuffer()
        while var piece = try await channel.readOutbound(as: ByteBuffer.self) { written.writeBuffer(&piece) }
        // A pong and a close frame, masked with zeros.
        #expect(Array(written.readableBytesView) == [0x8a, 0x80, 0, 0, 0, 0, 0x88, 0x82, 0, 0, 0, 0, 0x03, 0xf0])
    }

    @Test func otherEnds() async throws {
        let answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"
        #expect(try await outcome(answer) == .failure(.upgradeRefused(service: "s", status: 503, body: "busy")))
        guard case .failure(.connectionLost("s", "GET /ws", _)) = try await outcome("") else {
            Issue.record("a closed connection is no answer")
            return
        }
    }
}
