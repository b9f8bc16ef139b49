// JSON Schema (draft 2020-12) as far as the contracts of events and tools need it; any other keyword is refused.

public import NIOCore

/// A schema that JSON values are held against.
///
/// Known are `type`, `const`, `enum`, `required`, `properties`, `additionalProperties`, `items`, `minItems`, `maxItems`,
/// `minLength`, `maxLength`, `pattern`, `minimum`, `maximum`, `allOf`, `anyOf`, `oneOf`, `if`/`then`/`else`, `$ref` within the
/// document and `$defs`; `title`, `description`, `default`, `examples`, `format` and `$comment` say nothing about values. A
/// schema with another keyword is refused when it is read: a rule that nobody checks would be a promise that nobody keeps.
public struct JSONSchema: Sendable {
    let nodes: [JSONSchemaNode]
    /// The document that the schema was read from.
    public let document: JSONValue

    /// Reads a schema. `source` is how errors call it, such as a file's name. Throws ``JSONSchemaError``.
    public init(_ document: JSONValue, source: String) throws {
        var reader = JSONSchemaReader(document, source: source)
        _ = try reader.node(at: document, pointer: "#")
        nodes = reader.nodes
        self.document = document
    }

    /// Reads a schema from JSON text (UTF-8). Throws ``JSONSchemaError``, also where the text is no JSON.
    public init(json text: ByteBuffer, source: String) throws {
        do {
            try self.init(try JSONValue(json: text), source: source)
        } catch let error as JSONSyntaxError {
            throw JSONSchemaError(source: source, pointer: "#", message: "\(error)")
        }
    }

    /// What is wrong with a value, in the order of the keywords within a place; empty where it fits.
    public func problems(of value: JSONValue) -> [JSONSchemaProblem] {
        var judge = JSONSchemaJudge(nodes: nodes)
        judge.check(value, by: 0, at: "$", depth: 0)
        return judge.problems
    }
}

extension JSONSchema: Equatable {
    public static func == (left: JSONSchema, right: JSONSchema) -> Bool { left.document == right.document }
}

/// One way in which a value does not fit a schema.
public struct JSONSchemaProblem: Sendable, Hashable, CustomStringConvertible {
    /// Where in the value: `$.data.tool_name`, `$.items[3]`.
    public let place: String
    /// The keyword that it does not satisfy.
    public let keyword: String
    /// What is wrong.
    public let message: String

    public var description: String { "\(place) \(message)" }
}

/// A schema that cannot be used.
public struct JSONSchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was read, such as a file's name.
    public let source: String
    /// Where in it, as a JSON pointer (RFC 6901) after `#`.
    public let pointer: String
    /// What is wrong there, and what to do.
    public let message: String

    public var description: String { "\(source)\(pointer): \(message)" }
}

/// The types of JSON Schema.
enum JSONSchemaType: String, CaseIterable {
    case null, boolean, integer, number, string, array, object

    /// Whether a value has the type. A number without a fraction is an integer however it is written (section 6.1.1 of
    /// the validation vocabulary).
    func has(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.null, .null), (.boolean, .bool), (.integer, .integer), (.number, .integer), (.number, .number),
            (.string, .string), (.array, .array), (.object, .object):
            true
        case (.integer, .number(let number)): number.isFinite && number == number.rounded()
        default: false
        }
    }
}

/// One schema of a document, in a form that is quick to check.
struct JSONSchemaNode: Sendable {
    enum Additional: Sendable {
        case allowed
        case schema(Int)
    }

    /// The schema `false`: nothing fits.
    var isNever = false
    var reference: Int?
    var types: [JSONSchemaType] = []
    var constant: JSONValue?
    var choices: [JSONValue]?
    var minimum: Double?
    var maximum: Double?
    var lengthMin: Int?
    var lengthMax: Int?
    var pattern: TextPattern?
    var required: [String] = []
    var properties: [(name: String, node: Int)] = []
    var additional = Additional.allowed
    var items: Int?
    var itemsMin: Int?
    var itemsMax: Int?
    var all: [Int] = []
    var any: [Int]?
    var one: [Int]?
    var condition: Int?
    var consequence: Int?
    var alternative: Int?
}
