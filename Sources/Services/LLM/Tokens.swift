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
        if character.isWhitespace { return .space }
        return character.isLetter || character.isNumber || character == "_" || character == "'" ? .word : .mark
    }
}
