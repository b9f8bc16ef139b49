// Expressions over names: "auth_flow and not (golden_path or slow)".

import Fixtures

/// A boolean expression over names, as pytest's `-m` and `-k` take it: names, `and`, `or`, `not`, parentheses; `not`
/// binds most, `or` least.
public indirect enum NameExpression: Sendable, Hashable {
    /// A name.
    case name(String)
    /// What does not hold.
    case not(NameExpression)
    /// Both hold.
    case and(NameExpression, NameExpression)
    /// One of them holds at least.
    case or(NameExpression, NameExpression)

    /// How deep parentheses and `not` may be nested.
    static let depthLimit = 100

    /// Reads an expression. `source` is the option that it was given to. Throws an `InputError` that says what is wrong,
    /// and where.
    public init(_ text: String, source: String) throws {
        var reader = ExpressionReader(text, place: Place("\(source) \"\(text)\""))
        self = try reader.whole()
    }

    /// Whether it holds, where `holds` says which names do.
    public func holds(_ holds: (String) -> Bool) -> Bool {
        switch self {
        case .name(let name): holds(name)
        case .not(let inner): !inner.holds(holds)
        case .and(let left, let right): left.holds(holds) && right.holds(holds)
        case .or(let left, let right): left.holds(holds) || right.holds(holds)
        }
    }

    /// The names in it, in the order in which they stand.
    public var names: [String] {
        switch self {
        case .name(let name): [name]
        case .not(let inner): inner.names
        case .and(let left, let right), .or(let left, let right): left.names + right.names
        }
    }
}

/// Reads an expression from its words.
private struct ExpressionReader {
    private let words: [(text: String, offset: Int)]
    private let place: Place
    private var next = 0
    private var depth = 0

    init(_ text: String, place: Place) {
        self.place = place
        var words: [(String, Int)] = []
        var word = ""
        var begin = 0
        func end() -> [(String, Int)] { word.isEmpty ? [] : [(word, begin)] }
        for (offset, character) in text.enumerated() {
            if character.isWhitespace || character == "(" || character == ")" {
                words += end()
                word = ""
                if !character.isWhitespace { words.append((String(character), offset)) }
            } else {
                if word.isEmpty { begin = offset }
                word.append(character)
            }
        }
        self.words = words + end()
    }

    mutating func whole() throws -> NameExpression {
        let expression = try alternatives()
        guard next == words.count else { throw unexpected("'and', 'or' or the end") }
        return expression
    }

    private mutating func alternatives() throws -> NameExpression {
        var left = try conjunction()
        while take("or") { left = .or(left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws -> NameExpression {
        var left = try factor()
        while take("and") { left = .and(left, try factor()) }
        return left
    }

    private mutating func factor() throws -> NameExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= NameExpression.depthLimit else {
            throw InputError("The expression is nested more than \(NameExpression.depthLimit) deep. Write it flatter.", at: place)
        }
        if take("not") { return .not(try factor()) }
        if take("(") {
            let inner = try alternatives()
            guard take(")") else { throw unexpected("')'") }
            return inner
        }
        guard next < words.count, !["and", "or", ")"].contains(words[next].text) else { throw unexpected("a name, 'not' or '('") }
        next += 1
        return .name(words[next - 1].text)
    }

    private mutating func take(_ word: String) -> Bool {
        guard next < words.count, words[next].text == word else { return false }
        next += 1
        return true
    }

    private func unexpected(_ expected: String) -> InputError {
        let found = next < words.count ? "'\(words[next].text)' at column \(words[next].offset + 1)" : "the end"
        return InputError("\(expected) is expected, but \(found) was found.".firstUppercased, at: place)
    }
}

extension String {
    fileprivate var firstUppercased: String { hasPrefix("a ") ? "A " + dropFirst(2) : self }
}
