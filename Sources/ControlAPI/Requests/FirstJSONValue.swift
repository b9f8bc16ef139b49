// Finds the first JSON value of a request's body and says what is wrong with it as Go's package encoding/json does.

/// Passes over one JSON value (RFC 8259). What stands behind it does not matter, as with Go's decoder of streams.
struct FirstJSONValue {
    /// What is wrong, in Go's words.
    struct Failure: Error, Equatable { let reason: String }

    private static let depthLimit = 128

    private let bytes: [UInt8]
    private var index = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The bytes of the first value.
    static func range(in bytes: [UInt8]) throws(Failure) -> Range<Int> {
        var scanner = FirstJSONValue(bytes)
        scanner.skipSpaces()
        let start = scanner.index
        guard start < bytes.count else { throw Failure(reason: "EOF") }
        try scanner.value(depth: 0)
        return start..<scanner.index
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

    private mutating func value(depth: Int) throws(Failure) {
        guard depth <= Self.depthLimit else { throw Failure(reason: "exceeded max depth") }
        skipSpaces()
        let byte = try peek()
        switch byte {
        case UInt8(ascii: "{"): try object(depth: depth)
        case UInt8(ascii: "["): try array(depth: depth)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        default: throw invalid(byte, "looking for beginning of value")
        }
    }

    private mutating func object(depth: Int) throws(Failure) {
        index += 1
        skipSpaces()
        if try peek() == UInt8(ascii: "}") { return index += 1 }
        while true {
            skipSpaces()
            guard try peek() == UInt8(ascii: "\"") else {
                throw invalid(bytes[index], "looking for beginning of object key string")
            }
            try string()
            skipSpaces()
            guard try peek() == UInt8(ascii: ":") else { throw invalid(bytes[index], "after object key") }
            index += 1
            try value(depth: depth + 1)
            skipSpaces()
            let byte = try peek()
            index += 1
            if byte == UInt8(ascii: "}") { return }
            guard byte == UInt8(ascii: ",") else { throw invalid(byte, "after object key:value pair") }
        }
    }

    private mutating func array(depth: Int) throws(Failure) {
        index += 1
        skipSpaces()
        if try peek() == UInt8(ascii: "]") { return index += 1 }
        while true {
            try value(depth: depth + 1)
            skipSpaces()
            let byte = try peek()
            index += 1
            if byte == UInt8(ascii: "]") { return }
            guard byte == UInt8(ascii: ",") else { throw invalid(byte, "after array element") }
        }
    }

    private mutating func string() throws(Failure) {
        index += 1
        while true {
            let byte = try peek()
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20: throw invalid(byte, "in string literal")
            default: break
            }
        }
    }

    private mutating func escape() throws(Failure) {
        let byte = try peek()
        index += 1
        if byte == UInt8(ascii: "u") {
            for _ in 0..<4 {
                let digit = try peek()
                guard Character(Unicode.Scalar(digit)).isHexDigit, digit < 0x80 else {
                    throw invalid(digit, #"in \u hexadecimal character escape"#)
                }
                index += 1
            }
        } else if !#""\/bfnrt"#.utf8.contains(byte) {
            throw invalid(byte, "in string escape code")
        }
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

    private mutating func number() throws(Failure) {
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
    }

    private mutating func digits(_ place: String) throws(Failure) {
        let first = try peek()
        guard (0x30...0x39).contains(first) else { throw invalid(first, place) }
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
    }
}
