// JSON Schema: what fits and what does not, keyword by keyword, and which documents are refused.

import Testing
import Wire

@Suite struct JSONSchemaTests {
    private func schema(_ text: String) throws -> JSONSchema { try JSONSchema(JSONValue(json: text), source: "s.json") }

    @Test(
        arguments: [
            (#"{"type":"integer"}"#, ["1", "1.0", "-0.0", "1e3"], ["1.5", "\"1\"", "null", "true"]),
            (#"{"type":"number"}"#, ["1", "1.5"], ["\"1\"", "true"]),
            (#"{"type":["string","null"]}"#, ["\"\"", "null"], ["0", "[]"]),
            (#"{"type":"object"}"#, ["{}"], ["[]", "null"]),
            (#"{"const":1}"#, ["1", "1.0"], ["true", "\"1\"", "2"]),
            (#"{"const":{"a":[1]}}"#, [#"{"a":[1.0]}"#], [#"{"a":[1,1]}"#, #"{"a":[1],"b":1}"#]),
            (#"{"enum":["a",null,2]}"#, ["\"a\"", "null", "2.0"], ["\"b\"", "false"]),
            (#"{"required":["a","b"]}"#, [#"{"a":1,"b":null}"#, "3", "[]"], ["{}", #"{"a":1}"#]),
            (#"{"properties":{"a":{"type":"string"}}}"#, ["{}", #"{"a":"x"}"#, #"{"b":1}"#, "1"], [#"{"a":1}"#]),
            (#"{"properties":{"a":true},"additionalProperties":false}"#, ["{}", #"{"a":1}"#], [#"{"b":1}"#]),
            (#"{"properties":{"a":true},"additionalProperties":{"type":"null"}}"#, [#"{"a":1,"b":null}"#], [#"{"b":1}"#]),
            (#"{"items":{"minimum":2}}"#, ["[]", "[2,3]", "{}", "1"], ["[2,1]"]),
            (#"{"minItems":1,"maxItems":2}"#, ["[1]", "[1,2]", "1"], ["[]", "[1,2,3]"]),
            (
                #"{"minLength":2,"maxLength":3}"#, ["\"ab\"", "\"\\ud83d\\ude00b\"", "1"],
                ["\"a\"", "\"\\ud83d\\ude00\"", "\"abcd\""]
            ),
            (#"{"pattern":"b+"}"#, ["\"abc\"", "7"], ["\"ac\"", "\"\""]),
            (#"{"pattern":"^[0-9]{2}$"}"#, ["\"12\""], ["\"123\"", "\"1\""]),
            (#"{"minimum":0,"maximum":1.5}"#, ["0", "1.5", "\"9\""], ["-1", "1.6"]),
            (#"{"allOf":[{"minimum":1},{"maximum":3}]}"#, ["1", "3"], ["0", "4"]),
            (#"{"anyOf":[{"minimum":3},{"maximum":1}]}"#, ["0", "4"], ["2"]),
            (#"{"oneOf":[{"minimum":1},{"maximum":3}]}"#, ["0", "4"], ["2"]),
            (#"{"if":{"minimum":3},"then":{"type":"integer"},"else":{"const":1}}"#, ["3", "1", "4"], ["3.5", "2"]),
            (#"{"then":{"const":1},"else":{"const":2}}"#, ["3"], []),
            (##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}"##, ["\"x\""], ["1"]),
            (##"{"$ref":"#/$defs/a~1b","minLength":2,"$defs":{"a/b":{"type":"string"}}}"##, ["\"xy\""], ["\"x\"", "1"]),
            (##"{"properties":{"next":{"$ref":"#"}},"required":["v"]}"##, [#"{"v":1,"next":{"v":2}}"#], [#"{"v":1,"next":{}}"#]),
            ("true", ["1", "null"], []), ("false", [], ["1", "null"]),
            (#"{"format":"uuid","title":"t","default":7,"examples":[1],"$comment":"c","description":"d"}"#, ["\"no uuid\""], []),
        ] as [(String, [String], [String])])
    func keywordsAreChecked(_ text: String, _ good: [String], _ bad: [String]) throws {
        let schema = try schema(text)
        for value in good { #expect(schema.problems(of: try JSONValue(json: value)) == [], "\(text) \(value)") }
        for value in bad { #expect(!schema.problems(of: try JSONValue(json: value)).isEmpty, "\(text) \(value)") }
    }

    @Test(arguments: [
        (#"{"typ":"object"}"#, "s.json#/typ: The keyword 'typ' is not known here"),
        (#"{"properties":{"a":{"exclusiveMinimum":1}}}"#, "s.json#/properties/a/exclusiveMinimum: The keyword"),
        (#"{"type":"text"}"#, "s.json#/type: A type, or a list of types, is expected."),
        (#"{"type":["string","text"]}"#, "s.json#/type"), (#"{"type":[]}"#, "s.json#/type"), (#"{"enum":[]}"#, "s.json#/enum"),
        (#"{"required":[1]}"#, "s.json#/required: A list of names"), (#"{"required":"a"}"#, "s.json#/required"),
        (#"{"properties":[]}"#, "s.json#/properties: An object of schemas"),
        (#"{"items":[{}]}"#, "s.json#/items: A schema is an"),
        (#"{"allOf":[]}"#, "s.json#/allOf"), (#"{"anyOf":[1]}"#, "s.json#/anyOf/0"), (#"{"pattern":"("}"#, "s.json#/pattern"),
        (#"{"minLength":-1}"#, "s.json#/minLength"), (#"{"minimum":"1"}"#, "s.json#/minimum"),
        (#"{"format":"email"}"#, "s.json#/format: Only the formats uuid, date-time"),
        (##"{"$ref":"#/$defs/a"}"##, "s.json#/$ref: Nothing stands at #/$defs/a"),
        (#"{"$ref":"other.json"}"#, "s.json#/$ref: Only places in this document"),
        (#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#, "s.json#/$schema: Only the dialect"),
        (#"{"$defs":{"a/b":{"x":1}}}"#, "s.json#/$defs/a~1b/x"), ("7", "s.json#: A schema is an object"),
    ]) func whatIsNotUnderstoodIsRefused(_ text: String, _ beginning: String) {
        let error = #expect(throws: JSONSchemaError.self) { try schema(text) }
        #expect(error?.description.hasPrefix(beginning) == true, "\(error?.description ?? "")")
    }

    @Test func problemsSayWhere() throws {
        let schema = try schema(
            #"{"type":"object","properties":{"list":{"items":{"properties":{"n":{"type":"integer"}}}}},"additionalProperties":false}"#
        )
        let problems = schema.problems(of: ["list": [["n": 1], ["n": "x"]], "more": 1])
        #expect(
            problems.map(\.description) == [
                "$.list[1].n is of the wrong type: integer is expected, not \"x\"", "$ has the unknown member 'more'",
            ])
        #expect(problems.map(\.keyword) == ["type", "additionalProperties"])
    }

    @Test func aSchemaThatMeansOnlyItselfEnds() throws {
        let schema = try schema(##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}}"##)
        #expect(schema.problems(of: 1).map(\.keyword) == ["$ref"])
    }
}
