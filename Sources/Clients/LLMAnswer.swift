// Requests to a model that offer tools, and the answers to them, whole or put together from a stream.

public import Wire

/// A request for one reply.
public struct LLMRequest: Sendable {
    /// The body as it is sent, without `stream`.
    public var body: JSONValue

    /// A request to a model. `messages` and `tools` are in OpenAI's shapes; further members may be set in ``body``.
    public init(model: String, messages: [JSONValue], tools: [JSONValue] = []) {
        body = ["model": .string(model), "messages": .array(messages)]
        if !tools.isEmpty { body["tools"] = .array(tools) }
    }

    /// A function that the model may call, in OpenAI's shape.
    public static func tool(_ name: String, description: String = "", parameters: JSONValue = ["type": "object"]) -> JSONValue {
        [
            "type": "function",
            "function": ["name": .string(name), "description": .string(description), "parameters": parameters],
        ]
    }
}

/// A model's reply.
public struct LLMAnswer: Sendable, Equatable {
    /// A call of a function.
    public struct ToolCall: Sendable, Equatable {
        /// The call's id, which its result must name.
        public let id: String
        /// The function.
        public let name: String
        /// The arguments as the model wrote them: JSON, if it made no mistake.
        public let arguments: String
    }

    /// Its text; nil where there is none.
    public let content: String?
    /// Its calls of functions.
    public let toolCalls: [ToolCall]
    /// `stop`, `length` or `tool_calls`.
    public let finishReason: String
    /// Tokens of the request, of the reply, and of both, as the service counts.
    public let usage: Usage

    /// What a reply costs.
    public struct Usage: Sendable, Equatable {
        public let promptTokens: Int
        public let completionTokens: Int
        public let totalTokens: Int

        init?(_ json: JSONValue?) {
            guard let prompt = json?["prompt_tokens"]?.integer, let completion = json?["completion_tokens"]?.integer,
                let total = json?["total_tokens"]?.integer
            else { return nil }
            (promptTokens, completionTokens, totalTokens) = (prompt, completion, total)
        }
    }

    init(content: String?, toolCalls: [ToolCall], finishReason: String, usage: Usage) {
        (self.content, self.toolCalls, self.finishReason, self.usage) = (content, toolCalls, finishReason, usage)
    }

    init?(_ json: JSONValue) {
        guard let choice = json["choices"]?.array?.first, let message = choice["message"], message.object != nil,
            let reason = choice["finish_reason"]?.string, message.isOptional("content", \.string),
            message.isOptional("tool_calls", \.array), let usage = Usage(json["usage"])
        else { return nil }
        let items = message["tool_calls"]?.array ?? []
        let calls = items.compactMap { item -> ToolCall? in
            guard let id = item["id"]?.string, item["type"] == "function", let name = item["function"]?["name"]?.string,
                let arguments = item["function"]?["arguments"]?.string
            else { return nil }
            return ToolCall(id: id, name: name, arguments: arguments)
        }
        guard calls.count == items.count else { return nil }
        self.init(content: message["content"]?.string, toolCalls: calls, finishReason: reason, usage: usage)
    }
}

/// Puts the chunks of one choice together.
struct LLMAnswerAssembly {
    private struct Call {
        var id: String
        var name: String
        var arguments: String
    }

    private var content: String?
    private var calls: [Call] = []
    private var finishReason: String?
    private var usage: LLMAnswer.Usage?

    /// Takes a chunk; whether it is one.
    mutating func take(_ chunk: JSONValue) -> Bool {
        guard chunk["object"] == "chat.completion.chunk", let choices = chunk["choices"]?.array else { return false }
        if let counted = LLMAnswer.Usage(chunk["usage"]) { usage = counted }
        guard let choice = choices.first else { return true }
        guard let delta = choice["delta"], delta.object != nil, delta.isOptional("content", \.string) else { return false }
        if let text = delta["content"]?.string { content = (content ?? "") + text }
        for piece in delta["tool_calls"]?.array ?? [] {
            guard let index = piece["index"]?.integer, let arguments = piece["function"]?["arguments"]?.string else {
                return false
            }
            if index == calls.count {
                guard let id = piece["id"]?.string, let name = piece["function"]?["name"]?.string else { return false }
                calls.append(Call(id: id, name: name, arguments: arguments))
            } else {
                guard calls.indices.contains(index) else { return false }
                calls[index].arguments += arguments
            }
        }
        if let reason = choice["finish_reason"]?.string { finishReason = reason }
        return true
    }

    /// The answer, once all of it is there.
    var answer: LLMAnswer? {
        guard let finishReason, let usage else { return nil }
        return LLMAnswer(
            content: content, toolCalls: calls.map { .init(id: $0.id, name: $0.name, arguments: $0.arguments) },
            finishReason: finishReason, usage: usage)
    }
}
