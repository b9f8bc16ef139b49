// JSON of any shape: what is read, what is refused, what is written.

import Foundation
import NIOCore
import Testing
import Wire

@Suite struct JSONValueTests {
    @Test(
        arguments: [
            ("null", JSONValue.null), ("true", true), (" false ", false), ("0", 0), ("-12", -12), ("1.5", 1.5), ("1e3", 1000.0),
            ("-0.25E-1", -0.025), ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            (#""""#, ""), (#""a\"\\\/\b\f\n\r\t\u0041""#, "a\"\\/\u{8}\u{c}\n\r\tA"), (#""\ud83d\ude00 é""#, "😀 é"),
            ("[]", []), ("[1,[2,\"3\"]]", [1, [2, "3"]]), ("{}", [:]),
            ("{\"b\":{\"c\":null},\"a\":1,\"a\":2}", ["a": 2, "b": ["c": nil]]),
        ] as [(String, JSONValue)])
    func isRead(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONValue(json: text) == value)
        #expect(try JSONValue(json: ByteBuffer(string: text)) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "tru", "+1", "01", "-", "1.", ".5", "1e", "1e999", "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud83d\"",
        "\"\\ude00\"", "\"\\u+123\"", "\"a\nb\"", "[1,]", "[1 2]", "[", "{\"a\"}", "{\"a\":1,}", "{a:1}", "{\"a\":1",
        "1 2", "'a'", "NaN", String(repeating: "[", count: 200),
    ])
    func isRefused(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(json: text) }
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(json: ByteBuffer(bytes: [0x22, 0xff, 0x22])) }
        #expect(throws: JSONSyntaxError.self) { try JSONValue(json: ByteBuffer(bytes: [0x22, 0x5c, 0x6e, 0xff, 0x22])) }
    }

    @Test func isWrittenWithSortedKeys() {
        let value: JSONValue = ["b": [1, 2.5, true, nil], "a": ["d": "x/\"\\\n\u{1}é", "c": .number(.nan)]]
        #expect(value.text == #"{"a":{"c":null,"d":"x/\"\\\n\u0001é"},"b":[1,2.5,true,null]}"#)
        #expect(String(buffer: value.buffer) == value.text)
    }

    @Test func survivesItsOwnText() throws {
        let values: [JSONValue] = [
            .number(0.1), .number(1e300), .number(.leastNonzeroMagnitude), .integer(.min), .string("\u{0}\u{1f}\u{7f}\u{2028}"),
        ]
        for value in values { #expect(try JSONValue(json: value.text) == value) }
    }

    @Test func isCodable() throws {
        let value: JSONValue = ["a": [1, 1.5, "x", true, nil, ["b": []]]]
        let encoded = try WireJSON.encode(value)
        #expect(String(buffer: encoded) == value.text)
        #expect(try WireJSON.decode(JSONValue.self, from: encoded) == value)
    }

    @Test func membersAreSetAndRead() {
        var value: JSONValue = ["a": 1]
        value["b"] = "two"
        value["a"] = nil
        #expect(value == ["b": "two"])
        #expect(value["b"]?.string == "two" && value["a"] == nil && value.object?.count == 1)
        #expect(JSONValue.number(2).integer == nil && JSONValue.integer(2).double == 2)
    }
}
