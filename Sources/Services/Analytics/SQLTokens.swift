// The tokens of a statement.

/// A token of ClickHouse SQL, as far as the statements here use them.
struct SQLToken: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// A name or keyword as it was written, without quotes.
        case word(String, isQuoted: Bool)
        /// A text, its escapes resolved.
        case text(String)
        /// Anything else: one character, or the digits of a number.
        case mark(String)
    }

    let kind: Kind

    init(_ kind: Kind) { self.kind = kind }

    /// Whether this is a keyword, in any case of letters.
    func isKeyword(_ keyword: String) -> Bool {
        if case .word(let word, false) = kind { word.lowercased() == keyword } else { false }
    }

    /// The token for people.
    var description: String {
        switch kind {
        case .word(let word, _): word
        case .text(let text): "'\(text)'"
        case .mark(let mark): mark
        }
    }
}

/// Reads tokens one by one, so that what follows a `FORMAT` is left alone.
///
/// Works on Unicode scalars, not on characters: an accent behind a quote does not make it another character.
struct SQLTokenReader {
    private let sql: String
    private let scalars: String.UnicodeScalarView
    private var index: String.Index

    init(_ sql: String) {
        self.sql = sql
        scalars = sql.unicodeScalars
        index = sql.startIndex
    }

    /// What was not read yet.
    var rest: Substring { sql[index...] }

    /// The next token without taking it; nil at the end.
    func peek() throws(ClickHouseError) -> SQLToken? {
        var copy = self
        return try copy.next()
    }

    /// The next token; nil at the end. Throws for quotes that are never closed.
    mutating func next() throws(ClickHouseError) -> SQLToken? {
        skipSpaces()
        guard index < scalars.endIndex else { return nil }
        let scalar = scalars[index]
        switch scalar {
        case "'": return SQLToken(.text(try quoted("'")))
        case "`", "\"": return SQLToken(.word(try quoted(scalar), isQuoted: true))
        case _ where Self.beginsWord(scalar):
            return SQLToken(.word(take { Self.beginsWord($0) || Self.isDigit($0) }, isQuoted: false))
        case _ where Self.isDigit(scalar): return SQLToken(.mark(take(while: Self.isDigit)))
        default:
            index = scalars.index(after: index)
            return SQLToken(.mark(String(scalar)))
        }
    }

    private static func beginsWord(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic || scalar == "_" }
    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private mutating func take(while condition: (Unicode.Scalar) -> Bool) -> String {
        let start = index
        while index < scalars.endIndex, condition(scalars[index]) { index = scalars.index(after: index) }
        return String(scalars[start..<index])
    }

    private mutating func skipSpaces() {
        while index < scalars.endIndex {
            if scalars[index].properties.isWhitespace {
                index = scalars.index(after: index)
            } else if scalars[index...].starts(with: "--".unicodeScalars) {
                while index < scalars.endIndex, scalars[index] != "\n" { index = scalars.index(after: index) }
            } else {
                return
            }
        }
    }

    /// A quotation from its opening to its closing quote; a doubled quote and a backslash make the next character part
    /// of it.
    private mutating func quoted(_ quote: Unicode.Scalar) throws(ClickHouseError) -> String {
        var text = String.UnicodeScalarView()
        index = scalars.index(after: index)
        while index < scalars.endIndex {
            let scalar = scalars[index]
            index = scalars.index(after: index)
            if scalar == "\\", index < scalars.endIndex {
                text.append(Self.escapes[scalars[index]] ?? scalars[index])
                index = scalars.index(after: index)
            } else if scalar != quote {
                text.append(scalar)
            } else if index < scalars.endIndex, scalars[index] == quote {
                text.append(quote)
                index = scalars.index(after: index)
            } else {
                return String(text)
            }
        }
        throw .syntax("a quotation that begins with \(quote) is never closed")
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = ["n": "\n", "t": "\t", "r": "\r", "0": "\0"]
}
