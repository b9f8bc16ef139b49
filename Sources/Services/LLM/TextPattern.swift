// Regular expressions of scripts, by the standard library's own engine.

/// A regular expression that is looked for in texts.
struct TextPattern: @unchecked Sendable {  // because matching changes nothing but a cache that is atomic
    private let expression: Regex<AnyRegexOutput>

    /// A pattern in the syntax that PCRE, ICU and Swift share. Nil where it is none.
    init?(_ pattern: String) {
        guard let expression = try? Regex(pattern) else { return nil }
        // As the other engines have it: by scalars, and a word is letters, digits and underscores.
        self.expression = expression.matchingSemantics(.unicodeScalar).wordBoundaryKind(.simple)
    }

    /// Whether a text has the pattern somewhere. A match that the engine gives up is none.
    func isFound(in text: String) -> Bool { (try? expression.firstMatch(in: text)) != nil }
}
