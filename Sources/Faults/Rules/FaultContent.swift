// What an event says, for faults with a condition on it: the type of a message, a text that must be in it.

import Wire

/// What an event says: a message, a request's body, a statement, a command.
public struct FaultContent: Sendable {
    /// The type of a message: its member `type`, or `method` where it is JSON-RPC's. Nil for all else.
    public let type: String?
    /// The text of it.
    public let text: String

    /// The content of something that has no type.
    public init(text: String) {
        type = nil
        self.text = text
    }

    /// The content of a message.
    public init(message: String) {
        let value = try? JSONValue(json: message)
        type = value?["type"]?.string ?? value?["method"]?.string
        text = message
    }
}

/// What an event must say to concern a fault.
public struct FaultCondition: Sendable, Hashable, CustomStringConvertible {
    /// The type that a message must have; any, if nil.
    public let type: String?
    /// A text that must be in it; any, if nil.
    public let text: String?

    /// A condition from its parts.
    public init(type: String? = nil, text: String? = nil) {
        self.type = type
        self.text = text
    }

    /// Whether content meets the condition.
    public func matches(_ content: FaultContent) -> Bool {
        (type == nil || type == content.type) && (text.map { content.text.contains($0) } ?? true)
    }

    /// As plans write it: `[agent_completed]`, `[~"text"]`.
    public var description: String {
        "[" + [type, text.map { "~\"\($0)\"" }].compactMap { $0 }.joined(separator: " ") + "]"
    }
}
