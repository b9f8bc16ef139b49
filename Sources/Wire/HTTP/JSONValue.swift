// JSON of any shape (RFC 8259): what travels where no fixed type fits, such as events, tool results and metadata.

public import NIOCore

/// A JSON value of any shape. Written with sorted keys, so that equal values give equal bytes.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent that 64 bits can hold.
    case integer(Int64)
    /// Any other number. Infinity and NaN, which JSON cannot say, are written as `null`.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// Reads one JSON text (RFC 8259). Throws ``JSONSyntaxError``.
    public init(json text: String) throws {
        var text = text
        self = try text.withUTF8 { try JSONReader.value(of: $0) }
    }

    /// Reads one JSON text (RFC 8259, UTF-8). Throws ``JSONSyntaxError``.
    public init(json buffer: ByteBuffer) throws {
        self = try buffer.withUnsafeReadableBytes { try JSONReader.value(of: $0.assumingMemoryBound(to: UInt8.self)) }
    }

    /// Reads one JSON text (RFC 8259, UTF-8). Throws ``JSONSyntaxError``.
    public init(json bytes: ArraySlice<UInt8>) throws {
        self = try bytes.withUnsafeBufferPointer { try JSONReader.value(of: $0) }
    }

    /// The JSON text of this value, keys sorted, without spaces.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The JSON text of this value in UTF-8.
    public var buffer: ByteBuffer { ByteBuffer(bytes: bytes) }

    private var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }

    /// The text, if this is a string.
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The truth value, if this is one.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The whole number, if this is one; `2.0` is none.
    public var integer: Int? { if case .integer(let value) = self { Int(exactly: value) } else { nil } }
    /// The number, if this is one.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
    /// The items, if this is an array.
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    /// The members, if this is an object.
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// The member of an object; nil where this is no object or has no such member. Setting a member of anything but
    /// an object makes it an object.
    public subscript(_ key: String) -> JSONValue? {
        get { object?[key] }
        set {
            var members = object ?? [:]
            // Given up first, so that the members are not copied.
            self = .null
            members[key] = newValue
            self = .object(members)
        }
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object; of members with one key the last one stays.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }

    /// A whole number.
    public init(_ value: Int) { self = .integer(Int64(value)) }
    /// A text, or `null`.
    public init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }
}

extension JSONValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode(JSONObject.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value) where value.isFinite: try container.encode(value)
        case .number: try container.encodeNil()
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension JSONValue: CustomStringConvertible {
    public var description: String { text }
}
