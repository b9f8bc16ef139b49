// The fields of a request's JSON body: found by their names, kept as they were where they are missing or null.

import NIOCore
import Wire

/// A JSON object as a Go program reads one into a struct.
struct BodyFields {
    private let object: JSONObject
    /// The struct's name, for errors.
    private let owner: String
    private let path: String

    private init(members object: JSONObject, owner: String, path: String) {
        self.object = object
        self.owner = owner
        self.path = path
    }

    /// The first JSON value of a body. Throws what is wrong with it.
    static func value(of body: ByteBuffer) throws(ControlError) -> JSONValue {
        let bytes = Array(body.readableBytesView)
        do {
            let range = try FirstJSONValue.range(in: bytes)
            return try JSONValue(json: String(decoding: bytes[range], as: UTF8.self))
        } catch let failure as FirstJSONValue.Failure {
            throw .badBody(failure.reason)
        } catch { throw .badBody("\(error)") }
    }

    /// The fields of a value that is an object or null.
    init(_ value: JSONValue, owner: String, path: String = "") throws(ControlError) {
        switch value {
        case .object(let object): self.init(members: object, owner: owner, path: path)
        case .null: self.init(members: [:], owner: owner, path: path)
        default: throw .badBody("json: cannot unmarshal \(Self.kind(value)) into Go value of type \(owner)")
        }
    }

    func string(_ name: String, or standard: String) throws(ControlError) -> String {
        guard let value = value(name) else { return standard }
        guard let text = value.string else { throw mismatch(name, value, "string") }
        return text
    }

    func bool(_ name: String, or standard: Bool) throws(ControlError) -> Bool {
        guard let value = value(name) else { return standard }
        guard let truth = value.bool else { throw mismatch(name, value, "bool") }
        return truth
    }

    func integer(_ name: String, or standard: Int64) throws(ControlError) -> Int64 {
        guard let value = value(name) else { return standard }
        guard case .integer(let number) = value else { throw mismatch(name, value, "int64") }
        return number
    }

    func float(_ name: String, or standard: Float) throws(ControlError) -> Float {
        guard let value = value(name) else { return standard }
        guard let number = value.double else { throw mismatch(name, value, "float32") }
        return Float(number)
    }

    /// The fields of an object within, for the struct `owner`; empty where there is none.
    func fields(_ name: String, owner: String) throws(ControlError) -> BodyFields {
        guard let value = value(name) else { return BodyFields(members: [:], owner: owner, path: path + name + ".") }
        guard let object = value.object else { throw mismatch(name, value, "toxics.\(owner)") }
        return BodyFields(members: object, owner: owner, path: path + name + ".")
    }

    /// Go finds a field by its name, and where there is none of that name, by the name in any case.
    private func value(_ name: String) -> JSONValue? {
        let found = object[name] ?? object.first { $0.key.lowercased() == name }?.value
        return found == .null ? nil : found
    }

    private func mismatch(_ name: String, _ value: JSONValue, _ type: String) -> ControlError {
        .badBody("json: cannot unmarshal \(Self.kind(value)) into Go struct field \(owner).\(path)\(name) of type \(type)")
    }

    private static func kind(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .integer(let number): "number \(number)"
        case .number(let number): "number \(number)"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
