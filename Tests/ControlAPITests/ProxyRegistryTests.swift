// The registry as a value: what requests change, and what is to be done with the real proxies.

import LoopbackTransport
import NIOCore
import Testing
import Wire

@testable import ControlAPI

@Suite struct ProxyRegistryTests {
    private var registry = ProxyRegistry { listen throws(ControlError) in
        if listen == "nowhere" { throw .system("no address") }
        return listen.replacing("localhost", with: "127.0.0.1")
    }

    private func described(_ value: JSONValue) throws -> ProxyDescription {
        ProxyDescription(try BodyFields(body(value), as: .proxy))
    }

    private func body(_ value: JSONValue) throws -> BodyValue { try BodyFields.value(of: ByteBuffer(string: value.text)) }

    private mutating func create(_ name: String = "a", enabled: Bool = true) throws {
        let steps = try registry.create(
            described(["name": .string(name), "listen": "localhost:1", "upstream": "u:1", "enabled": .bool(enabled)]))
        #expect(steps == [.create(name)] + (enabled ? [.start(name, otherwise: .restore(nil))] : []))
        if enabled { registry.started(name, at: "127.0.0.1:1") }
    }

    @Test mutating func aProxyIsCreatedOnce() throws {
        try create()
        #expect(
            try registry.proxy("a").text == #"{"name":"a","listen":"127.0.0.1:1","upstream":"u:1","enabled":true,"toxics":[]}"#)
        #expect(throws: ControlError.proxyExists) { try registry.create(described(["name": "a", "upstream": "x:1"])) }
        #expect(throws: ControlError.missing("name")) { try described(["upstream": "x:1"]).check() }
        #expect(throws: ControlError.missing("upstream at proxy 2")) { try described(["name": "x"]).check(" at proxy 2") }
    }

    @Test mutating func aProxyThatCannotStartIsNotThere() throws {
        _ = try registry.create(described(["name": "a", "upstream": "u:1"]))
        #expect(registry.restore("a", .restore(nil)) == nil)
        #expect(throws: ControlError.proxyNotFound) { try registry.proxy("a") }
    }

    @Test mutating func changesOfTheAddressStartAnew() throws {
        try create()
        func change(_ value: JSONValue) throws -> ProxyDescription {
            ProxyDescription(try BodyFields(body(value), as: .proxy), or: try registry.proxy("a"))
        }
        #expect(try registry.update("a", to: change(["listen": "localhost:1"])) == [], "it is the same place")
        #expect(try registry.update("a", to: change(["upstream": "u:2"])) == [.stop("a"), .start("a", otherwise: .nothing)])
        registry.started("a", at: "127.0.0.1:1")
        #expect(try registry.update("a", to: change(["enabled": false])) == [.stop("a")])
        #expect(try registry.update("a", to: change(["enabled": false])) == [])
        #expect(try registry.update("a", to: change(["enabled": true])) == [.start("a", otherwise: .nothing)])
        #expect(throws: ControlError.system("no address")) { try registry.update("a", to: change(["listen": "nowhere"])) }
        #expect(throws: ControlError.proxyNotFound) { try registry.update("b", to: change([:])) }
    }

