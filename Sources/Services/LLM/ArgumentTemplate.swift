// The arguments of a scripted tool call: any YAML, with the user's words where {{user}} stands.

import Fixtures
import ServiceKit
import Wire

/// JSON whose texts are reply templates.
indirect enum ArgumentTemplate: Sendable, Equatable {
    case value(JSONValue)
    case text(ReplyTemplate)
    case list([ArgumentTemplate])
    case object([Member])

    /// A member of an object.
    struct Member: Sendable, Equatable {
        let name: String
        let value: ArgumentTemplate
    }

    /// Reads a value of any shape. Throws ``Fixtures/InputError``.
    init(_ node: FixtureNode) throws {
        switch node.shape {
        case .text: self = .text(try ReplyTemplate(node))
        case .list(let items): self = .list(try items.map(ArgumentTemplate.init))
        case .mapping(let mapping):
            self = .object(try mapping.entries.map { Member(name: $0.key, value: try ArgumentTemplate($0.node)) })
        default: self = .value(node.json)
        }
    }

    /// The value for a user's text.
    func filled(user: String) -> JSONValue {
        switch self {
        case .value(let value): value
        case .text(let template): .string(template.filled(user: user))
        case .list(let items): .array(items.map { $0.filled(user: user) })
        case .object(let members): .object(JSONObject(members.map { ($0.name, $0.value.filled(user: user)) }))
        }
    }
}
