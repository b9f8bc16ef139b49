// Reads the first JSON value of a request's body and says what is wrong with it as Go's package encoding/json does.

/// Reads one JSON value (RFC 8259). What stands behind it does not matter, as with Go's decoder of streams.
struct FirstJSONValue {
    /// What is wrong, in Go's words.
    struct Failure: Error, Equatable { let reason: String }

    private static let depthLimit = 128

    private let bytes: [UInt8]
    private var index = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The first value.
    static func read(_ bytes: [UInt8]) throws(Failure) -> BodyValue {
        var reader = FirstJSONValue(bytes)
        reader.skipSpaces()
        guard reader.index < bytes.count else { throw Failure(reason: "EOF") }
        return try reader.value(depth: 0)
    }

    private mutating func skipSpaces() {
        while index < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[index]) { index += 1 }
    }

    private func peek() throws(Failure) -> UInt8 {
        guard index < bytes.count else { throw Failure(reason: "unexpected EOF") }
        return bytes[index]
    }

    private func invalid(_ byte: UInt8, _ place: String) -> Failure {
        let shown =
            switch byte {
            case UInt8(ascii: "'"): #"\'"#
            case UInt8(ascii: "\\"): #"\\"#
            case UInt8(ascii: "\n"): #"\n"#
            case UInt8(ascii: "\r"): #"\r"#
            case UInt8(ascii: "\t"): #"\t"#
            case 0..<0x20, 0x7f: #"\x"# + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            default: String(Character(Unicode.Scalar(byte)))
            }
        return Failure(reason: "invalid character '\(shown)' \(place)")
    }

    private mutating func value(depth: Int) throws(Failure) -> BodyValue {
        guard depth <= Self.depthLimit else { throw Failure(reason: "exceeded max depth") }
        skipSpaces()
        let byte = try peek()
        switch byte {
        case UInt8(ascii: "{"): return .object(try members(depth: depth))
        case UInt8(ascii: "["): return .array(try elements(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw invalid(byte, "looking for beginning of value")
        }
        return byte == UInt8(ascii: "n") ? .null : .bool(byte == UInt8(ascii: "t"))
    }

    private mutating func members(depth: Int) throws(Failure) -> [BodyMember] {
        var members: [BodyMember] = []
        index += 1
        skipSpaces()
        if try peek() == UInt8(ascii: "}") {
            index += 1
            return members
        }
        while true {
            skipSpaces()
            guard try peek() == UInt8(ascii: "\"") else {
                throw invalid(bytes[index], "looking for beginning of object key string")
            }
            let key = try string()
            skipSpaces()
            guard try peek() == UInt8(ascii: ":") else { throw invalid(bytes[index], "after object key") }
            index += 1
            members.append(BodyMember(key: key, value: try value(depth: depth + 1)))
            skipSpaces()
            let byte = try peek()
            index += 1
            if byte == UInt8(ascii: "}") { return members }
            guard byte == UInt8(ascii: ",") else { throw invalid(byte, "after object key:value pair") }
        }
    }

    private mutating func elements(depth: Int) throws(Failure) -> [BodyValue] {
        var elements: [BodyValue] = []
        index += 1
        skipSpaces()
        if try peek() == UInt8(ascii: "]") {
            index += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpaces()
            let byte = try peek()
            index += 1
            if byte == UInt8(ascii: "]") { return elements }
            guard byte == UInt8(ascii: ",") else { throw invalid(byte, "after array element") }
        }
    }

    /// A string; what is no character in it becomes U+FFFD.
    private mutating func string() throws(Failure) -> String {
        var text: [UInt8] = []
        index += 1
        while true {
            let byte = try peek()
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20: throw invalid(byte, "in string literal")
            default: text.append(byte)
            }
        }
    }

    private mutating func escape() throws(Failure) -> Character {
        let byte = try peek()
        index += 1
        switch byte {
        case UInt8(ascii: "u"): return Character(try scalar())
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Character(Unicode.Scalar(byte))
        default: throw invalid(byte, "in string escape code")
        }
    }

    /// The scalar of a `\u` escape. Two halves of a surrogate pair are one; a half by itself is U+FFFD.
    private mutating func scalar() throws(Failure) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xdc00, bytes[index...].starts(with: #"\u"#.utf8) else { return "\u{fffd}" }
        let start = index
        index += 2
        let second = try unit()
        if (0xdc00..<0xe000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        {
            return scalar
        }
        index = start
        return "\u{fffd}"
    }

    private mutating func unit() throws(Failure) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let digit = try peek()
            guard digit < 0x80, let value = Character(Unicode.Scalar(digit)).hexDigitValue else {
                throw invalid(digit, #"in \u hexadecimal character escape"#)
            }
            unit = unit << 4 | UInt32(value)
            index += 1
        }
        return unit
    }

    private mutating func word(_ word: StaticString) throws(Failure) {
        let letters = Array("\(word)".utf8)
        for letter in letters {
            let byte = try peek()
            guard byte == letter else {
                throw invalid(byte, "in literal \(word) (expecting '\(Character(Unicode.Scalar(letter)))')")
            }
            index += 1
        }
    }

    private mutating func number() throws(Failure) -> String {
        let start = index
        if try peek() == UInt8(ascii: "-") { index += 1 }
        if try peek() == UInt8(ascii: "0") { index += 1 } else { try digits("in numeric literal") }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            try digits("after decimal point in numeric literal")
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            let sign = try peek()
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { index += 1 }
            try digits("in exponent of numeric literal")
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits(_ place: String) throws(Failure) {
        let first = try peek()
        guard (0x30...0x39).contains(first) else { throw invalid(first, place) }
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
    }
}