    @Test mutating func populatingKeepsWhatIsThereAndReplacesWhatDiffers() throws {
        try create()
        let toxic = try registry.add(body(["type": "latency"]), to: "a").toxic
        #expect(try registry.populate(described(["name": "a", "listen": "localhost:1", "upstream": "u:1"])) == [])
        #expect(try registry.proxy("a").toxics == [toxic])
        var old = try registry.proxy("a")
        old.isEnabled = false
        #expect(
            try registry.populate(described(["name": "a", "listen": "localhost:2", "upstream": "u:1"])) == [
                .stop("a"), .create("a"), .start("a", otherwise: .restore(old)),
            ])
        #expect(try registry.proxy("a").toxics == [])
        #expect(registry.restore("a", .restore(old)) == old)
        #expect(try registry.proxy("a").toxics == [toxic])
    }

    @Test mutating func aProxyThatNeverListenedIsReplacedByPopulating() throws {
        try create(enabled: false)
        _ = try registry.add(body(["type": "latency"]), to: "a")
        let old = try registry.proxy("a")
        #expect(old.listen == "localhost:1", "nobody has asked yet what address that is")
        let again = try registry.populate(described(["name": "a", "listen": "localhost:1", "upstream": "u:1"]))
        #expect(again == [.create("a"), .start("a", otherwise: .restore(old))])
        #expect(try registry.proxy("a").toxics == [])
    }

    @Test mutating func toxicsAreAddedChangedAndRemoved() throws {
        try create()
        let (toxic, steps) = try registry.add(
            body(["type": "latency", "stream": "Upstream", "attributes": ["latency": 100]]), to: "a")
        #expect(toxic.name == "latency_Upstream" && toxic.stream == .upstream)
        #expect(toxic.text.contains(#""stream":"Upstream""#), "it is written as it was read")
        #expect(toxic.effect == .latency(.init(latency: 100)))
        #expect(steps == [.add(toxic, "a")])
        let update = try registry.update(
            toxic.name, of: "a", by: body(["attributes": ["jitter": 5], "toxicity": 0.5, "type": "noop", "name": "x"]))
        #expect(
            update.toxic
                == Toxic(
                    name: toxic.name, stream: .upstream, streamName: "Upstream", toxicity: 0.5,
                    effect: .latency(.init(latency: 100, jitter: 5))))
        #expect(update.steps == [.update(update.toxic, "a")])
        #expect(try registry.remove(toxic.name, of: "a") == [.remove(update.toxic, "a")])
        registry.removed(update.toxic, of: "a")
        #expect(throws: ControlError.toxicNotFound) { try registry.remove(toxic.name, of: "a") }
    }

    @Test mutating func toxicsThatCannotBeAreRefused() throws {
        try create()
        _ = try registry.add(body(["type": "latency", "name": "t", "stream": "upstream"]), to: "a")
        for (value, error) in [
            (["type": "latency", "stream": "sideways"], .invalidStream), (["type": "latency", "stream": ""], .invalidStream),
            (["type": "walrus"], .invalidToxicType), ([:], .invalidToxicType),
            (["type": "slow_close", "name": "t"], .toxicExists),
            (
                ["type": "latency", "attributes": ["latency": "much"]],
                .badBody("json: cannot unmarshal string into Go struct field LatencyToxic.attributes.latency of type int64")
            ),
            (
                ["type": "latency", "attributes": ["latency": 1.5]],
                .badBody("json: cannot unmarshal number 1.5 into Go struct field LatencyToxic.attributes.latency of type int64")
            ),
            (
                ["type": "noop", "toxicity": "1"],
                .badBody("json: cannot unmarshal string into Go struct field ToxicWrapper.toxicity of type float32")
            ),
        ] as [(JSONValue, ControlError)] {
            #expect(throws: error) { try registry.add(body(value), to: "a") }
        }
        #expect(throws: ControlError.proxyNotFound) { try registry.add(body(["type": "noop"]), to: "b") }
        #expect(try registry.proxy("a").toxics.map(\.name) == ["t"])
        #expect(throws: ControlError.self) { try registry.update("t", of: "a", by: body(["attributes": ["jitter": []]])) }
        #expect(try registry.toxic("t", of: "a").effect == .latency(.init()), "a change that is refused changes nothing")
    }

    @Test mutating func resetStartsWhatIsStoppedAndRemovesAllToxics() throws {
        try create("b", enabled: false)
        try create("a")
        let down = try registry.add(body(["type": "noop"]), to: "a").toxic
        let up = try registry.add(body(["type": "noop", "stream": "upstream"]), to: "a").toxic
        #expect(try registry.proxy("a").listedToxics == [up, down])
        #expect(registry.reset() == [.remove(up, "a"), .remove(down, "a"), .start("b", otherwise: .nothing)])
    }
}
