// A JSON value as it stands in a body: numbers in their own digits, members in their order.

/// A value of a request's body. Errors name numbers as they were written, and the first wrong member in the order of the body.
indirect enum BodyValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The digits as they were sent.
    case number(String)
    case string(String)
    case array([BodyValue])
    case object([BodyMember])

    /// What it is, in the words of Go's package encoding/json.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

/// A member of an object. A key may come more than once.
struct BodyMember: Sendable, Equatable {
    let key: String
    let value: BodyValue
}
