// As much of JSON Schema (draft 2020-12) as Fixtures/schemas/events.json uses; other keywords are an error.

import Foundation
import Wire

/// A schema that values are held against.
struct EventsSchema {
    private let root: JSONValue

    init(file: URL) throws { root = try JSONValue(json: String(contentsOf: file, encoding: .utf8)) }

    /// What is wrong with a value, with its place; nothing where it fits.
    func faults(of value: JSONValue) -> [String] { faults(of: value, by: root, at: "$") }

    private func faults(of value: JSONValue, by schema: JSONValue, at place: String) -> [String] {
        (schema.object ?? [:]).flatMap { fault(of: value, by: $0.key, $0.value, in: schema, at: place) }
    }

    private func fault(
        of value: JSONValue, by keyword: String, _ rule: JSONValue, in schema: JSONValue, at place: String
    ) -> [String] {
        func check(_ fits: Bool) -> [String] { fits ? [] : ["\(place): \(keyword) is \(rule), the value \(value)"] }
        switch keyword {
        case "$schema", "$id", "title", "$defs", "then": return []
        case "type": return check(rule.string == Self.type(of: value))
        case "const": return check(value == rule)
        case "enum": return check(rule.array?.contains(value) == true)
        case "required": return (rule.array ?? []).flatMap { check($0.string.flatMap { value[$0] } != nil) }
        case "minLength": return value.string.map { check($0.count >= rule.integer ?? 0) } ?? []
        case "minimum": return value.double.map { check($0 >= rule.double ?? 0) } ?? []
        case "maximum": return value.double.map { check($0 <= rule.double ?? 0) } ?? []
        case "pattern":
            return value.string.map { check($0.range(of: rule.string ?? "", options: .regularExpression) != nil) } ?? []
        case "items":
            return (value.array ?? []).enumerated().flatMap { faults(of: $1, by: rule, at: "\(place)[\($0)]") }
        case "properties":
            return (rule.object ?? [:]).flatMap { member in
                value[member.key].map { faults(of: $0, by: member.value, at: "\(place).\(member.key)") } ?? []
            }
        case "additionalProperties":
            let extra = (value.object ?? [:]).keys.filter { schema["properties"]?[$0] == nil }
            return rule == false && !extra.isEmpty ? ["\(place): unknown members \(extra)"] : []
        case "allOf": return (rule.array ?? []).flatMap { faults(of: value, by: $0, at: place) }
        case "if":
            guard faults(of: value, by: rule, at: place).isEmpty else { return [] }
            return faults(of: value, by: schema["then"] ?? [:], at: place)
        case "$ref":
            let name = (rule.string ?? "").split(separator: "/").last.map(String.init) ?? ""
            return root["$defs"]?[name].map { faults(of: value, by: $0, at: place) } ?? ["\(place): no definition \(rule)"]
        default: return ["\(place): the keyword \(keyword) is not known here"]
        }
    }

    private static func type(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
