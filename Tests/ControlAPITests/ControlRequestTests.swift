// Requests of the control API as values: routes, bodies and what is said of wrong ones, in Toxiproxy's words.

import LoopbackTransport
import NIOCore
import Testing
import Wire

@testable import ControlAPI

@Suite struct ControlRequestTests {
    @Test(
        arguments: [
            ("GET", "/proxies", .listProxies), ("POST", "/proxies", .createProxy), ("POST", "/populate", .populate),
            ("GET", "/proxies/a?x=/y", .showProxy("a")), ("POST", "/proxies/a", .updateProxy("a")),
            ("PATCH", "/proxies/a", .updateProxy("a")), ("DELETE", "/proxies/a%20b", .deleteProxy("a b")),
            ("GET", "/proxies/a/toxics", .listToxics("a")), ("POST", "/proxies/a/toxics", .createToxic("a")),
            ("GET", "/proxies/a/toxics/t", .showToxic("a", "t")), ("PATCH", "/proxies/a/toxics/t", .updateToxic("a", "t")),
            ("POST", "/proxies/a/toxics/t", .updateToxic("a", "t")), ("DELETE", "/proxies/a/toxics/t", .deleteToxic("a", "t")),
            ("POST", "/reset", .reset), ("GET", "/version", .version), ("GET", "/metrics", .metrics),
        ] as [(String, String, ControlRoute)])
    func routes(method: String, target: String, route: ControlRoute) throws {
        #expect(try ControlRoute(method: method, target: target) == route)
    }

    @Test(arguments: [
        "/", "", "*", "/proxies/", "/proxies/a/b", "/proxies/a/toxics/t/u", "//proxies", "/toxics", "/%", "/proxies/a/",
    ])
    func thereIsNothingElse(target: String) {
        #expect(throws: ControlRoute.Miss.notFound) { try ControlRoute(method: "GET", target: target) }
    }

    @Test(arguments: [
        ("GET", "/reset"), ("PUT", "/proxies/a"), ("HEAD", "/version"), ("DELETE", "/proxies"), ("PATCH", "/proxies/a/toxics"),
    ])
    func otherMethodsAreRefused(method: String, target: String) {
        #expect(throws: ControlRoute.Miss.methodNotAllowed) { try ControlRoute(method: method, target: target) }
    }

    @Test(
        arguments: [
            ("", "EOF"), ("  \n", "EOF"), ("{", "unexpected EOF"), (#"{"a""#, "unexpected EOF"), ("tru", "unexpected EOF"),
            ("hello", "invalid character 'h' looking for beginning of value"),
            ("<html>", "invalid character '<' looking for beginning of value"),
            ("'", #"invalid character '\'' looking for beginning of value"#),
            ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
            (#"{"a":1,}"#, "invalid character '}' looking for beginning of object key string"),
            (#"{"a" 1}"#, "invalid character '1' after object key"),
            (#"{"a":1 "b"}"#, #"invalid character '"' after object key:value pair"#),
            ("[1 2]", "invalid character '2' after array element"),
            ("nul1", "invalid character '1' in literal null (expecting 'l')"), ("-x", "invalid character 'x' in numeric literal"),
            ("1.x", "invalid character 'x' after decimal point in numeric literal"),
            ("1ex", "invalid character 'x' in exponent of numeric literal"),
            ("\"a\nb\"", #"invalid character '\n' in string literal"#), (#""\q""#, "invalid character 'q' in string escape code"),
            (#""\u00g0""#, #"invalid character 'g' in \u hexadecimal character escape"#),
            ("\u{1}", #"invalid character '\x01' looking for beginning of value"#),
            (String(repeating: "[", count: 100_000), "exceeded max depth"),
        ])
    func whatIsNoJSONIsSaidToBeNone(text: String, reason: String) {
        #expect(throws: ControlError(message: "bad request body: \(reason)", status: 400)) {
            try BodyFields.value(of: ByteBuffer(string: text))
        }
    }

    @Test func whatStandsBehindTheValueDoesNotMatter() throws {
        #expect(try BodyFields.value(of: ByteBuffer(string: #" {"a": [1, -0.5e2, "x"]} rest"#)) == ["a": [1, -50.0, "x"]])
        #expect(try BodyFields.value(of: ByteBuffer(bytes: [0x22, 0xff, 0x22])) == "\u{fffd}")
    }

    @Test func missingAndNullKeepWhatWasThere() throws {
        let entry = ProxyEntry(name: "a", listen: "127.0.0.1:1", upstream: "b:2", isEnabled: true)
        func read(_ value: JSONValue) throws -> ProxyDescription {
            try ProxyDescription(try BodyFields(value, owner: "Proxy"), or: entry)
        }
        #expect(try read(nil) == read([:]))
        let changed = try read(["listen": nil, "Upstream": "c:3", "enabled": false])
        #expect(changed.listen == "127.0.0.1:1" && changed.upstream == "c:3" && !changed.isEnabled)
        for (value, message) in [
            (["enabled": "yes"], "json: cannot unmarshal string into Go struct field Proxy.enabled of type bool"),
            (["name": 1], "json: cannot unmarshal number 1 into Go struct field Proxy.name of type string"),
            ([1], "json: cannot unmarshal array into Go value of type Proxy"),
        ] as [(JSONValue, String)] {
            #expect(throws: ControlError.badBody(message)) { try read(value) }
        }
    }

    @Test(
        arguments: [
            ("noop", "{}"), ("latency", #"{"latency":0,"jitter":0}"#), ("bandwidth", #"{"rate":0}"#),
            ("slow_close", #"{"delay":0}"#), ("timeout", #"{"timeout":0}"#), ("reset_peer", #"{"timeout":0}"#),
            ("slicer", #"{"average_size":0,"size_variation":0,"delay":0}"#), ("limit_data", #"{"bytes":0}"#),
        ])
    func everyToxicIsWrittenAsItIsRead(type: String, attributes: String) throws {
        let toxic = try Toxic(try BodyFields(["type": .string(type)], owner: "ToxicWrapper"))
        #expect(
            toxic.text
                == #"{"attributes":\#(attributes),"name":"\#(type)_downstream","type":"\#(type)","stream":"downstream","toxicity":1}"#
        )
        let parsed = try JSONValue(json: toxic.text)
        var filled: [(String, JSONValue)] = []
        for (index, key) in (parsed["attributes"]?.object?.keys ?? []).enumerated() { filled.append((key, JSONValue(index + 7))) }
        let changed = try toxic.effect.changed(by: BodyFields(["attributes": .object(JSONObject(filled))], owner: ""))
        #expect(try JSONValue(json: changed.attributesText) == .object(JSONObject(filled)))
    }

    @Test(arguments: [(Float(0.2), "0.2"), (0, "0"), (1, "1"), (-1, "-1"), (0.5, "0.5")])
    func toxicityIsWrittenShort(toxicity: Float, text: String) {
        #expect(Toxic(name: "a", stream: .upstream, toxicity: toxicity, effect: .noop).text.hasSuffix(#""toxicity":\#(text)}"#))
    }
}
