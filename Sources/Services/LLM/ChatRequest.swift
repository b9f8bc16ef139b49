// A chat completion request as the fake model understands it (OpenAI API reference, "Create chat completion").

import HTTPTypes
import Wire

/// A checked request.
struct ChatRequest: Sendable, Equatable {
    /// The model that was asked for; any name is one.
    let model: String
    /// The conversation.
    let messages: ChatMessages
    /// The functions that may be called.
    let tools: ChatTools
    /// Whether the reply must be a JSON object (`response_format` of type `json_object`).
    let isJSON: Bool
    /// How many replies are wanted.
    let count: Int
    /// How many tokens the reply may have.
    let tokenLimit: Int?
    /// Texts before which the reply ends.
    let stops: [String]
    /// Whether the reply comes as server-sent events.
    let isStreamed: Bool
    /// Whether the events end with one that counts the tokens.
    let includesUsage: Bool

    private static let countMax = 128

    /// Reads a request. Throws ``LLMError`` with status 400 for whatever the real service would refuse so.
    init(_ body: JSONValue) throws(LLMError) {
        guard body.object != nil else { throw .invalid("The request body must be a JSON object.") }
        guard let model = body["model"]?.string, !model.isEmpty else { throw .invalid("You must provide a model parameter.") }
        self.model = model
        messages = try ChatMessages(body["messages"])
        tools = try ChatTools(body)
        isJSON = try Self.isJSON(body["response_format"], messages)
        let limit = try Self.integer(body, "max_tokens", 1...(.max))
        tokenLimit = try Self.integer(body, "max_completion_tokens", 1...(.max)) ?? limit
        count = try Self.integer(body, "n", 1...Self.countMax) ?? 1
        stops = try Self.stops(body["stop"])
        isStreamed = try Self.bool(body["stream"], "stream")
        includesUsage = try Self.usageOption(body["stream_options"], isStreamed: isStreamed)
    }

    private static func isJSON(_ value: JSONValue?, _ messages: ChatMessages) throws(LLMError) -> Bool {
        guard let value, !value.isNull else { return false }
        guard let type = value["type"]?.string else {
            throw .wrongType("response_format", expected: "an object with a type", value)
        }
        switch type {
        case "text": return false
        case "json_object" where messages.saysJSON: return true
        case "json_object":
            throw .invalid(
                "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
                param: "messages")
        default:
            throw .invalid(
                "Invalid value: '\(type)'. Supported values are: 'text' and 'json_object'.", param: "response_format.type",
                code: "invalid_value")
        }
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
