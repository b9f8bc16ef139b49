// The control API under people who mean no good, and under load: it answers, loses no byte, and keeps going.

import Kernel
import LoopbackTransport
import NIOCore
import TestSupport
import Testing
import Wire

@testable import ControlAPI

@Suite(.timeLimit(.minutes(2))) struct HostileControlTests {
    @Test func twoHundredConnectionsLoseNothingWhileToxicsComeAndGo() async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve(.echo)
            let place = try await rig.proxy("p", to: server.address)
            let text = (0..<2000).map { "\($0) " }.joined()
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        let client = try await rig.connect(place)
                        for start in stride(from: 0, to: text.count, by: 500) {
                            client.send(String(text.dropFirst(start).prefix(500)))
                        }
                        let seen = await client.record.wait { $0.bytes.readableBytes >= text.utf8.count || $0.hasEnded }
                        client.close()
                        return seen.text == text
                    }
                }
                for round in 0..<15 {
                    let stream = round % 2 == 0 ? "upstream" : "downstream"
                    for toxic in [
                        #""type":"latency","attributes":{"latency":30,"jitter":20}"#,
                        #""type":"slicer","attributes":{"average_size":100,"size_variation":20,"delay":50}"#,
                        #""type":"bandwidth","attributes":{"rate":500}"#,
                    ] { #expect(try await rig.toxic("p", #"{\#(toxic),"stream":"\#(stream)"}"#).status == 200) }
                    let change = try await rig.ask(
                        "POST", "/proxies/p/toxics/latency_\(stream)", #"{"attributes":{"latency":5}}"#)
                    #expect(change.status == 200)
                    for name in ["slicer", "latency", "bandwidth"] {
                        #expect(try await rig.ask("DELETE", "/proxies/p/toxics/\(name)_\(stream)").status == 204)
                    }
                }
                var whole = 0
                for try await isWhole in group where isWhole { whole += 1 }
                #expect(whole == 200)
            }
            let metrics = try await rig.ask("GET", "/metrics").text
            #expect(
                metrics.contains(
                    "toxiproxy_proxy_sent_bytes_total{direction=\"downstream\",listener=\"\(place)\",proxy=\"p\",upstream=\"\(server.address)\"} \(200 * text.utf8.count)\n"
                ), "\(metrics)")
            #expect(try await rig.ask("DELETE", "/proxies/p").status == 204)
        }
    }

    @Test func aPortThatIsTakenIsSaidToBe() async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve()
            let taken = server.address
            let answer = try await rig.ask(
                "POST", "/proxies", #"{"name":"p","listen":"localhost:\#(taken.port)","upstream":"x:1"}"#)
            #expect(answer.error == "500 listen tcp \(taken): bind: address already in use")
            #expect(try await rig.ask("GET", "/proxies").text == "{}")
            for (listen, reason) in [
                ("local373", "listen tcp: address local373: missing port in address"),
                ("a:b:1", "listen tcp: address a:b:1: too many colons in address"),
                ("[::1", "listen tcp: address [::1: missing ']' in address"),
                ("[::1:5", "listen tcp: address [::1:5: missing ']' in address"),
                ("[::1]", "listen tcp: address [::1]: missing port in address"),
                ("[::1]x:5", "listen tcp: address [::1]x:5: missing port in address"),
                ("[::1]:5:6", "listen tcp: address [::1]:5:6: too many colons in address"),
                ("x]:5", "listen tcp: address x]:5: unexpected ']' in address"),
                ("127.0.0.1:-1", "listen tcp: address -1: invalid port"),
                ("192.0.2.1:https", "listen tcp 192.0.2.1:443: bind: cannot assign requested address"),
                ("127.0.0.1:99999", "listen tcp: address 99999: invalid port"),
                ("127.0.0.1:http!", "listen tcp: lookup tcp/http!: unknown port"),
                ("192.0.2.1:0", "listen tcp 192.0.2.1:0: bind: cannot assign requested address"),
            ] {
                let answer = try await rig.ask("POST", "/proxies", #"{"name":"p","listen":"\#(listen)","upstream":"x:1"}"#)
                #expect(answer.error == "500 \(reason)")
            }
            await #expect(throws: TransportError.addressInUse(taken)) {
                _ = try await ControlServer(port: taken.port, chance: Chance(seed: 1))
            }
        }
    }

    @Test func populatingKeepsWhatWasDoneBeforeTheErrorAndSaysSo() async throws {
        try await ControlRig.run { rig in
            let body = """
                [{"name":"one","listen":"localhost:0","upstream":"u:1"},{"name":"two","listen":"local373","upstream":"u:2"},
                 {"name":"three","listen":"localhost:0","upstream":"u:3"}]
                """
            let answer = try await rig.ask("POST", "/populate", body)
            #expect(answer.status == 500)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.json["error"]?.string == "listen tcp: address local373: missing port in address")
            #expect(answer.json["proxies"]?.array?.compactMap { $0["name"]?.string } == ["one"])
            #expect(try await rig.ask("GET", "/proxies").json.object?.keys == ["one"])
            let bad = try await rig.ask("POST", "/populate", #"[{"name":"x","upstream":"u:1"},{"listen":""}]"#)
            #expect(bad.text == #"{"error":"missing required field: name at proxy 2","status":400,"proxies":null}"#)
            let noList = try await rig.ask("POST", "/populate", "{}")
            #expect(
                noList.json["error"]?.string
                    == #"bad request body: json: cannot unmarshal object into Go value of type []struct { toxiproxy.Proxy; Enabled *bool "json:\"enabled\"" }"#
            )
            let twice = try await rig.ask("POST", "/populate", #"[{"name":"x","listen":"localhost:0","upstream":"u:1"}]"#)
            #expect(twice.status == 201 && twice.json["proxies"]?.array?.count == 1)
        }
    }

    @Test func browsersAndStrangePathsAreTurnedAway() async throws {
        try await ControlRig.run { rig in
            let browser = try await rig.ask("GET", "/proxies", headers: "User-Agent: Mozilla/5.0 (X11)\r\n")
            #expect(browser.status == 403 && browser.text == "User agent not allowed\n")
            #expect(browser.headers["content-type"] == "text/plain; charset=utf-8")
            let missing = try await rig.ask("GET", "/proxies/nobody")
            #expect(missing.text == "{\"error\":\"proxy not found\",\"status\":404}\n")
            #expect(missing.headers["x-content-type-options"] == "nosniff")
            #expect(missing.headers["x-toxiproxy-request-id"]?.count == 16)
            let nothing = try await rig.ask("GET", "/", headers: "User-Agent: Mozilla/5.0\r\n")
            #expect(nothing.status == 404 && nothing.text == "404 page not found\n")
            #expect(nothing.headers["x-toxiproxy-request-id"] == nil, "what has no route is no request of the API")
            #expect(try await rig.ask("PUT", "/proxies").status == 405)
            let moved = try await rig.ask("POST", "//proxies?x=1")
            #expect(moved.status == 301 && moved.headers["location"] == "/proxies?x=1" && moved.text.isEmpty)
            let malformed = try await rig.ask("GET", "/proxies/%zz")
            #expect(malformed.status == 400 && malformed.text == "400 Bad Request")
            let version = try await rig.ask("GET", "/version")
            #expect(version.text == "{\"version\": \"git\"}\n")
            #expect(version.headers["content-type"] == "application/json;charset=utf-8")
        }
    }

    @Test func garbageAndHugeBodiesAreAnswered() async throws {
        try await ControlRig.run { rig in
            let huge = String(repeating: "x", count: 8 << 20)
            #expect(try await rig.ask("POST", "/proxies", huge).error == "413 bad request body: http: request body too large")
            let long = #"{"name":"\#(String(repeating: "n", count: 1 << 20))"}"#
            #expect(try await rig.ask("POST", "/proxies", long).error == "400 missing required field: upstream")
            #expect(try await rig.ask("POST", "/proxies", "\u{0}\u{1}").status == 400)
            #expect(try await rig.ask("POST", "/proxies").error == "400 bad request body: EOF")
            for garbage in ["\r\n\r\n\r\n", "NONSENSE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", String(repeating: "a", count: 100_000)]
            {
                let socket = try await rig.connect(rig.server.address)
                socket.send(garbage)
                socket.endOutput()
                _ = await socket.record.wait { $0.isClosed || $0.hasEnded }
                socket.close()
            }
            let half = try await rig.connect(rig.server.address)
            half.send("POST /proxies HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
            half.close()
            #expect(try await rig.ask("GET", "/proxies").text == "{}")
        }
    }

    @Test func requestsAtOnceAreAnsweredOneAfterTheOther() async throws {
        try await ControlRig.run { rig in
            let statuses = Recorded<[Int]>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let answer = try await rig.ask(
                            "POST", "/proxies", #"{"name":"same","listen":"127.0.0.1:0","upstream":"127.0.0.1:9"}"#)
                        statuses.update { $0.append(answer.status) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(statuses.content.count { $0 == 201 } == 1)
            #expect(statuses.content.count { $0 == 409 } == 49)
        }
    }

    @Test func nothingIsLeftOfAServerThatIsShutDown() async throws {
        let transport = LoopbackTransport()
        let record = SocketRecord()
        var places: [Address] = []
        try await ControlRig.run(endsItself: true) { rig in
            let server = try await rig.serve()
            let place = try await rig.proxy("p", to: server.address)
            try await rig.toxic("p", #"{"type":"latency","attributes":{"latency":100000}}"#)
            let client = try await rig.connect(place)
            client.send("a")
            let behind = await server.accepted.wait { !$0.isEmpty }[0]
            behind.send("b")
            client.channel.closeFuture.whenComplete { _ in record.update { $0.isClosed = true } }
            places = [place, rig.server.address]
            try await rig.server.shutDown()
            _ = await behind.record.wait { $0.hasEnded }
        }
        _ = await record.wait { $0.isClosed }
        for place in places {
            await #expect(throws: TransportError.refused(place)) {
                _ = try await transport.connect(to: place, as: "late") { $0.eventLoop.makeSucceededVoidFuture() }
            }
        }
        try await transport.shutDown()
    }
}
