// A service and its clients over real sockets: HTTP/1.1 from both ends.

import HTTPTypes
import NIOCore
import ServiceKit
import Synchronization
import Testing
import Wire

struct HTTPEndToEndTests {
    @Test func oneConnectionCarriesManyCalls() async throws {
        try await withSampleServer { server in
            let idle = Mutex(0)
            let connection = try await server.connect { connection in
                #expect(connection.isReusable)
                idle.withLock { $0 += 1 }
            }
            for number in 0..<50 {
                let reply = try await connection.send(.get("/hello?n=\(number)")).collected()
                #expect(reply.text == #"{"host":"sample","query":"n=\#(number)"}"#)
                #expect(connection.isReusable)
            }
            #expect(idle.withLock { $0 } == 50)
            #expect(server.host.connectionCount == 1)
        }
    }

    @Test func bodiesOfAllSizesComeBack() async throws {
        try await withSampleServer { server in
            let connection = try await server.connect()
            for size in [0, 1, 1000, 100_000, 5_000_000] {
                let body = ByteBuffer(repeating: UInt8(size % 251), count: size)
                let reply = try await connection.send(Call(.post, "/echo", body: body)).collected()
                #expect(reply.status == .ok && reply.body == body)
            }
        }
    }

    @Test func streamsAreChunked() async throws {
        try await withSampleServer { server in
            let connection = try await server.connect()
            let reply = try await connection.send(.get("/stream?n=200"))
            #expect(reply.head.headerFields[.transferEncoding] == "chunked")
            var data: [String] = []
            for try await event in reply.events { data.append(event.data) }
            #expect(data == (0..<200).map { "\($0)" })
            #expect(connection.isReusable)
            #expect(try await connection.send(.get("/hello")).collected().status == .ok)
        }
    }

    @Test func largeStreamsWaitForTheirReader() async throws {
        try await withSampleServer { server in
            let connection = try await server.connect()
            let reply = try await connection.send(.get("/stream?n=600&padding=10000"))
            #expect(!connection.isReusable)
            var count = 0
            for try await _ in reply.events { count += 1 }
            #expect(count == 600)
        }
    }

    @Test(arguments: ["/broken", "/short"])
    func aCutBodyIsAnError(path: String) async throws {
        try await withSampleServer { server in
            let connection = try await server.connect()
            let error = await #expect(throws: CallError.self) { _ = try await connection.send(.get(path)).collected() }
            guard case .connectionLost("sample", "GET \(path)", _)? = error else { Issue.record("got \(error as Any)"); return }
            try await connection.channel?.closeFuture.get()
            #expect(!connection.isReusable)
        }
    }

    @Test func connectionCloseIsHeeded() async throws {
        try await withSampleServer { server in
            let connection = try await server.connect()
            #expect(try await connection.send(.get("/until-close")).collected().text == "ab")
            try await connection.channel?.closeFuture.get()
            #expect(!connection.isReusable)
            await #expect(throws: CallError.self) { _ = try await connection.send(.get("/hello")) }
        }
    }

    @Test func errorsHaveOneShape() async throws {
        try await withSampleServer { server in
            let connection = try await server.connect()
            let cases: [(Call, Int, String)] = [
                (.get("/nowhere"), 404, #"{"detail":"Not Found"}"#),
                (.post("/hello"), 405, #"{"detail":"Method Not Allowed"}"#),
                (.get("/teapot"), 418, #"{"detail":"short and stout"}"#),
                (.get("/framework"), 409, #"{"error":{"message":"as it is"}}"#),
                (.get("/bug"), 500, #"{"detail":"Internal Server Error"}"#),
                (Call(.post, "/orders", body: ByteBuffer(string: "{")), 422, #"{"detail":"Invalid JSON body"}"#),
                (try .post("/orders", json: ["item": "x"]), 422, #"{"detail":"Field required: count"}"#),
                (try .post("/orders", json: ["item": "x", "count": "y"]), 422, #"{"detail":"Wrong type: count"}"#),
                (.get("/ws"), 426, #"{"detail":"Upgrade Required"}"#),
            ]
            for (call, status, text) in cases {
                let reply = try await connection.send(call).collected()
                #expect(reply.status.code == status && reply.text == text, "\(call.summary)")
                #expect(reply.head.headerFields[.contentType]?.hasPrefix("application/json") == true)
            }
            #expect(connection.isReusable)
            let wrong = try await connection.send(Call(.put, "/things/7")).collected()
            #expect(wrong.head.headerFields[.allow] == "DELETE, GET")
            let order = SampleService.Order(item: "tea", count: 2)
            let made = try await connection.send(.post("/orders", json: order)).collected()
            #expect(made.status == .created)
            #expect(try made.json(SampleService.Order.self) == order)
            #expect(try await connection.send(.delete("/things/7")).collected().status == .noContent)
        }
    }

    @Test func aHundredConnectionsAtOnce() async throws {
        try await withSampleServer { server in
            let texts = try await withThrowingTaskGroup(of: [String].self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let connection = try await server.connect()
                        var texts: [String] = []
                        for turn in 0..<5 {
                            texts.append(try await connection.send(.get("/things/\(number)-\(turn)")).collected().text)
                        }
                        return texts
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(texts).count == 500)
        }
    }

    @Test func cancellingACallClosesItsConnection() async throws {
        try await withSampleServer { server in
            let connection = try await server.connect()
            let call = Task { try await connection.send(.get("/slow")) }
            await server.service.entered.wait()
            call.cancel()
            await #expect(throws: CancellationError.self) { _ = try await call.value }
            try await connection.channel?.closeFuture.get()
            #expect(!connection.isReusable)
        }
    }

    @Test func anAbandonedBodyClosesItsConnectionAndEndsTheRoute() async throws {
        try await withSampleServer { server in
            let connection = try await server.connect()
            do {
                let reply = try await connection.send(.get("/endless"))
                var events = reply.events.makeAsyncIterator()
                #expect(try await events.next()?.data == "begun")
            }
            try await connection.channel?.closeFuture.get()
            // The service learns it from the next thing it does, or, as here, from its connection's end.
            await server.host.shutDown(grace: .milliseconds(50))
            await server.service.wasCancelled.wait()
        }
    }

    @Test func shuttingDownLetsResponsesEnd() async throws {
        try await withSampleServer { server in
            let idle = try await server.connect()
            _ = try await idle.send(.get("/hello")).collected()
            let busy = try await server.connect()
            let call = Task { try await busy.send(.get("/slow")).collected() }
            await server.service.entered.wait()
            let end = Task { await server.host.shutDown(grace: .seconds(60)) }
            try await idle.channel?.closeFuture.get()
            server.service.release.open()
            let reply = try await call.value
            #expect(reply.text == #"{"slow":true}"#)
            #expect(reply.head.headerFields[.connection] == "close")
            await end.value
            #expect(server.host.connectionCount == 0)
        }
    }
}
