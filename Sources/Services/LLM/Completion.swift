// One reply of the fake model: its tokens, and the objects in which they travel.

import NIOCore
import Wire

/// A reply that is known whole before its first token is sent.
struct Completion: Sendable {
    let id: String
    let created: Int64
    let model: String
    let tokens: [String]
    /// `stop`, or `length` where the request's limit cut the reply.
    let finishReason: String
    let promptTokens: Int

    /// The reply of a script to a request.
    init(_ request: ChatRequest, reply: String, id: String, created: Int64) {
        let text = Self.cut(reply, before: request.stops)
        let all = Tokens.split(text)
        let isCut = request.tokenLimit.map { $0 < all.count } ?? false
        tokens = Array(all.prefix(request.tokenLimit ?? .max))
        finishReason = isCut ? "length" : "stop"
        promptTokens = request.promptTokens
        model = request.model
        self.id = id
        self.created = created
    }

    /// The text up to the first of the stops that it has.
    private static func cut(_ text: String, before stops: [String]) -> String {
        let ends = stops.compactMap { text.firstRange(of: $0)?.lowerBound }
        return ends.min().map { String(text[..<$0]) } ?? text
    }

    /// The `chat.completion` object.
    var whole: JSONValue {
        let message: JSONValue = [
            "role": "assistant", "content": .string(tokens.joined()), "refusal": nil, "annotations": [],
        ]
        let choice: JSONValue = [
            "index": 0, "message": message, "logprobs": nil, "finish_reason": .string(finishReason),
        ]
        return object("chat.completion", choices: [choice], usage: usage)
    }

    /// The `chat.completion.chunk` objects around the tokens; those of streams that count tokens have a `usage`.
    func opening(includesUsage: Bool) -> JSONValue {
        chunk(["role": "assistant", "content": "", "refusal": nil], includesUsage)
    }

    /// What the chunks of all tokens share.
    func chunkFrame(includesUsage: Bool) -> ChunkFrame { ChunkFrame(chunk(["content": ChunkFrame.place], includesUsage)) }

    /// The chunk that says why the reply ends.
    func closing(includesUsage: Bool) -> JSONValue { chunk([:], includesUsage, finishReason: .string(finishReason)) }

    /// The chunk without choices that counts the tokens.
    var counting: JSONValue { object("chat.completion.chunk", choices: [], usage: usage) }

    private func chunk(_ delta: JSONValue, _ includesUsage: Bool, finishReason: JSONValue = nil) -> JSONValue {
        let choice: JSONValue = ["index": 0, "delta": delta, "logprobs": nil, "finish_reason": finishReason]
        return object("chat.completion.chunk", choices: [choice], usage: includesUsage ? .null : nil)
    }

    private var usage: JSONValue {
        [
            "prompt_tokens": JSONValue(promptTokens), "completion_tokens": JSONValue(tokens.count),
            "total_tokens": JSONValue(promptTokens + tokens.count),
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
