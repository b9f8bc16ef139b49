// WebSockets over real sockets: the upgrade, messages both ways, and every kind of end.

import NIOCore
import ServiceKit
import Synchronization
import Testing
import Wire

struct WebSocketEndToEndTests {
    @Test func messagesComeBack() async throws {
        try await withSampleServer { server in
            let socket = try await server.open("/ws?token=1")
            #expect(socket.subprotocol == nil)
            var messages = socket.messages.makeAsyncIterator()
            for message in [
                WebSocketMessage.text(""), .text("grüße"), .binary(ByteBuffer(bytes: [0, 1, 2])),
                .text(String(repeating: "a", count: 126)), .text(String(repeating: "b", count: 70_000)),
                .binary(ByteBuffer(repeating: 7, count: 1 << 20)),
            ] {
                try await socket.send(message)
                #expect(await messages.next() == message)
            }
            try await socket.ping()
            try await socket.close(code: 4001, reason: "enough")
            #expect(socket.closure == WebSocketClosure(code: 4001, reason: ""))
            #expect(await messages.next() == nil)
            await server.service.served.wait()
            #expect(server.service.closures.withLock { $0 } == [WebSocketClosure(code: 4001, reason: "enough")])
            await #expect(throws: WebSocketClosedError.self) { try await socket.send("late") }
            await #expect(throws: WebSocketClosedError.self) { try await socket.ping() }
        }
    }

    @Test func manyMessagesInFlight() async throws {
        try await withSampleServer { server in
            let socket = try await server.open("/ws")
            async let sent: Void = { for number in 0..<5000 { try await socket.send("\(number)") } }()
            var expected = 0
            for await message in socket.messages {
                #expect(message == .text("\(expected)"))
                expected += 1
                if expected == 5000 { break }
            }
            try await sent
            try await socket.close()
        }
    }

    @Test func aSubprotocolIsAgreedOn() async throws {
        try await withSampleServer { server in
            let socket = try await server.open("/ws", subprotocols: ["v2.events", "v1.events"])
            #expect(socket.subprotocol == "v2.events")
            try await socket.close()
        }
    }

