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
            ("GET", "http://host:1/proxies?x", .listProxies), ("GET", "/proxies/a+b;c#d", .showProxy("a+b;c#d")),
        ] as [(String, String, ControlRoute)])
    func routes(method: String, target: String, route: ControlRoute) throws {
        #expect(try ControlRoute(method: method, target: target) == route)
    }

    @Test(arguments: ["/", "/proxies/", "/proxies/a/b", "/proxies/a/toxics/t/u", "/toxics", "/proxies/a/", "/proxies/a%2Fb"])
    func thereIsNothingElse(target: String) {
        #expect(throws: ControlRoute.Miss.notFound) { try ControlRoute(method: "GET", target: target) }
    }

    @Test(arguments: [
        ("//proxies", "/proxies"), ("/proxies//a?x=1", "/proxies/a?x=1"), ("/./proxies/b/../a%20b", "/proxies/a%20b"),
        ("/..", "/"), ("/proxies//", "/proxies/"), ("http://host//version", "/version"), ("//%C3%A4", "/%C3%A4"),
    ])
    func aLongWayRoundIsMadeShort(target: String, place: String) {
        #expect(throws: ControlRoute.Miss.moved(place)) { try ControlRoute(method: "GET", target: target) }
    }

    @Test(arguments: ["", "*", "proxies", "/%", "/a%zz", "/a%2", "ftp://host/proxies"])
    func whatIsNoTargetIsRefused(target: String) {
        #expect(throws: ControlRoute.Miss.malformed) { try ControlRoute(method: "GET", target: target) }
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
        #expect(
            try body(#" {"a": [1, -0.50e2, "x"], "a": null} rest"#)
                == .object([
                    BodyMember(key: "a", value: .array([.number("1"), .number("-0.50e2"), .string("x")])),
                    BodyMember(key: "a", value: .null),
                ]))
        #expect(try BodyFields.value(of: ByteBuffer(bytes: [0x22, 0xff, 0x22])) == .string("\u{fffd}"))
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e4\ud83d\ude00""#, "ä😀"), (#""\ud83dx""#, "\u{fffd}x"),
        (#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"), (#""\ude00""#, "\u{fffd}"),
    ])
    func escapesAreCharacters(text: String, string: String) throws { #expect(try body(text) == .string(string)) }

    private func body(_ text: String) throws -> BodyValue { try BodyFields.value(of: ByteBuffer(string: text)) }

    @Test func missingAndNullKeepWhatWasThere() throws {
        let entry = ProxyEntry(name: "a", listen: "127.0.0.1:1", upstream: "b:2", isEnabled: true)
        func read(_ text: String) throws -> ProxyDescription {
            ProxyDescription(try BodyFields(body(text), as: .proxy), or: entry)
        }
        #expect(try read("null") == read("{}"))
        let changed = try read(#"{"listen":null,"upstream":"x","Upstream":"c:3","UPSTREAM":null,"enabled":false}"#)
        #expect(changed.listen == "127.0.0.1:1" && changed.upstream == "c:3" && !changed.isEnabled)
    }

    /// Go's own words for structs of these forms.
    @Test(arguments: [
        (GoStruct.proxy, #"{"name":1}"#, "number into Go struct field Proxy.name of type string"),
        (.proxy, #"{"enabled":"yes"}"#, "string into Go struct field Proxy.enabled of type bool"),
        (.proxy, #"{"enabled":3}"#, "number into Go struct field Proxy.enabled of type bool"),
        (.proxy, #"{"enabled":"x","name":5}"#, "string into Go struct field Proxy.enabled of type bool"),
        (.proxy, #"{"name":"a","Name":5}"#, "number into Go struct field Proxy.name of type string"),
        (.proxy, "[1]", "array into Go value of type toxiproxy.Proxy"),
        (.proxy, "true", "bool into Go value of type toxiproxy.Proxy"),
        (.listedProxy, "[]", #"array into Go value of type struct { toxiproxy.Proxy; Enabled *bool "json:\"enabled\"" }"#),
        (.listedProxy, #"{"enabled":"x"}"#, "string into Go struct field .enabled of type bool"),
        (.newToxic, "[]", "array into Go value of type toxics.ToxicWrapper"),
        (.newToxic, #"{"type":5,"stream":[]}"#, "number into Go struct field ToxicWrapper.type of type string"),
        (.newToxic, #"{"attributes":[]}"#, "array into Go struct field ToxicWrapper.attributes of type toxics.NoopToxic"),
        (.newToxic, #"{"toxicity":1e39}"#, "number 1e39 into Go struct field ToxicWrapper.toxicity of type float32"),
        (.newToxic, #"{"toxicity":{}}"#, "object into Go struct field ToxicWrapper.toxicity of type float32"),
    ])
    func whatDoesNotFitIsNamed(form: GoStruct, text: String, reason: String) throws {
        let value = try body(text)
        #expect(throws: ControlError.badBody("json: cannot unmarshal \(reason)")) { try BodyFields(value, as: form) }
    }

    @Test(arguments: [
        (
            "latency", #"{"attributes":{"latency":1e3}}"#,
            "number 1e3 into Go struct field LatencyToxic.attributes.latency of type int64"
        ),
        (
            "latency", #"{"attributes":{"latency":99999999999999999999}}"#,
            "number 99999999999999999999 into Go struct field LatencyToxic.attributes.latency of type int64"
        ),
        ("slicer", #"{"attributes":{"delay":1.0}}"#, "number 1.0 into Go struct field SlicerToxic.attributes.delay of type int"),
        ("latency", #"{"attributes":5}"#, "number into Go struct field .attributes of type toxics.LatencyToxic"),
        ("latency", #"{"toxicity":"x"}"#, "string into Go struct field .toxicity of type float32"),
        (
            "latency", "[]",
            #"array into Go value of type struct { Attributes interface {} "json:\"attributes\""; Toxicity float32 "json:\"toxicity\"" }"#
        ),
    ])
    func aChangeThatDoesNotFitIsNamed(type: String, text: String, reason: String) throws {
        let effect = try #require(ToxicEffect(type: type))
        let value = try body(text)
        #expect(throws: ControlError.badBody("json: cannot unmarshal \(reason)")) { try effect.change(value) }
    }

    @Test(
        arguments: [
            ("noop", "{}"), ("latency", #"{"latency":0,"jitter":0}"#), ("bandwidth", #"{"rate":0}"#),
            ("slow_close", #"{"delay":0}"#), ("timeout", #"{"timeout":0}"#), ("reset_peer", #"{"timeout":0}"#),
            ("slicer", #"{"average_size":0,"size_variation":0,"delay":0}"#), ("limit_data", #"{"bytes":0}"#),
        ])
    func everyToxicIsWrittenAsItIsRead(type: String, attributes: String) throws {
        let toxic = try Toxic(try BodyFields(body(#"{"type":"\#(type)"}"#), as: .newToxic))
        #expect(
            toxic.text
                == #"{"attributes":\#(attributes),"name":"\#(type)_downstream","type":"\#(type)","stream":"downstream","toxicity":1}"#
        )
        let parsed = try JSONValue(json: toxic.text)
        var filled: [(String, JSONValue)] = []
        for (index, key) in (parsed["attributes"]?.object?.keys ?? []).enumerated() { filled.append((key, JSONValue(index + 7))) }
        let attributes = JSONValue.object(JSONObject(filled))
        let changed = try toxic.effect.change(body(#"{"attributes":\#(attributes.text)}"#)).effect
        #expect(try JSONValue(json: changed.attributesText) == attributes)
    }

    @Test(
        arguments: [
            (Float(0.2), "0.2"), (0, "0"), (1, "1"), (-1, "-1"), (0.5, "0.5"), (1e-5, "0.00001"), (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.5e-9, "1.5e-9"), (1e9, "1000000000"), (123_456_792, "123456790"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
            (3e38, "3e+38"), (1 / 3, "0.33333334"), (12.25, "12.25"), (-0.0, "-0"),
        ] as [(Float, String)])
    func toxicityIsWrittenShort(toxicity: Float, text: String) {
        #expect(Toxic(name: "a", stream: .upstream, toxicity: toxicity, effect: .noop).text.hasSuffix(#""toxicity":\#(text)}"#))
    }

    @Test func textIsEscapedAsGoDoes() {
        let text = "<a>&'\"\\/\u{2028}\u{2029}\u{1}\u{7f}\u{8}\u{c}\n\r\té"
        #expect(
            GoJSON.quoted(text)
                == #""\u003ca\u003e\u0026'\"\\/\u2028\u2029\u0001"# + "\u{7f}" + #"\b\f\n\r\té""#)
    }
}
