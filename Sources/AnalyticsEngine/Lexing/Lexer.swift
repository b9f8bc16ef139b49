// Cuts ClickHouse SQL into tokens, one at a time: what follows an INSERT is data and must not be cut.

/// Reads tokens from bytes. Never fails: what is no token becomes one of kind `invalid`.
struct Lexer {
    let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    private func byte(_ offset: Int = 0) -> UInt8 {
        let index = position + offset
        return index < bytes.count ? bytes[index] : 0
    }

    /// The next token, behind spaces and comments.
    mutating func next() -> Token {
        if let unclosed = skipSpaces() { return token(.invalid("a comment is never closed"), from: unclosed) }
        let start = position
        guard position < bytes.count else { return token(.end, from: start) }
        let first = byte()
        switch first {
        case _ where Self.beginsWord(first):
            position += 1
            while position < bytes.count, Self.continuesWord(bytes[position]) { position += 1 }
            return token(.word, from: start)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return number(from: start)
        case UInt8(ascii: ".") where Self.isDigit(byte(1)):
            return number(from: start)
        case UInt8(ascii: "'"):
            return quoted(first, .text)
        case UInt8(ascii: "`"), UInt8(ascii: "\""):
            return quoted(first, .quotedName)
        case UInt8(ascii: "$"):
            return heredoc(from: start)
        case UInt8(ascii: ";"):
            position += 1
            return token(.semicolon, from: start)
        default:
            return mark(from: start)
        }
    }

    private func token(_ kind: Token.Kind, from start: Int) -> Token {
        Token(kind: kind, range: start..<position, bytes: Array(bytes[start..<position]))
    }

    /// Skips spaces and comments. Returns where a comment begins that is never closed.
    private mutating func skipSpaces() -> Int? {
        while position < bytes.count {
            let first = byte()
            if first <= 0x20 || first == 0x7f {
                position += 1
            } else if first == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-") {
                skipLine()
            } else if first == UInt8(ascii: "#"), byte(1) == UInt8(ascii: "!") || byte(1) == UInt8(ascii: " ") {
                skipLine()
            } else if first == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                let start = position
                guard skipBracketedComment() else { return start }
            } else if let width = spaceWidth {
                position += width
            } else {
                return nil
            }
        }
        return nil
    }

    /// Skips a comment, and those inside it; false where it is never closed.
    private mutating func skipBracketedComment() -> Bool {
        var depth = 0
        while position < bytes.count {
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                position += 2
            } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                position += 2
                if depth == 0 { return true }
            } else {
                position += 1
            }
        }
        return false
    }

    /// The bytes of a space of Unicode here: U+00A0, U+1680, U+2000 to U+200F, U+2028, U+202F, U+205F, U+3000, U+FEFF.
    private var spaceWidth: Int? {
        switch (byte(), byte(1), byte(2)) {
        case (0xC2, 0xA0, _), (0xC2, 0x85, _): 2
        case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8F), (0xE2, 0x80, 0xA8), (0xE2, 0x80, 0xA9), (0xE2, 0x80, 0xAF),
            (0xE2, 0x81, 0x9F), (0xE2, 0x81, 0xA0), (0xE3, 0x80, 0x80), (0xEF, 0xBB, 0xBF), (0xE1, 0xA0, 0x8E):
            3
        default: nil
        }
    }

    private mutating func skipLine() {
        while position < bytes.count, byte() != UInt8(ascii: "\n") { position += 1 }
    }

    private mutating func number(from start: Int) -> Token {
        if byte() == UInt8(ascii: "0"), byte(1) | 0x20 == UInt8(ascii: "x") || byte(1) | 0x20 == UInt8(ascii: "b") {
            let isHex = byte(1) | 0x20 == UInt8(ascii: "x")
            var end = position + 2
            while end < bytes.count, Self.isHexDigit(bytes[end]) || isHex && bytes[end] == UInt8(ascii: ".") { end += 1 }
            if end > position + 2 {
                position = end
                return endOfNumber(from: start)
            }
        }
        skipDigits()
        if byte() == UInt8(ascii: ".") {
            position += 1
            skipDigits()
        }
        if byte() | 0x20 == UInt8(ascii: "e") {
            let sign = byte(1) == UInt8(ascii: "+") || byte(1) == UInt8(ascii: "-") ? 1 : 0
            if Self.isDigit(byte(1 + sign)) {
                position += 1 + sign
                skipDigits()
            }
        }
        return endOfNumber(from: start)
    }

    private mutating func skipDigits() {
        while position < bytes.count, Self.isDigit(byte()) || byte() == UInt8(ascii: "_") && Self.isDigit(byte(1)) {
            position += 1
        }
    }

    /// A number that runs into a word is a word, as in `2fa`, if it has neither point nor exponent.
    private mutating func endOfNumber(from start: Int) -> Token {
        guard position < bytes.count, Self.continuesWord(bytes[position]) else { return token(.number, from: start) }
        while position < bytes.count, Self.continuesWord(bytes[position]) { position += 1 }
        let isWord = bytes[start..<position].allSatisfy { Self.continuesWord($0) }
        return token(isWord ? .word : .invalid("a number runs into a word"), from: start)
    }

    /// A quotation: a doubled quote and a backslash make what follows part of it.
    private mutating func quoted(_ quote: UInt8, _ kind: Token.Kind) -> Token {
        let start = position
        position += 1
        var content: [UInt8] = []
        while position < bytes.count {
            let next = bytes[position]
            if next == quote {
                if byte(1) != quote {
                    position += 1
                    return Token(kind: kind, range: start..<position, bytes: content)
                }
                content.append(quote)
                position += 2
            } else if next == UInt8(ascii: "\\") {
                position += 1
                position = EscapeSequence.read(bytes, at: position, into: &content)
            } else {
                content.append(next)
                position += 1
            }
        }
        return token(.invalid("a quotation is never closed"), from: start)
    }

    /// `$tag$ ... $tag$`.
    private mutating func heredoc(from start: Int) -> Token {
        var end = position + 1
        while end < bytes.count, Self.continuesWord(bytes[end]), bytes[end] != UInt8(ascii: "$") { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else { return mark(from: start) }
        let tag = bytes[start...end]
        var index = end + 1
        while index + tag.count <= bytes.count {
            if bytes[index] == UInt8(ascii: "$"), bytes[index..<index + tag.count] == tag {
                position = index + tag.count
                return Token(kind: .text, range: start..<position, bytes: Array(bytes[end + 1..<index]))
            }
            index += 1
        }
        position = bytes.count
        return token(.invalid("a heredoc is never closed"), from: start)
    }

    private static let pairs: [[UInt8]] = ["->", "::", "<=", ">=", "!=", "<>", "==", "||"].map { Array($0.utf8) }

    private mutating func mark(from start: Int) -> Token {
        if position + 1 < bytes.count, Self.pairs.contains([bytes[position], bytes[position + 1]]) {
            position += 2
            return token(.mark, from: start)
        }
        let first = byte()
        position += 1
        if "()[]{},.*+-/%<>=?:@".utf8.contains(first) { return token(.mark, from: start) }
        while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
        return token(.invalid("no token begins so"), from: start)
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"))
    }

    static func beginsWord(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_")
    }

    static func continuesWord(_ byte: UInt8) -> Bool { beginsWord(byte) || isDigit(byte) || byte == UInt8(ascii: "$") }
}