    @Test(arguments: [
        ("/ws/refused", 403, #"{"detail":"not you"}"#), ("/ws/bug", 500, #"{"detail":"Internal Server Error"}"#),
        ("/nowhere", 404, #"{"detail":"Not Found"}"#), ("/hello", 200, #"{"host":"sample","query":""}"#),
    ])
    func aRefusalKeepsItsStatusAndBody(path: String, status: Int, body: String) async throws {
        try await withSampleServer { server in
            await #expect(throws: CallError.upgradeRefused(service: "sample", status: status, body: body)) {
                _ = try await server.open(path)
            }
        }
    }

    @Test func theServerCloses() async throws {
        try await withSampleServer { server in
            let brief = try await server.open("/ws/brief")
            var messages = brief.messages.makeAsyncIterator()
            #expect(await messages.next() == .text("bye"))
            #expect(await messages.next() == nil)
            #expect(brief.closure == WebSocketClosure(code: 1000, reason: ""))
            let failing = try await server.open("/ws/fails")
            for await _ in failing.messages {}
            #expect(failing.closure?.code == 1011)
            try await failing.channel.closeFuture.get()
        }
    }

    @Test func largeMessagesAreRefused() async throws {
        try await withSampleServer { server in
            let socket = try await server.open("/ws")
            try await socket.send(.binary(ByteBuffer(repeating: 1, count: (1 << 20) + 1)))
            for await _ in socket.messages {}
            #expect(socket.closure?.code == 1009)
            let careful = try await server.open("/ws", messageLimit: 10)
            try await careful.send("12345678901")
            for await _ in careful.messages {}
            #expect(careful.closure?.code == 1009)
            try await careful.channel.closeFuture.get()
        }
    }

    @Test func anAbortIsAbnormal() async throws {
        try await withSampleServer { server in
            let socket = try await server.open("/ws")
            socket.abort()
            for await _ in socket.messages {}
            #expect(socket.closure == .abnormal)
            await server.service.served.wait()
            #expect(server.service.closures.withLock { $0 } == [.abnormal])
        }
    }

    @Test func aServiceThatStopsSaysSo() async throws {
        try await withSampleServer { server in
            let socket = try await server.open("/ws")
            let end = Task { await server.host.shutDown(grace: .seconds(60)) }
            for await _ in socket.messages {}
            #expect(socket.closure == WebSocketClosure(code: 1001, reason: "the service is shutting down"))
            await end.value
        }
    }

    @Test func aCancelledReaderLeavesTheSocketOpen() async throws {
        try await withSampleServer { server in
            let socket = try await server.open("/ws")
            let started = Gate()
            let reader = Task {
                started.open()
                for await _ in socket.messages {}
            }
            await started.wait()
            reader.cancel()
            await reader.value
            #expect(socket.closure == nil)
            try await socket.send("still here")
            var messages = socket.messages.makeAsyncIterator()
            #expect(await messages.next() == .text("still here"))
            try await socket.close()
        }
    }

    @Test func aWriterWaitsForASlowReader() async throws {
        try await withSampleServer { server in
            let socket = try await server.open("/ws/silent")
            await server.service.entered.wait()
            let piece = ByteBuffer(repeating: 1, count: 1 << 20)
            let writer = Task {
                var count = 0
                while count < 12 {
                    try await socket.send(.binary(piece))
                    count += 1
                }
                return count
            }
            // 12 MiB do not fit into two sockets' buffers: only a reader lets the writer finish.
            #expect(await reading(socket, stays: true))
            server.service.release.open()
            #expect(try await writer.value == 12)
            try await socket.close()
        }
    }

    /// Whether the socket is full, after as many turns of its event loop as it takes.
    private func reading(_ socket: WebSocketConnection, stays: Bool) async -> Bool {
        while socket.channel.isWritable == stays {
            guard (try? await socket.channel.eventLoop.submit {}.get()) != nil else { return false }
        }
        return true
    }

    @Test func fragmentsAndControlFramesAsPlainBytes() async throws {
        try await withSampleServer { server in
            let raw = try await server.raw()
            let key = "dGhlIHNhbXBsZSBub25jZQ=="
            let first =
                "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(key)\r\n\r\n"
            // The first frame travels with the request: nothing may get lost while the pipeline changes.
            try await raw.send(Array(first.utf8) + masked(0x01, "Hel"))
            let answer = try await raw.read(until: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 101 "))
            #expect(answer.lowercased().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"))
            try await raw.send(masked(0x89, "p"))
            try await raw.send(masked(0x80, "lo"))
            let echoed = try await raw.read(until: "Hello")
            #expect(
                echoed.unicodeScalars.map { UInt8($0.value) } == [0x8A, 1] + Array("p".utf8) + [0x81, 5] + Array("Hello".utf8))
            try await raw.send([0x81, 0x01, 0x41])
            let close = try await raw.rest()
            #expect(close.unicodeScalars.first == "\u{88}" && close.contains("not masked"))
            raw.close()
        }
    }

    @Test func aHalfClosedPeerIsGone() async throws {
        try await withSampleServer { server in
            let raw = try await server.raw()
            let request =
                "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            try await raw.send(request)
            _ = try await raw.read(until: "\r\n\r\n")
            try await raw.closeOutput()
            await server.service.served.wait()
            #expect(server.service.closures.withLock { $0 } == [.abnormal])
        }
    }

    /// A frame as a client sends it.
    private func masked(_ first: UInt8, _ text: String) -> [UInt8] {
        let key: [UInt8] = [9, 8, 7, 6]
        return [first, 0x80 | UInt8(text.utf8.count)] + key + text.utf8.enumerated().map { $1 ^ key[$0 % 4] }
    }
}
