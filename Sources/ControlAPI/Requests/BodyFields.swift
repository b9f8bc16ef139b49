// The fields of a request's JSON body: found by their names, absent where they are missing or null.

import NIOCore

/// A JSON object as a Go program reads one into a struct.
struct BodyFields {
    private var values: [String: BodyValue] = [:]
    private var objects: [String: BodyFields] = [:]

    /// The first JSON value of a body. Throws what is wrong with it.
    static func value(of body: ByteBuffer) throws(ControlError) -> BodyValue {
        do { return try FirstJSONValue.read(Array(body.readableBytesView)) } catch { throw .badBody(error.reason) }
    }

    /// The fields of a value that is to be an object or null. Throws the first member that does not fit its field.
    init(_ value: BodyValue, as form: GoStruct) throws(ControlError) {
        switch value {
        case .null: break
        case .object(let members): try read(members, form, path: "")
        default: throw .badBody("json: cannot unmarshal \(value.kind) into Go value of type \(form.type)")
        }
    }

    private init() {}

    private mutating func read(_ members: [BodyMember], _ form: GoStruct, path: String) throws(ControlError) {
        for member in members {
            guard let field = form.field(member.key), member.value != .null else { continue }
            let place = path + field.name
            guard Self.fits(member.value, field.type) else {
                throw Self.mismatch(member.value, field.type, "\(form.name).\(place)")
            }
            values[field.name] = member.value
            if case (.object(let inner), .object(let members)) = (field.type, member.value) {
                try objects[field.name, default: BodyFields()].read(members, inner, path: place + ".")
            }
        }
    }

    private static func fits(_ value: BodyValue, _ type: GoType) -> Bool {
        switch (type, value) {
        case (.string, .string), (.bool, .bool), (.object, .object): true
        case (.int, .number(let digits)), (.int64, .number(let digits)): Int64(digits) != nil
        case (.float32, .number(let digits)): Float(digits)?.isFinite ?? false
        default: false
        }
    }

    /// A number that is out of place is called by its kind alone, one that does not fit by its digits too.
    private static func mismatch(_ value: BodyValue, _ type: GoType, _ place: String) -> ControlError {
        var kind = value.kind
        if case .number(let digits) = value, [.int, .int64, .float32].contains(type) { kind += " \(digits)" }
        return .badBody("json: cannot unmarshal \(kind) into Go struct field \(place) of type \(type.name)")
    }

    func string(_ name: String, or standard: String) -> String {
        if case .string(let text) = values[name] { text } else { standard }
    }

    func bool(_ name: String, or standard: Bool) -> Bool {
        if case .bool(let truth) = values[name] { truth } else { standard }
    }

    func integer(_ name: String, or standard: Int64) -> Int64 {
        if case .number(let digits) = values[name] { Int64(digits) ?? standard } else { standard }
    }

    func float(_ name: String) -> Float? {
        if case .number(let digits) = values[name] { Float(digits) } else { nil }
    }

    /// The fields of an object within; none where there is no such object.
    func fields(_ name: String) -> BodyFields { objects[name] ?? BodyFields() }
}
