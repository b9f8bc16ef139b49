// Reads a schema's document into nodes: every keyword is understood, or the document is refused with the place.

/// The reading of one document.
struct JSONSchemaReader {
    private static let dialect = "https://json-schema.org/draft/2020-12/schema"
    private static let known = [
        "$comment", "$defs", "$id", "$ref", "$schema", "additionalProperties", "allOf", "anyOf", "const", "default",
        "description", "else", "enum", "examples", "format", "if", "items", "maxItems", "maxLength", "maximum", "minItems",
        "minLength", "minimum", "oneOf", "pattern", "properties", "required", "then", "title", "type",
    ]
    private static let formats = ["uuid", "date-time"]

    private let root: JSONValue
    private let source: String
    /// The schemas read so far; the document's own is the first.
    private(set) var nodes: [JSONSchemaNode] = []
    /// The node of each place that was read, so that schemas may refer to themselves.
    private var places: [String: Int] = [:]

    init(_ root: JSONValue, source: String) {
        self.root = root
        self.source = source
    }

    /// Reads the schema at a place. Throws ``JSONSchemaError``.
    mutating func node(at schema: JSONValue, pointer: String) throws -> Int {
        if let index = places[pointer] { return index }
        let index = nodes.count
        nodes.append(JSONSchemaNode())
        places[pointer] = index
        var node = JSONSchemaNode()
        switch schema {
        case .bool(let fits): node.isNever = !fits
        case .object(let members):
            for member in members { try read(member.key, member.value, into: &node, "\(pointer)/\(Self.escaped(member.key))") }
        default: throw error("A schema is an object, or true or false.", pointer)
        }
        nodes[index] = node
        return index
    }

    private mutating func read(
        _ keyword: String, _ value: JSONValue, into node: inout JSONSchemaNode, _ pointer: String
    ) throws {
        switch keyword {
        case "$schema": try expect(value == .string(Self.dialect), "Only the dialect \(Self.dialect) is understood.", pointer)
        case "$id", "$comment", "title", "description": try expect(value.string != nil, "A text is expected.", pointer)
        case "default": break
        case "examples": try expect(value.array != nil, "A list is expected.", pointer)
        case "format":
            let isKnown = value.string.map(Self.formats.contains) ?? false
            try expect(isKnown, "Only the formats \(Self.formats.joined(separator: ", ")) are known.", pointer)
        case "$defs": for member in try members(value, pointer) { _ = try self.node(at: member.value, pointer: member.pointer) }
        case "$ref": node.reference = try reference(value, pointer)
        case "type", "const", "enum", "minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems",
            "required":
            try readAssertion(keyword, value, into: &node, pointer)
        case "properties":
            for member in try members(value, pointer) {
                node.properties.append((member.name, try self.node(at: member.value, pointer: member.pointer)))
            }
        case "additionalProperties": node.additional = .schema(try self.node(at: value, pointer: pointer))
        case "items": node.items = try self.node(at: value, pointer: pointer)
        case "allOf": node.all = try list(value, pointer)
        case "anyOf": node.any = try list(value, pointer)
        case "oneOf": node.one = try list(value, pointer)
        case "if": node.condition = try self.node(at: value, pointer: pointer)
        case "then": node.consequence = try self.node(at: value, pointer: pointer)
        case "else": node.alternative = try self.node(at: value, pointer: pointer)
        default:
            throw error(
                "The keyword '\(keyword)' is not known here, so nothing would check it. Known: "
                    + Self.known.joined(separator: ", ") + ".", pointer)
        }
    }

    private func readAssertion(
        _ keyword: String, _ value: JSONValue, into node: inout JSONSchemaNode, _ pointer: String
    ) throws {
        switch keyword {
        case "type":
            let names = value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? []
            node.types = names.compactMap(JSONSchemaType.init)
            let isWhole = !names.isEmpty && node.types.count == (value.array?.count ?? 1)
            let known = JSONSchemaType.allCases.map(\.rawValue).joined(separator: ", ")
            try expect(isWhole, "A type, or a list of types, is expected. Types: \(known).", pointer)
        case "const": node.constant = value
        case "enum":
            node.choices = value.array
            try expect(value.array?.isEmpty == false, "A list of values is expected.", pointer)
        case "minimum": node.minimum = try number(value, pointer)
        case "maximum": node.maximum = try number(value, pointer)
        case "minLength": node.lengthMin = try count(value, pointer)
        case "maxLength": node.lengthMax = try count(value, pointer)
        case "minItems": node.itemsMin = try count(value, pointer)
        case "maxItems": node.itemsMax = try count(value, pointer)
        case "pattern":
            node.pattern = value.string.flatMap { TextPattern($0) }
            try expect(node.pattern != nil, "A regular expression is expected.", pointer)
        default:
            node.required = value.array?.compactMap(\.string) ?? []
            try expect(value.array?.count == node.required.count, "A list of names is expected.", pointer)
        }
    }

    private func expect(_ condition: Bool, _ message: String, _ pointer: String) throws {
        if !condition { throw error(message, pointer) }
    }

    private func error(_ message: String, _ pointer: String) -> JSONSchemaError {
        JSONSchemaError(source: source, pointer: pointer, message: message)
    }

    private func number(_ value: JSONValue, _ pointer: String) throws -> Double {
        guard let number = value.double else { throw error("A number is expected.", pointer) }
        return number
    }

    private func count(_ value: JSONValue, _ pointer: String) throws -> Int {
        guard let count = value.integer, count >= 0 else { throw error("A whole number from 0 is expected.", pointer) }
        return count
    }

    private func members(_ value: JSONValue, _ pointer: String) throws -> [(name: String, value: JSONValue, pointer: String)] {
        guard let members = value.object else { throw error("An object of schemas is expected.", pointer) }
        return members.map { ($0.key, $0.value, "\(pointer)/\(Self.escaped($0.key))") }
    }

    private mutating func list(_ value: JSONValue, _ pointer: String) throws -> [Int] {
        guard let items = value.array, !items.isEmpty else { throw error("A list of schemas is expected.", pointer) }
        var indices: [Int] = []
        for (place, item) in items.enumerated() { indices.append(try node(at: item, pointer: "\(pointer)/\(place)")) }
        return indices
    }

    /// The schema that a `$ref` means: `#`, or a pointer into this document.
    private mutating func reference(_ value: JSONValue, _ pointer: String) throws -> Int {
        guard let text = value.string, text == "#" || text.hasPrefix("#/") else {
            throw error("Only places in this document can be referred to, such as #/$defs/name.", pointer)
        }
        var target = root
        for part in text.split(separator: "/").dropFirst() {
            let name = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
            let next =
                target[name]
                ?? Int(name).flatMap { index in
                    target.array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                }
            guard let next else { throw error("Nothing stands at \(text) in this document.", pointer) }
            target = next
        }
        return try node(at: target, pointer: text)
    }

    private static func escaped(_ name: String) -> String {
        name.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}
