// The replies of the fake model to one request: their tokens, and the objects in which they travel.

import NIOCore
import Wire

/// The replies to a request, known whole before the first token is sent.
struct Completion: Sendable {
    /// A call of a function, its arguments in pieces.
    struct ToolCall: Sendable, Equatable {
        let id: String
        let name: String
        var arguments: [String]
    }

    let id: String
    let created: Int64
    let model: String
    /// The text, in pieces.
    private(set) var tokens: [String]
    private(set) var toolCalls: [ToolCall]
    /// `stop`, `tool_calls`, or `length` where the request's limit cut the reply.
    private(set) var finishReason: String
    let promptTokens: Int
    /// How many replies there are; all are alike.
    let count: Int
    /// Added to the total of the tokens: 0 where it is right.
    var totalError = 0

    /// The reply to a request, of these pieces of text and these calls.
    init(_ request: ChatRequest, tokens all: [String], toolCalls: [ToolCall] = [], id: String, created: Int64) {
        var left = request.tokenLimit ?? .max
        func cut(_ pieces: [String]) -> [String] {
            defer { left -= min(left, pieces.count) }
            return Array(pieces.prefix(left))
        }
        tokens = cut(all)
        var calls: [ToolCall] = []
        for call in toolCalls where left > 0 {
            calls.append(ToolCall(id: call.id, name: call.name, arguments: cut(call.arguments)))
        }
        self.toolCalls = calls
        let wanted = all.count + toolCalls.reduce(0) { $0 + $1.arguments.count }
        let isCut = request.tokenLimit.map { $0 < wanted } ?? false
        finishReason = isCut ? "length" : toolCalls.isEmpty ? "stop" : "tool_calls"
        promptTokens = request.messages.tokens
        model = request.model
        count = request.count
        self.id = id
        self.created = created
    }

    /// The text up to the first of the stops that it has.
    static func cut(_ text: String, before stops: [String]) -> String {
        let ends = stops.compactMap { text.firstRange(of: $0)?.lowerBound }
        return ends.min().map { String(text[..<$0]) } ?? text
    }

    /// How many pieces one reply has, of text and arguments.
    var pieceCount: Int { tokens.count + toolCalls.reduce(0) { $0 + $1.arguments.count } }

    /// Takes the second half of the text away.
    mutating func loseHalf() { tokens = Array(tokens.prefix((tokens.count + 1) / 2)) }

    /// The `chat.completion` object.
    var whole: JSONValue {
        var message: JSONObject = ["role": "assistant", "refusal": nil, "annotations": []]
        message["content"] = tokens.isEmpty && !toolCalls.isEmpty ? .null : .string(tokens.joined())
        if !toolCalls.isEmpty {
            message["tool_calls"] = .array(
                toolCalls.map { call in
                    [
                        "id": .string(call.id), "type": "function",
                        "function": ["name": .string(call.name), "arguments": .string(call.arguments.joined())],
                    ]
                })
        }
        let choices = (0..<count).map { index -> JSONValue in
            [
                "index": JSONValue(index), "message": .object(message), "logprobs": nil,
                "finish_reason": .string(finishReason),
            ]
        }
        return object("chat.completion", choices: choices, usage: usage)
    }

    /// The `chat.completion.chunk` object before the text of a choice; those of streams that count tokens have a `usage`.
    func opening(_ choice: Int, includesUsage: Bool) -> JSONValue {
        let content: JSONValue = tokens.isEmpty && !toolCalls.isEmpty ? .null : ""
        return chunk(choice, ["role": "assistant", "content": content, "refusal": nil], includesUsage)
    }

    /// What the chunks of all pieces of text of a choice share.
    func textFrame(_ choice: Int, includesUsage: Bool) -> ChunkFrame {
        ChunkFrame(chunk(choice, ["content": ChunkFrame.place], includesUsage))
    }

    /// The chunk that begins a call: its id and name, and no arguments yet.
    func callOpening(_ choice: Int, _ index: Int, includesUsage: Bool) -> JSONValue {
        let call = toolCalls[index]
        let piece: JSONValue = [
            "index": JSONValue(index), "id": .string(call.id), "type": "function",
            "function": ["name": .string(call.name), "arguments": ""],
        ]
        return chunk(choice, ["tool_calls": [piece]], includesUsage)
    }

    /// What the chunks of all pieces of a call's arguments share.
    func callFrame(_ choice: Int, _ index: Int, includesUsage: Bool) -> ChunkFrame {
        let piece: JSONValue = ["index": JSONValue(index), "function": ["arguments": ChunkFrame.place]]
        return ChunkFrame(chunk(choice, ["tool_calls": [piece]], includesUsage))
    }

    /// The chunk that says why a choice ends.
    func closing(_ choice: Int, includesUsage: Bool) -> JSONValue {
        chunk(choice, [:], includesUsage, finishReason: .string(finishReason))
    }

    /// The chunk without choices that counts the tokens.
    var counting: JSONValue { object("chat.completion.chunk", choices: [], usage: usage) }

    private func chunk(_ index: Int, _ delta: JSONValue, _ includesUsage: Bool, finishReason: JSONValue = nil) -> JSONValue {
        let choice: JSONValue = ["index": JSONValue(index), "delta": delta, "logprobs": nil, "finish_reason": finishReason]
        return object("chat.completion.chunk", choices: [choice], usage: includesUsage ? .null : nil)
    }

    private var usage: JSONValue {
        let completionTokens = pieceCount * count
        return [
            "prompt_tokens": JSONValue(promptTokens), "completion_tokens": JSONValue(completionTokens),
            "total_tokens": JSONValue(promptTokens + completionTokens + totalError),
        ]
    }

    private func object(_ kind: String, choices: [JSONValue], usage: JSONValue?) -> JSONValue {
        var members: JSONObject = [
            "id": .string(id), "object": .string(kind), "created": .integer(created), "model": .string(model),
            "choices": .array(choices), "service_tier": "default", "system_fingerprint": "fp_backlot",
        ]
        members["usage"] = usage
        return .object(members)
    }
}
