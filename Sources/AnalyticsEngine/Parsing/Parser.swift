// The parser's ground: tokens with look-ahead, names, lists, and the limits of depth.

/// Reads one statement. The parts of its grammar stand in extensions, one a file.
struct Parser {
    private(set) var lexer: Lexer
    private var tokens: [Token] = []
    /// The token that is read next.
    var index = 0
    /// The chain of AND, OR or `||` that was just parsed and may grow.
    var openChain: Expression?
    /// How many parsers stand inside each other.
    private var nesting = 0

    /// How many brackets may stand inside each other, and how high a tree may be: what 2 MiB of stack take in a debug
    /// build; a simulation has 4 MiB.
    static let deepestNesting = 150
    static let highestTree = 400

    init(_ bytes: [UInt8]) { lexer = Lexer(bytes) }

    var bytes: [UInt8] { lexer.bytes }

    /// The token `ahead` places on.
    mutating func peek(_ ahead: Int = 0) -> Token {
        while tokens.count <= index + ahead {
            if let last = tokens.last, last.kind == .end { return last }
            tokens.append(lexer.next())
        }
        return tokens[index + ahead]
    }

    mutating func advance() -> Token {
        let token = peek()
        index = min(index + 1, tokens.count)
        return token
    }

    /// The end of the token that was read last.
    var endOfLast: Int { index > 0 ? tokens[index - 1].range.upperBound : 0 }

    /// Where the next token begins.
    mutating func nextPosition() -> Int { peek().range.lowerBound }

    /// Whether words follow, in any case.
    mutating func follows(_ words: String...) -> Bool {
        for (offset, word) in words.enumerated() where !isWord(peek(offset), word) { return false }
        return true
    }

    private func isWord(_ token: Token, _ word: String) -> Bool {
        guard token.kind == .word, token.bytes.count == word.utf8.count else { return false }
        return zip(token.bytes, word.utf8).allSatisfy { $0 == $1 || $0 ^ 0x20 == $1 && $0 | 0x20 >= 0x61 }
    }

    /// Takes words if they follow.
    mutating func skip(_ words: String...) -> Bool {
        for (offset, word) in words.enumerated() where !isWord(peek(offset), word) { return false }
        index += words.count
        return true
    }

    mutating func followsMark(_ mark: String, ahead: Int = 0) -> Bool {
        let token = peek(ahead)
        return token.kind == .mark && token.bytes.elementsEqual(mark.utf8)
    }

    mutating func skip(mark: String) -> Bool {
        guard followsMark(mark) else { return false }
        index += 1
        return true
    }

    mutating func expect(_ word: String) throws {
        if !skip(word) { throw failure(expected: word) }
    }

    mutating func expect(mark: String) throws {
        if !skip(mark: mark) { throw failure(expected: "'\(mark)'") }
    }

    /// The error that the next token is wrong.
    mutating func failure(expected: String) -> EngineError {
        let token = peek()
        let line = bytes[..<min(token.range.lowerBound, bytes.count)].reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) }
        let place = "failed at position \(token.range.lowerBound + 1)"
        switch token.kind {
        case .end, .semicolon:
            return EngineError(.syntaxError, "Syntax error: \(place) (end of query) (line \(line)): . Expected \(expected)")
        case .invalid(let reason):
            return EngineError(
                .syntaxError, "Syntax error: \(place) (line \(line)): \(reason): \(snippet(token)). Unrecognized token")
        default:
            return EngineError(
                .syntaxError, "Syntax error: \(place) ('\(token.string)') (line \(line)): \(snippet(token)). Expected \(expected)"
            )
        }
    }

    private func snippet(_ token: Token) -> String {
        let start = min(token.range.lowerBound, bytes.count)
        return String(decoding: bytes[start..<min(start + 40, bytes.count)], as: UTF8.self)
    }

    /// Parses what stands in brackets or in a sub-query, within the limit of depth. Throws 306.
    mutating func nested<Result>(_ parse: (inout Parser) throws -> Result) throws -> Result {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.deepestNesting else {
            throw EngineError(
                .tooDeepRecursion,
                "Maximum parse depth (\(Self.deepestNesting) brackets) exceeded. Consider a query with fewer nested expressions")
        }
        return try parse(&self)
    }

    /// The expression, if it is not too high a tree. Throws 168.
    func checked(_ expression: Expression) throws -> Expression {
        guard expression.depth <= Self.highestTree else {
            throw EngineError(.tooDeepAST, "The tree of the query is too deep. Maximum: \(Self.highestTree)")
        }
        return expression
    }

    /// Words that end an expression's alias or a table's: they are no alias without AS.
    private static let reserved: Set<String> = [
        "from", "where", "prewhere", "group", "having", "order", "limit", "offset", "union", "intersect", "except", "format",
        "settings", "join", "inner", "left", "right", "full", "cross", "on", "using", "array", "as", "and", "or", "not", "in",
        "like", "ilike", "between", "is", "then", "when", "else", "end", "asc", "desc", "nulls", "with", "global", "any",
        "all", "semi", "anti", "asof", "final", "sample", "div", "mod", "into", "values", "interval", "collate", "select",
        "ties", "fetch", "window", "qualify", "over", "by", "distinct", "ascending", "descending",
    ]

    /// A name: a word or what stands in quotes.
    mutating func name(_ what: String = "identifier") throws -> String {
        let token = peek()
        guard token.kind == .word || token.kind == .quotedName, !token.bytes.isEmpty else { throw failure(expected: what) }
        index += 1
        return token.string
    }

    /// An alias: `AS name`, or a name alone that is no keyword.
    mutating func alias(isBareAllowed: Bool = true) throws -> String? {
        if skip("as") { return try name() }
        guard isBareAllowed else { return nil }
        let token = peek()
        if token.kind == .quotedName { return try name() }
        guard token.kind == .word, !Self.reserved.contains(token.string.lowercased()) else { return nil }
        return try name()
    }

    /// `database.table` or `table`.
    mutating func qualifiedName() throws -> QualifiedName {
        let first = try name("table name")
        guard skip(mark: ".") else { return QualifiedName(database: nil, name: first) }
        return QualifiedName(database: first, name: try name("table name"))
    }

    /// One or more things between commas.
    mutating func list<Element>(_ parse: (inout Parser) throws -> Element) throws -> [Element] {
        var elements = [try parse(&self)]
        while skip(mark: ",") { elements.append(try parse(&self)) }
        return elements
    }

    /// Everything up to a bracket that closes, as text; the opening bracket has been read.
    mutating func bracketedText() throws -> String {
        var depth = 1
        var text = ""
        while depth > 0 {
            let token = advance()
            switch token.kind {
            case .end, .invalid: throw failure(expected: "')'")
            case .mark where token.bytes == [UInt8(ascii: "(")]: depth += 1
            case .mark where token.bytes == [UInt8(ascii: ")")]: depth -= 1
            default: break
            }
            if depth > 0 { text += String(decoding: bytes[token.range], as: UTF8.self) + " " }
        }
        return text
    }
}
