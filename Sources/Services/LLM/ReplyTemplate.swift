// The text of a scripted reply, with the places where the user's own words go.

import Fixtures

/// A reply in which `{{user}}` stands for the last text of the user.
struct ReplyTemplate: Sendable, Equatable {
    private enum Part: Sendable, Equatable {
        case text(String)
        case user
    }

    private static let names = ["user"]
    private let parts: [Part]

    /// Reads a template. Throws ``Fixtures/InputError`` for a name in braces that means nothing, and for open braces.
    init(_ node: FixtureNode) throws {
        var parts: [Part] = []
        var rest = try node.string()[...]
        while let open = rest.firstRange(of: "{{") {
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                throw node.error("'{{' is never closed. Write {{user}}, or single braces.")
            }
            let name = rest[open.upperBound..<close.lowerBound].filter { $0 != " " }
            guard name == "user" else {
                throw InputError.unknown("template value", name, known: Self.names, at: node.place)
            }
            parts.append(.text(String(rest[..<open.lowerBound])))
            parts.append(.user)
            rest = rest[close.upperBound...]
        }
        parts.append(.text(String(rest)))
        self.parts = parts
    }

    /// The reply to a user's text.
    func filled(user: String) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .user: user
            }
        }.joined()
    }
}
