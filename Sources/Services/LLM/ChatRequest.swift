// A chat completion request as the fake model understands it (OpenAI API reference, "Create chat completion").

import HTTPTypes
import Wire

/// A checked request.
struct ChatRequest: Sendable, Equatable {
    /// The model that was asked for; any name is one.
    let model: String
    /// The text of the last message of role `user`; empty where there is none.
    let userText: String
    /// How many tokens all messages have.
    let promptTokens: Int
    /// How many tokens the reply may have.
    let tokenLimit: Int?
    /// Texts before which the reply ends.
    let stops: [String]
    /// Whether the reply comes as server-sent events.
    let isStreamed: Bool
    /// Whether the events end with one that counts the tokens.
    let includesUsage: Bool

    private static let roles = ["developer", "system", "user", "assistant", "tool", "function"]

    /// Reads a request. Throws ``LLMError`` with status 400 for whatever the real service would refuse so.
    init(_ body: JSONValue) throws(LLMError) {
        guard body.object != nil else { throw .invalid("The request body must be a JSON object.") }
        guard let model = body["model"]?.string, !model.isEmpty else { throw .invalid("You must provide a model parameter.") }
        guard let messages = body["messages"] else {
            throw .invalid("Missing required parameter: 'messages'.", param: "messages", code: "missing_required_parameter")
        }
        guard let list = messages.array else { throw .wrongType("messages", expected: "an array of objects", messages) }
        guard !list.isEmpty else {
            throw .invalid(
                "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
                param: "messages", code: "empty_array")
        }
        var userText = ""
        var promptTokens = 0
        for (index, message) in list.enumerated() {
            let (role, text) = try Self.read(message, at: "messages[\(index)]")
            promptTokens += Tokens.split(text).count
            if role == "user" { userText = text }
        }
        self.model = model
        self.userText = userText
        self.promptTokens = promptTokens
        let limit = try Self.integer(body, "max_tokens", 1...(.max))
        tokenLimit = try Self.integer(body, "max_completion_tokens", 1...(.max)) ?? limit
        _ = try Self.integer(body, "n", 1...1)
        stops = try Self.stops(body["stop"])
        isStreamed = try Self.bool(body["stream"], "stream")
        includesUsage = try Self.usageOption(body["stream_options"], isStreamed: isStreamed)
    }

    /// The role and the text of a message.
    private static func read(_ message: JSONValue, at place: String) throws(LLMError) -> (role: String, text: String) {
        guard message.object != nil else { throw .wrongType(place, expected: "an object", message) }
        guard let role = message["role"] else {
            throw .invalid(
                "Missing required parameter: '\(place).role'.", param: "\(place).role", code: "missing_required_parameter")
        }
        guard let name = role.string else { throw .wrongType("\(place).role", expected: "a string", role) }
        guard roles.contains(name) else {
            let known = roles.map { "'\($0)'" }.joined(separator: ", ")
            throw .invalid(
                "Invalid value: '\(name)'. Supported values are: \(known).", param: "\(place).role", code: "invalid_value")
        }
        let content = message["content"] ?? .null
        if let text = content.string { return (name, text) }
        if let parts = content.array { return (name, parts.compactMap { $0["text"]?.string }.joined(separator: "\n")) }
        // Only an assistant's message may have tool calls in place of a text.
        guard content.isNull, name == "assistant" else {
            throw .wrongType("\(place).content", expected: "a string or an array of objects", content)
        }
        return (name, "")
    }

    private static func integer(_ body: JSONValue, _ name: String, _ range: ClosedRange<Int>) throws(LLMError) -> Int? {
        guard let value = body[name], !value.isNull else { return nil }
        guard let number = value.integer else { throw .wrongType(name, expected: "an integer", value) }
        guard number >= range.lowerBound else {
            throw .invalid(
                "Invalid '\(name)': integer below minimum value. Expected a value >= \(range.lowerBound), "
                    + "but got \(number) instead.",
                param: name, code: "integer_below_min_value")
        }
        guard number <= range.upperBound else {
            throw .invalid(
                "Invalid '\(name)': integer above maximum value. Expected a value <= \(range.upperBound), "
                    + "but got \(number) instead.",
                param: name, code: "integer_above_max_value")
        }
        return number
    }

    private static func bool(_ value: JSONValue?, _ name: String) throws(LLMError) -> Bool {
        guard let value, !value.isNull else { return false }
        guard let bool = value.bool else { throw .wrongType(name, expected: "a boolean", value) }
        return bool
    }

    private static func stops(_ value: JSONValue?) throws(LLMError) -> [String] {
        guard let value, !value.isNull else { return [] }
        let texts = value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? []
        guard !texts.isEmpty, texts.count <= 4, value.array.map({ $0.count == texts.count }) ?? true,
            !texts.contains("")
        else { throw .wrongType("stop", expected: "a string or an array of 1 to 4 strings", value) }
        return texts
    }

    private static func usageOption(_ value: JSONValue?, isStreamed: Bool) throws(LLMError) -> Bool {
        guard let value, !value.isNull else { return false }
        guard value.object != nil else { throw .wrongType("stream_options", expected: "an object", value) }
        guard isStreamed else {
            throw .invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", param: "stream_options")
        }
        return try bool(value["include_usage"], "stream_options.include_usage")
    }
}
