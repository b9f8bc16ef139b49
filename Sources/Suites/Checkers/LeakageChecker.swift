// No user is shown what belongs to another, in anything at all: answers, events, pages, logs, error messages.

/// A text that belongs to a user, such as a word of a question or an id. It must be unlike anything else that is shown: best
/// a random one of letters and digits, which no encoding changes.
struct OwnedToken: Sendable {
    let text: String
    let owner: String
}

/// Something that a user was shown, word for word.
struct ShownText: Sendable {
    let user: String
    /// Where it was shown, for the report: `GET /api/threads`, `agent_thinking`.
    let place: String
    let text: String
}

/// One token that was shown to a user who does not own it.
struct Leak: Sendable, Hashable, CustomStringConvertible {
    let token: String
    let owners: [String]
    let user: String
    let place: String

    var description: String { "\(user) was shown '\(token)' of \(owners.joined(separator: " and ")) in \(place)" }
}

/// Checks all that users were shown for what others own. A token with several owners may be shown to each of them.
///
/// Of tokens within each other only the longest counts where they stand. Linear in the texts, whatever the number of tokens;
/// see ``TokenSearch``.
struct LeakageChecker: Sendable {
    private let tokens: [String]
    private let owners: [[String]]
    private let search: TokenSearch

    init(_ owned: [OwnedToken]) {
        var indices: [String: Int] = [:]
        var tokens: [String] = []
        var owners: [[String]] = []
        for token in owned {
            if let index = indices[token.text] {
                if !owners[index].contains(token.owner) { owners[index].append(token.owner) }
            } else {
                indices[token.text] = tokens.count
                tokens.append(token.text)
                owners.append([token.owner])
            }
        }
        (self.tokens, self.owners, search) = (tokens, owners, TokenSearch(tokens))
    }

    /// What reached the wrong user, in the order in which it was shown; each token once for a user and a place.
    func check(_ shown: [ShownText]) -> [Leak] {
        var told: Set<Leak> = []
        return shown.flatMap { text in
            search.matches(in: text.text).compactMap { match in
                guard !owners[match.token].contains(text.user) else { return nil }
                let leak = Leak(
                    token: tokens[match.token], owners: owners[match.token], user: text.user, place: text.place)
                return told.insert(leak).inserted ? leak : nil
            }
        }
    }
}
