// YAML as fixtures use it: every value knows its line, unknown keys are refused with "did you mean".

public import Foundation
import Yams

/// A value of a YAML fixture, with its place.
public struct FixtureNode {
    let node: Node
    /// Where the value stands.
    public let place: Place

    /// Reads the one document of a YAML file. `name` is how errors call the file.
    public init(file: URL, name: String? = nil) throws {
        let name = name ?? file.relativePath
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw InputError("This file cannot be read, or is not UTF-8.", at: Place(name))
        }
        try self.init(text: text, name: name)
    }

    /// Reads the one document of a YAML text.
    public init(text: String, name: String) throws {
        do {
            // What a scalar is, is asked of the scalar when it is read: the usual resolver of tags would bring the regular
            // expressions of Foundation into every process, which takes milliseconds and megabytes. The usual constructor
            // and encoding cost a look at the environment and tables that composing never asks.
            guard let node = try Yams.compose(yaml: text, .basic, Constructor([:], [:], [:]), .utf8) else {
                throw InputError("This file is empty.", at: Place(name))
            }
            self.init(node: node, source: name)
        } catch let error as YamlError {
            throw Self.inputError(error, name)
        }
    }

    init(node: Node, source: String) {
        self.node = node
        place = Place(source, line: node.mark?.line)
    }

    private static func inputError(_ error: YamlError, _ name: String) -> InputError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            InputError("This is not well-formed YAML: \(problem).", at: Place(name, line: mark.line))
        default: InputError("This is not well-formed YAML: \(error).", at: Place(name))
        }
    }

    /// An error about this value.
    public func error(_ message: String) -> InputError { InputError(message, at: place) }

    /// The text of a scalar, whatever it looks like.
    public func string() throws -> String {
        guard let scalar = node.scalar else { throw error("A text is expected here, not a list or mapping.") }
        return scalar.string
    }

    /// A whole number.
    public func integer() throws -> Int {
        guard let value = node.int else { throw error("A whole number is expected here.") }
        return value
    }

    /// A number.
    public func number() throws -> Double {
        guard let value = node.float ?? node.int.map(Double.init) else { throw error("A number is expected here.") }
        return value
    }

    /// `true` or `false`.
    public func bool() throws -> Bool {
        guard let value = node.bool else { throw error("'true' or 'false' is expected here.") }
        return value
    }

    /// A duration with its unit, such as `20ms`.
    public func duration() throws -> Duration {
        guard let text = node.scalar?.string, let value = Duration(text: text) else {
            throw error("A duration with its unit is expected here: 250us, 20ms, 1.5s, 2m or 1h.")
        }
        return value
    }

    /// The items of a list.
    public func list() throws -> [FixtureNode] {
        guard let sequence = node.sequence else { throw error("A list is expected here.") }
        return sequence.map { FixtureNode(node: $0, source: place.source) }
    }

    /// A mapping that has no other keys than `known`.
    public func mapping(_ known: [String]) throws -> FixtureMapping {
        let mapping = try self.mapping()
        for (key, node) in mapping.entries where !known.contains(key) {
            throw InputError.unknown("field", key, known: known, at: node.place)
        }
        return mapping
    }

    /// A mapping with any keys.
    public func mapping() throws -> FixtureMapping {
        guard let mapping = node.mapping else { throw error("A mapping (name: value) is expected here.") }
        let entries = try mapping.map { pair in
            let key = FixtureNode(node: pair.key, source: place.source)
            let value = FixtureNode(node: pair.value, source: place.source)
            return (key: try key.string(), node: value)
        }
        return FixtureMapping(entries: entries, place: place)
    }

    /// What kind of value this is, for those who take any.
    public var shape: Shape {
        if let sequence = node.sequence { return .list(sequence.map { FixtureNode(node: $0, source: place.source) }) }
        if node.mapping != nil, let mapping = try? mapping() { return .mapping(mapping) }
        let isQuoted = node.scalar.map { $0.style == .singleQuoted || $0.style == .doubleQuoted } ?? false
        if !isQuoted {
            // Most plain scalars are words: those that cannot be a number are not tried as one.
            if let text = node.scalar?.string, let first = text.utf8.first, Self.beginsNumber(first) {
                // What begins with another digit and is a number to Swift is the same to YAML.
                if (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(first), let integer = Int(text) { return .integer(integer) }
                if let integer = node.int { return .integer(integer) }
                if let number = node.float { return .number(number) }
            }
            if node.null != nil { return .null }
            if let bool = node.bool { return .bool(bool) }
        }
        return .text(node.scalar?.string ?? "")
    }

    private static func beginsNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): true
        default: false
        }
    }

    /// A YAML value of any kind.
    public enum Shape {
        case null
        case bool(Bool)
        case integer(Int)
        case number(Double)
        case text(String)
        case list([FixtureNode])
        case mapping(FixtureMapping)
    }
}

/// A mapping of a YAML fixture, in the order in which it was written.
public struct FixtureMapping {
    /// The entries, in order.
    public let entries: [(key: String, node: FixtureNode)]
    /// Where the mapping begins.
    public let place: Place

    /// The value of a key, if it is there.
    public func optional(_ key: String) -> FixtureNode? { entries.first { $0.key == key }?.node }

    /// The value of a key that must be there.
    public func required(_ key: String) throws -> FixtureNode {
        guard let node = optional(key) else { throw InputError("The field '\(key)' is missing here.", at: place) }
        return node
    }
}
