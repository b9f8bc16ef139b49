// What Toxiproxy's own tests of its API look at, over the wire: proxies and toxics from their making to their end.

import TestSupport
import Testing
import Wire

@testable import ControlAPI

@Suite(.timeLimit(.minutes(1))) struct ControlFlowTests {
    @Test func aProxyThatWasMadeDisabledListensWhenItIsEnabled() async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve(.echo)
            let made = try await rig.ask(
                "POST", "/proxies",
                #"{"name":"p","listen":"localhost:0","upstream":"\#(server.address)","enabled":false,"toxics":null}"#)
            #expect(made.status == 201)
            #expect(made.json["listen"] == "localhost:0" && made.json["enabled"] == false)
            #expect(try await rig.toxic("p", #"{"type":"noop","attributes":null}"#).json["attributes"] == [:])
            let enabled = try await rig.ask("POST", "/proxies/p", #"{"name":"p","enabled":true}"#)
            let listen = try #require(enabled.json["listen"]?.string)
            #expect(listen.hasPrefix("127.0.0.1:") && !listen.hasSuffix(":0"))
            #expect(enabled.json["toxics"]?.array?.count == 1, "toxics stay")
            let client = try await rig.connect(Address(host: "127.0.0.1", port: Int(listen.dropFirst(10)) ?? 0))
            client.send("a")
            _ = await client.record.wait { $0.text == "a" }
            #expect(try await rig.ask("POST", "/reset").status == 204)
            #expect(try await rig.ask("GET", "/proxies").json["p"]?["toxics"] == [])
        }
    }

    @Test func populatingAnAddressInOtherWordsKeepsTheProxy() async throws {
        try await ControlRig.run { rig in
            let upstream = Address(host: "127.0.0.1", port: 9)
            let place = try await rig.proxy("p", to: upstream)
            try await rig.toxic("p", #"{"type":"latency"}"#)
            func populate(_ listen: String) async throws -> JSONValue? {
                try await rig.ask(
                    "POST", "/populate", #"[{"name":"p","listen":"\#(listen)","upstream":"\#(upstream)"}]"#
                ).json["proxies"]?.array?.first
            }
            let same = try await populate("localhost:\(place.port)")
            #expect(same?["listen"]?.string == "\(place)" && same?["toxics"]?.array?.count == 1)
            let other = try await populate("[::1]:0")
            #expect(other?["listen"]?.string?.hasPrefix("[::1]:") == true && other?["toxics"] == [])
            await #expect(throws: TransportError.refused(place)) { try await rig.connect(place) }
        }
    }

    @Test func aChangeThatCannotBeLeavesTheProxyOrItsToxics() async throws {
        try await ControlRig.run { rig in
            let server = try await rig.serve()
            let place = try await rig.proxy("p", to: server.address)
            let bad = try await rig.ask("PATCH", "/proxies/p", #"{"listen":"nowhere"}"#)
            #expect(bad.error == "500 address nowhere: missing port in address")
            #expect(try await rig.ask("GET", "/proxies/p").json["enabled"] == true)
            let late = try await rig.ask("POST", "/proxies", #"{"name":"q","listen":"nowhere","upstream":"u:1","enabled":false}"#)
            #expect(late.status == 201, "an address is not looked at before it is listened at")
            let off = try await rig.ask("PATCH", "/proxies/q", #"{"enabled":false}"#)
            #expect(off.error == "500 address nowhere: missing port in address")
            #expect(try await rig.ask("DELETE", "/proxies/q").status == 204)
            try await rig.toxic("p", #"{"type":"latency"}"#)
            let taken = try await rig.ask(
                "POST", "/populate", #"[{"name":"p","listen":"\#(server.address)","upstream":"u:1"}]"#)
            #expect(taken.error == "500 listen tcp \(server.address): bind: address already in use")
            let left = try await rig.ask("GET", "/proxies/p").json
            #expect(left["listen"]?.string == "\(place)" && left["enabled"] == false && left["toxics"]?.array?.count == 1)
            #expect(try await rig.ask("POST", "/reset").status == 204)
            _ = try await rig.connect(place)
        }
    }

    @Test func anAddressWithoutAHostIsOnThisMachineAlone() async throws {
        try await ControlRig.run { rig in
            for listen in ["", ":0"] {
                let answer = try await rig.ask(
                    "POST", "/proxies", #"{"name":"p\#(listen)","listen":"\#(listen)","upstream":"u:1"}"#)
                #expect(answer.json["listen"]?.string?.hasPrefix("127.0.0.1:") == true, "\(answer.text)")
            }
        }
    }

    @Test func namesComeInAnswersAsGoWritesThem() async throws {
        try await ControlRig.run { rig in
            let made = try await rig.ask(
                "POST", "/proxies", #"{"name":"a<b>&c","listen":"localhost:1","upstream":"u:1","enabled":false}"#)
            #expect(made.text.hasPrefix(#"{"name":"a\u003cb\u003e\u0026c","#))
            #expect(try await rig.ask("GET", "/proxies").text.hasPrefix(#"{"a\u003cb\u003e\u0026c":{"#))
            let toxic = try await rig.toxic("a%3Cb%3E&c", #"{"type":"noop","stream":"UPSTREAM","toxicity":1e-7}"#)
            #expect(
                toxic.text
                    == #"{"attributes":{},"name":"noop_UPSTREAM","type":"noop","stream":"UPSTREAM","toxicity":1e-7}"#)
            #expect(
                try await rig.ask("POST", "/proxies", #"{"name":"a/b","listen":"x","upstream":"u:1","enabled":false}"#).status
                    == 201)
            #expect(try await rig.ask("GET", "/proxies/a%2Fb").text == "404 page not found\n", "a slash is a slash, encoded too")
            #expect(try await rig.ask("GET", "/proxies").json["a/b"]?["enabled"] == false)
        }
    }
}
