// The tokens of ClickHouse SQL: what kind, and where they stand in the text.

/// A token of a statement.
struct Token: Equatable {
    /// What a token is.
    enum Kind: Equatable {
        /// A bare word: a keyword or a name.
        case word
        /// A name in back quotes or double quotes.
        case quotedName
        /// A number, as it was written.
        case number
        /// A text in single quotes, or a heredoc.
        case text
        /// An operator or a bracket.
        case mark
        /// The end of the text, or the `;` that ends a statement.
        case end, semicolon
        /// What is no token, with the reason.
        case invalid(String)
    }

    let kind: Kind
    /// Where it stands, in bytes of the text.
    let range: Range<Int>
    /// The word, mark or number as written; the name or text without its quotes.
    let bytes: [UInt8]

    /// The token's text, for names and messages.
    var string: String { String(decoding: bytes, as: UTF8.self) }
}
