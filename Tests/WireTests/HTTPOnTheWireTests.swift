// The server as plain bytes see it: pipelining, half-closed clients, malformed and oversize requests.

import NIOCore
import ServiceKit
import Testing
import Wire

struct HTTPOnTheWireTests {
    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await withSampleServer { server in
            let raw = try await server.raw()
            let requests = (0..<40).map { "GET /things/\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
            try await raw.send(requests + "GET /things/last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let text = try await raw.rest()
            let bodies = text.split(separator: "\r\n").filter { $0.hasPrefix("{") }.map { String($0.prefix { $0 != "}" }) }
            #expect(bodies == (0..<40).map { #"{"id":"\#($0)""# } + [#"{"id":"last""#])
            #expect(text.components(of: "Connection: close") == 1)
        }
    }

    @Test func aHalfClosedClientGetsItsAnswer() async throws {
        try await withSampleServer { server in
            let raw = try await server.raw()
            try await raw.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            try await raw.closeOutput()
            await server.service.entered.wait()
            server.service.release.open()
            let text = try await raw.rest()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.hasSuffix(#"{"slow":true}"#))
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", "HTTP/1.1 400 "),
        ("NONSENSE\r\n\r\n", "HTTP/1.1 400 "),
        ("GET / HTTP/2.0\r\n\r\n", "HTTP/1.1 505 "),
        ("GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 100_000) + "\r\n\r\n", "HTTP/1.1 431 "),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", "HTTP/1.1 413 "),
        (
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n"
                + String(repeating: "y", count: 0x800) + "\r\n", "HTTP/1.1 413 "
        ),
        (
            "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: x\r\n\r\n", "HTTP/1.1 426 "
        ),
        (
            "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
            "HTTP/1.1 400 "
        ),
    ])
    func badRequestsAreRefused(request: String, answer: String) async throws {
        try await withSampleServer(bodyLimit: 1000) { server in
            let raw = try await server.raw()
            try await raw.send(request)
            let text = try await raw.rest()
            #expect(text.hasPrefix(answer), "got \(text.prefix(300))")
            #expect(text.contains(#"{"detail":""#))
            raw.close()
        }
    }

    @Test func oldClientsGetBodiesUntilTheEnd() async throws {
        try await withSampleServer { server in
            let raw = try await server.raw()
            try await raw.send("GET /stream?n=2 HTTP/1.0\r\n\r\n")
            let text = try await raw.rest()
            #expect(text.hasPrefix("HTTP/1.0 200 OK\r\n"))
            #expect(!text.contains("chunked"))
            #expect(text.hasSuffix("\r\n\r\ndata: 0\n\ndata: 1\n\n"))
        }
    }

    @Test func clientsThatAskAreToldToGoOn() async throws {
        try await withSampleServer { server in
            let raw = try await server.raw()
            let fields = "Host: a\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n"
            try await raw.send("POST /echo HTTP/1.1\r\n" + fields)
            #expect(try await raw.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue\r\n"))
            try await raw.send("ok")
            let text = try await raw.rest()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.hasSuffix("\r\n\r\nok"))
        }
    }

    @Test(arguments: ["/hello", "/stream"])
    func headHasNoBody(path: String) async throws {
        try await withSampleServer { server in
            let raw = try await server.raw()
            let next = "GET /things/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            try await raw.send("HEAD \(path) HTTP/1.1\r\nHost: a\r\n\r\n" + next)
            let text = try await raw.rest()
            // No route takes HEAD, and the refusal must not carry the body of one.
            #expect(text.hasPrefix("HTTP/1.1 405 "))
            #expect(text.components(of: "detail") == 0)
            #expect(text.hasSuffix(#"{"id":"1"}"#))
        }
    }

    @Test func clientsThatVanishLeaveNothingBehind() async throws {
        try await withSampleServer { server in
            for request in ["", "GET /he", "POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"] {
                let raw = try await server.raw()
                try await raw.send(request)
                raw.close()
                try await raw.channel.closeFuture.get()
            }
            await server.host.shutDown(grace: .milliseconds(50))
            #expect(server.host.connectionCount == 0)
        }
    }
}

extension String {
    /// How often a text occurs in this one.
    fileprivate func components(of text: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
