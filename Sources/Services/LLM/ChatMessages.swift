// The conversation of a request: checked message by message, and reduced to what scripts match on.

import Wire

/// What the fake model needs to know of a conversation.
struct ChatMessages: Sendable, Equatable {
    /// A tool's answer.
    struct ToolResult: Sendable, Equatable {
        /// The name of the function that was called.
        let name: String
        /// What it gave back, as the caller wrote it.
        let text: String
    }

    private static let roles = ["developer", "system", "user", "assistant", "tool", "function"]

    /// The text of the last message of role `user`; empty where there is none.
    private(set) var userText = ""
    /// The results at the end of the conversation, in their order; empty where it ends with anything else.
    private(set) var lastToolResults: [ToolResult] = []
    /// How many tokens all messages have.
    private(set) var tokens = 0
    /// Whether any message has the word JSON, in any case.
    private(set) var saysJSON = false

    /// The names of the functions by the ids of their calls, and which of them wait for an answer.
    private var calls: [String: String] = [:]

    /// Reads the conversation. Throws ``LLMError`` with status 400 for whatever the real service would refuse so.
    init(_ messages: JSONValue?) throws(LLMError) {
        guard let messages else {
            throw .invalid("Missing required parameter: 'messages'.", param: "messages", code: "missing_required_parameter")
        }
        guard let list = messages.array else { throw .wrongType("messages", expected: "an array of objects", messages) }
        guard !list.isEmpty else {
            throw .invalid(
                "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
                param: "messages", code: "empty_array")
        }
        for (index, message) in list.enumerated() { try read(message, at: "messages[\(index)]") }
    }

    private mutating func read(_ message: JSONValue, at place: String) throws(LLMError) {
        guard message.object != nil else { throw .wrongType(place, expected: "an object", message) }
        guard let role = message["role"] else {
            throw .invalid(
                "Missing required parameter: '\(place).role'.", param: "\(place).role", code: "missing_required_parameter")
        }
        guard let name = role.string else { throw .wrongType("\(place).role", expected: "a string", role) }
        guard Self.roles.contains(name) else {
            let known = Self.roles.map { "'\($0)'" }.joined(separator: ", ")
            throw .invalid(
                "Invalid value: '\(name)'. Supported values are: \(known).", param: "\(place).role", code: "invalid_value")
        }
        let text = try text(of: message, role: name, at: place)
        tokens += Tokens.split(text).count
        if text.contains(/(?i)json/) { saysJSON = true }
        if name == "tool" {
            try readResult(message, text, at: place)
        } else {
            lastToolResults = []
            calls = [:]
        }
        if name == "user" { userText = text }
        if name == "assistant", let calls = message["tool_calls"], !calls.isNull {
            try readCalls(calls, at: "\(place).tool_calls")
        }
    }

    private func text(of message: JSONValue, role: String, at place: String) throws(LLMError) -> String {
        let content = message["content"] ?? .null
        if let text = content.string { return text }
        if let parts = content.array { return parts.compactMap { $0["text"]?.string }.joined(separator: "\n") }
        // Only an assistant's message may have tool calls in place of a text.
        guard content.isNull, role == "assistant" else {
            throw .wrongType("\(place).content", expected: "a string or an array of objects", content)
        }
        return ""
    }

    private mutating func readCalls(_ list: JSONValue, at place: String) throws(LLMError) {
        guard let items = list.array, !items.isEmpty else { throw .wrongType(place, expected: "an array of objects", list) }
        for (index, call) in items.enumerated() {
            guard let id = call["id"]?.string, let name = call["function"]?["name"]?.string,
                let arguments = call["function"]?["arguments"]?.string
            else {
                throw .wrongType(
                    "\(place)[\(index)]", expected: "a tool call with id, function.name and function.arguments", call)
            }
            calls[id] = name
            tokens += Tokens.split(arguments).count
        }
    }

    private mutating func readResult(_ message: JSONValue, _ text: String, at place: String) throws(LLMError) {
        guard let id = message["tool_call_id"]?.string else {
            throw .invalid(
                "Missing required parameter: '\(place).tool_call_id'.", param: "\(place).tool_call_id",
                code: "missing_required_parameter")
        }
        guard let name = calls.removeValue(forKey: id) else {
            throw .invalid(
                "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
                param: "\(place).role")
        }
        lastToolResults.append(ToolResult(name: name, text: text))
    }
}
