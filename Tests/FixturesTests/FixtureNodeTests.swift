// Fixtures: every value and every error knows its file and line.

import Fixtures
import Foundation
import Testing

private let sample = """
    # A comment, so that lines and values differ.
    name: triage
    wait: 20ms
    count: 3
    share: 0.5
    isOn: true
    quoted: "3"
    none: null
    steps:
      - think: first
      - tool: second
    """

private func message(_ body: () throws -> some Any) -> String {
    do { return "no error, but \(try body())" } catch { return "\(error)" }
}

@Suite struct FixtureNodeTests {
    private func mapping(_ text: String = sample) throws -> FixtureMapping {
        try FixtureNode(text: text, name: "a.yaml").mapping()
    }

    @Test func valuesAreRead() throws {
        let mapping = try self.mapping()
        #expect(try mapping.required("name").string() == "triage")
        #expect(try mapping.required("wait").duration() == .milliseconds(20))
        #expect(try mapping.required("count").integer() == 3)
        #expect(try mapping.required("share").number() == 0.5)
        #expect(try mapping.required("count").number() == 3)
        #expect(try mapping.required("isOn").bool())
        #expect(try mapping.required("steps").list().map { try $0.mapping().entries[0].key } == ["think", "tool"])
        #expect(mapping.entries.map(\.key) == ["name", "wait", "count", "share", "isOn", "quoted", "none", "steps"])
        #expect(mapping.optional("nothing") == nil)
    }

    @Test func shapesKeepTheirTypes() throws {
        let mapping = try self.mapping()
        func shape(_ key: String) throws -> FixtureNode.Shape { try mapping.required(key).shape }
        guard case .integer(3) = try shape("count"), case .number(0.5) = try shape("share"), case .bool(true) = try shape("isOn"),
            case .text("3") = try shape("quoted"), case .null = try shape("none"), case .text("20ms") = try shape("wait"),
            case .list(let steps) = try shape("steps"), case .mapping = steps[0].shape
        else {
            Issue.record("a value has another shape than it was written with")
            return
        }
    }

    @Test func errorsNameFileAndLine() throws {
        let mapping = try self.mapping()
        func node(_ key: String) throws -> FixtureNode { try mapping.required(key) }
        #expect(message { try node("count").duration() }.hasPrefix("a.yaml:4: A duration with its unit is expected here"))
        #expect(message { try node("name").integer() } == "a.yaml:2: A whole number is expected here.")
        #expect(message { try node("name").number() } == "a.yaml:2: A number is expected here.")
        #expect(message { try node("wait").bool() } == "a.yaml:3: 'true' or 'false' is expected here.")
        #expect(message { try node("name").list() } == "a.yaml:2: A list is expected here.")
        #expect(message { try node("name").mapping() } == "a.yaml:2: A mapping (name: value) is expected here.")
        #expect(
            message { try node("steps").list()[1].mapping().required("tool").list() } == "a.yaml:11: A list is expected here.")
        #expect(message { try node("nothing") } == "a.yaml:2: The field 'nothing' is missing here.")
        #expect(message { try node("steps").list()[1].mapping().required("x") } == "a.yaml:11: The field 'x' is missing here.")
    }

    @Test func unknownFieldsAreRefusedWhereTheyStand() {
        let text = message { try FixtureNode(text: "name: a\ncuont: 3\n", name: "b.yaml").mapping(["name", "count"]) }
        #expect(text == "b.yaml:2: No field is named 'cuont'. Did you mean 'count'? Known: name, count.")
    }

    @Test(arguments: [
        ("a: [1, 2\nb: 3\n", "c.yaml:2: This is not well-formed YAML"),
        ("a: 1\n\tb: 2\n", "c.yaml:2: This is not well-formed YAML"),
        ("a: \"open\n", "c.yaml:"), ("", "c.yaml: This file is empty."), ("a: 1\nb: 2\na: 3\n", "c.yaml"),
    ])
    func whatIsNoYAML(text: String, begins: String) {
        let error = message { try FixtureNode(text: text, name: "c.yaml").mapping() }
        #expect(error.hasPrefix(begins), "\(error)")
    }

    @Test func aFileThatIsNotThereIsNamed() {
        let file = URL(fileURLWithPath: "/nonexistent/d.yaml")
        #expect(message { try FixtureNode(file: file, name: "d.yaml") } == "d.yaml: This file cannot be read, or is not UTF-8.")
    }

    @Test func unknownNamesListTheKnown() {
        #expect(
            InputError.unknown("fault", "rest", known: ["drop", "reset"]).description
                == "No fault is named 'rest'. Did you mean 'reset'? Known: drop, reset.")
        #expect(
            InputError.unknown("tool", "x", known: [], at: Place("e.yaml", line: 4)).description
                == "e.yaml:4: No tool is named 'x'. None is known.")
    }
}
