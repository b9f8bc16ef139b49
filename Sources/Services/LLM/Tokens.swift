// The tokens of the fake model: words and marks, each with the space before it.

/// Splits texts into tokens.
enum Tokens {
    private enum Kind {
        case space
        case word
        case mark
    }

    /// The tokens of a text, in order; joined, they are the text. A run of letters and digits is one token, any other
    /// character is one of its own, and spaces belong to what follows them.
    static func split(_ text: String) -> [String] {
        var tokens: [String] = []
        var current = ""
        var last = Kind.space
        for character in text {
            let kind = kind(of: character)
            if !current.isEmpty, last != .space, kind != .word || last != .word {
                tokens.append(current)
                current = ""
            }
            current.append(character)
            last = kind
        }
        if !current.isEmpty { tokens.append(current) }
        return tokens
    }

    private static func kind(of character: Character) -> Kind {
        // Most texts are ASCII, and Unicode's tables are large.
        if let ascii = character.asciiValue {
            switch ascii {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "'"):
                return .word
            case 0x09...0x0d, 0x20: return .space
            default: return .mark
            }
        }
        if character.isWhitespace { return .space }
        return character.isLetter || character.isNumber ? .word : .mark
    }
}
