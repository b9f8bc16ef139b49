// Reads JSON text (RFC 8259) of any shape in one pass; strict, and with a limit to its depth.

/// A text that is not JSON: what is wrong, and where.
public struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public let reason: String
    /// The number of bytes before the place where it is wrong.
    public let offset: Int

    public var description: String { "This is not JSON: \(reason) at byte \(offset)." }
}

/// Reads one JSON text.
struct JSONReader {
    /// How deep arrays and objects may be nested: what a stack of 512 KiB carries with ease.
    static let depthLimit = 128

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The value of a text that holds one value and spaces, and nothing else.
    static func value(of bytes: UnsafeBufferPointer<UInt8>) throws -> JSONValue {
        var reader = JSONReader(bytes)
        let value = try reader.value(depth: 0)
        reader.skipSpaces()
        guard reader.index == bytes.count else { throw reader.error("something follows the value") }
        return value
    }

    private func error(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(reason: reason, offset: index) }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpaces() {
        while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { index += 1 }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws -> JSONValue {
        guard depth <= Self.depthLimit else { throw error("the nesting is deeper than \(Self.depthLimit)") }
        skipSpaces()
        guard let byte = current else { throw error("the text ends where a value is expected") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("a value is expected")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
        let isThere = word.withUTF8Buffer { expected in
            index + expected.count <= bytes.count && zip(expected, bytes[index...]).allSatisfy { $0 == $1 }
        }
        guard isThere else { throw error("a value is expected") }
        index += word.utf8CodeUnitCount
        return value
    }

    private mutating func array(depth: Int) throws -> JSONValue {
        index += 1
        var items: [JSONValue] = []
        skipSpaces()
        if skip(UInt8(ascii: "]")) { return .array(items) }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpaces()
            if skip(UInt8(ascii: "]")) { return .array(items) }
            guard skip(UInt8(ascii: ",")) else { throw error("',' or ']' is expected") }
        }
    }

    private mutating func object(depth: Int) throws -> JSONValue {
        index += 1
        var members = JSONObject()
        skipSpaces()
        if skip(UInt8(ascii: "}")) { return .object(members) }
        members.reserveCapacity(8)
        while true {
            skipSpaces()
            guard current == UInt8(ascii: "\"") else { throw error("a member's name in quotes is expected") }
            let key = try string()
            skipSpaces()
            guard skip(UInt8(ascii: ":")) else { throw error("':' is expected") }
            members[key] = try value(depth: depth + 1)
            skipSpaces()
            if skip(UInt8(ascii: "}")) { return .object(members) }
            guard skip(UInt8(ascii: ",")) else { throw error("',' or '}' is expected") }
        }
    }

    private mutating func number() throws -> JSONValue {
        let start = index
        _ = skip(UInt8(ascii: "-"))
        let firstDigit = index
        try digits()
        if index > firstDigit + 1, bytes[firstDigit] == UInt8(ascii: "0") { throw error("a number begins with 0") }
        let endOfInteger = index
        if skip(UInt8(ascii: ".")) { try digits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "-")) { _ = skip(UInt8(ascii: "+")) }
            try digits()
        }
        if index == endOfInteger, let value = integer(from: start, digits: firstDigit) { return .integer(value) }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw error("a number is too large") }
        return .number(value)
    }

    /// The whole number that was just passed; nil where 64 bits cannot hold it.
    private func integer(from start: Int, digits: Int) -> Int64? {
        var value: Int64 = 0
        for place in digits..<index {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(bytes[place] - UInt8(ascii: "0"))
            let (sum, carry) =
                digits > start ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }

    private mutating func digits() throws {
        let start = index
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { index += 1 }
        guard index > start else { throw error("a digit is expected") }
    }

    private mutating func string() throws -> String {
        index += 1
        let start = index
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
        if current == UInt8(ascii: "\"") {
            defer { index += 1 }
            return try text(of: UnsafeBufferPointer(rebasing: bytes[start..<index]))
        }
        var unescaped = Array(bytes[start..<index])
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return try unescaped.withUnsafeBufferPointer { try text(of: $0) }
            case UInt8(ascii: "\\"): try escape(into: &unescaped)
            case 0..<0x20: throw error("a control character stands unescaped in a string")
            default:
                unescaped.append(byte)
                index += 1
            }
        }
        throw error("a string does not end")
    }

    private func text(of bytes: UnsafeBufferPointer<UInt8>) throws -> String {
        guard let text = String(utf8: bytes) else { throw error("a string is not UTF-8") }
        return text
    }

    private mutating func escape(into unescaped: inout [UInt8]) throws {
        index += 1
        guard let byte = current else { throw error("a string does not end") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0c)
        case UInt8(ascii: "n"): unescaped.append(0x0a)
        case UInt8(ascii: "r"): unescaped.append(0x0d)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"): unescaped.append(contentsOf: String(try scalar()).utf8)
        default: throw error("no such escape is known")
        }
    }

    /// The character of a `\u` escape; one above U+FFFF comes as two, a surrogate pair (RFC 8259 section 7).
    private mutating func scalar() throws -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xdc00, skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else {
            throw error("half of a surrogate pair stands alone")
        }
        let second = try codeUnit()
        guard (0xdc00...0xdfff).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else { throw error("half of a surrogate pair stands alone") }
        return scalar
    }

    private mutating func codeUnit() throws -> UInt32 {
        guard index + 4 <= bytes.count, let text = String(utf8: UnsafeBufferPointer(rebasing: bytes[index..<index + 4])),
            text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }), let unit = UInt32(text, radix: 16)
        else { throw error("four hexadecimal digits are expected") }
        index += 4
        return unit
    }
}
