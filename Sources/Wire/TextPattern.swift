// Regular expressions that people write in fixtures and schemas, by the standard library's own engine.

/// A regular expression that is looked for in texts.
public struct TextPattern: @unchecked Sendable {  // because matching changes nothing but a cache that is atomic
    /// The expression as it was written.
    public let source: String
    private let expression: Regex<AnyRegexOutput>

    /// A pattern in the syntax that PCRE, ICU, ECMA 262 and Swift share. Nil where it is none.
    public init?(_ pattern: String) {
        guard let expression = try? Regex(pattern) else { return nil }
        source = pattern
        // As the other engines have it: by scalars, and a word is letters, digits and underscores.
        self.expression = expression.matchingSemantics(.unicodeScalar).wordBoundaryKind(.simple)
    }

    /// Whether a text has the pattern somewhere. A match that the engine gives up is none.
    public func isFound(in text: String) -> Bool { (try? expression.firstMatch(in: text)) != nil }
}

extension TextPattern: Equatable {
    public static func == (left: TextPattern, right: TextPattern) -> Bool { left.source == right.source }
}
