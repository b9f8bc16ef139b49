// Holds a value against the nodes of a schema and notes every problem with its place.

/// One check of one value.
struct JSONSchemaJudge {
    /// How many schemas may be entered one within the other: a schema that refers to itself at the same place of the
    /// value would else have no end.
    private static let depthLimit = 512

    let nodes: [JSONSchemaNode]
    private(set) var problems: [JSONSchemaProblem] = []

    init(nodes: [JSONSchemaNode]) { self.nodes = nodes }

    mutating func check(_ value: JSONValue, by index: Int, at place: String, depth: Int) {
        guard depth < Self.depthLimit else { return note(place, "$ref", "makes the schema refer to itself without an end") }
        let node = nodes[index]
        if node.isNever { return note(place, "false", "is not allowed here") }
        if let reference = node.reference { check(value, by: reference, at: place, depth: depth + 1) }
        if !node.types.isEmpty, !node.types.contains(where: { $0.has(value) }) {
            let names = node.types.map(\.rawValue).joined(separator: " or ")
            return note(place, "type", "is of the wrong type: \(names) is expected, not \(Self.shortened(value))")
        }
        if let constant = node.constant, !value.isSame(as: constant) {
            note(place, "const", "is \(Self.shortened(value)), expected \(Self.shortened(constant))")
        }
        if let choices = node.choices, !choices.contains(where: value.isSame) {
            let names = choices.map(Self.shortened).joined(separator: ", ")
            note(place, "enum", "is \(Self.shortened(value)), expected one of \(names)")
        }
        switch value {
        case .integer, .number: checkNumber(value, node, place)
        case .string(let text): checkText(text, node, place)
        case .array(let items): checkItems(items, node, place, depth)
        case .object(let members): checkMembers(members, node, place, depth)
        case .null, .bool: break
        }
        combine(value, node, place, depth)
    }

    private mutating func note(_ place: String, _ keyword: String, _ message: String) {
        problems.append(JSONSchemaProblem(place: place, keyword: keyword, message: message))
    }

    private func fits(_ value: JSONValue, _ index: Int, _ place: String, _ depth: Int) -> Bool {
        var judge = JSONSchemaJudge(nodes: nodes)
        judge.check(value, by: index, at: place, depth: depth + 1)
        return judge.problems.isEmpty
    }

    private mutating func combine(_ value: JSONValue, _ node: JSONSchemaNode, _ place: String, _ depth: Int) {
        for index in node.all { check(value, by: index, at: place, depth: depth + 1) }
        if let any = node.any, !any.contains(where: { fits(value, $0, place, depth) }) {
            note(place, "anyOf", "fits none of the \(any.count) alternatives")
        }
        if let one = node.one {
            let count = one.count { fits(value, $0, place, depth) }
            if count != 1 { note(place, "oneOf", "fits \(count) of the \(one.count) alternatives, expected exactly one") }
        }
        if let condition = node.condition,
            let next = fits(value, condition, place, depth) ? node.consequence : node.alternative
        {
            check(value, by: next, at: place, depth: depth + 1)
        }
    }

    private mutating func checkNumber(_ value: JSONValue, _ node: JSONSchemaNode, _ place: String) {
        guard let number = value.double else { return }
        if let minimum = node.minimum, number < minimum { note(place, "minimum", "is \(value), expected at least \(minimum)") }
        if let maximum = node.maximum, number > maximum { note(place, "maximum", "is \(value), expected at most \(maximum)") }
    }

    private mutating func checkText(_ text: String, _ node: JSONSchemaNode, _ place: String) {
        // Lengths are counted in code points (section 6.3.1).
        if let least = node.lengthMin, text.unicodeScalars.count < least {
            note(place, "minLength", "is shorter than \(least) characters")
        }
        if let most = node.lengthMax, text.unicodeScalars.count > most {
            note(place, "maxLength", "is longer than \(most) characters")
        }
        if let pattern = node.pattern, !pattern.isFound(in: text) {
            note(place, "pattern", "is \(Self.shortened(.string(text))), which does not match \(pattern.source)")
        }
    }

    private mutating func checkItems(_ items: [JSONValue], _ node: JSONSchemaNode, _ place: String, _ depth: Int) {
        if let least = node.itemsMin, items.count < least {
            note(place, "minItems", "has \(items.count) items, expected \(least)")
        }
        if let most = node.itemsMax, items.count > most {
            note(place, "maxItems", "has \(items.count) items, expected at most \(most)")
        }
        guard let schema = node.items else { return }
        for (index, item) in items.enumerated() { check(item, by: schema, at: "\(place)[\(index)]", depth: depth + 1) }
    }

    private mutating func checkMembers(_ members: JSONObject, _ node: JSONSchemaNode, _ place: String, _ depth: Int) {
        for name in node.required where members[name] == nil { note(place, "required", "has no member '\(name)'") }
        for (name, index) in node.properties {
            if let value = members[name] { check(value, by: index, at: "\(place).\(name)", depth: depth + 1) }
        }
        guard case .schema(let index) = node.additional else { return }
        for member in members where !node.properties.contains(where: { $0.name == member.key }) {
            if nodes[index].isNever {
                note(place, "additionalProperties", "has the unknown member '\(member.key)'")
            } else {
                check(member.value, by: index, at: "\(place).\(member.key)", depth: depth + 1)
            }
        }
    }

    private static func shortened(_ value: JSONValue) -> String {
        let text = value.text
        return text.count > 80 ? text.prefix(80) + "..." : text
    }
}

extension JSONValue {
    /// Whether both are the same value as JSON Schema counts: numbers by what they are, not by how they are written.
    fileprivate func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): left == right
        case (.integer, .number), (.number, .integer), (.number, .number): double == other.double
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.key == $1.key && $0.value.isSame(as: $1.value) }
        default: self == other
        }
    }
}
