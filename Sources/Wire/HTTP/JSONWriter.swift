// Writes a JSON value as text (RFC 8259): sorted keys, no spaces, and only the escapes that must be.

/// The text of JSON values, as it is being written.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    private static let hexDigits = Array("0123456789abcdef".utf8)

    init() { bytes.reserveCapacity(256) }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: write(literal: "null")
        case .bool(let value): write(literal: value ? "true" : "false")
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .number(let value): bytes.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
        case .string(let value): write(string: value)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for place in items.indices {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                write(items[place])
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for place in members.indices {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                write(string: members[place].key)
                bytes.append(UInt8(ascii: ":"))
                write(members[place].value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private mutating func write(literal: StaticString) {
        literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Copies what needs no escape in runs.
    private mutating func write(string: String) {
        bytes.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { text in
            var start = 0
            for place in 0..<text.count {
                let byte = text[place]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<place]))
                write(escaped: byte)
                start = place + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func write(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): write(literal: #"\n"#)
        case UInt8(ascii: "\r"): write(literal: #"\r"#)
        case UInt8(ascii: "\t"): write(literal: #"\t"#)
        case 0..<0x20:
            write(literal: #"\u00"#)
            bytes.append(Self.hexDigits[Int(byte >> 4)])
            bytes.append(Self.hexDigits[Int(byte & 15)])
        default:
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        }
    }
}
