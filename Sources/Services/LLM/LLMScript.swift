// One script of the fake model: when it is taken, and what the model does then.

import Fixtures
import HTTPTypes
import ServiceKit
import Wire

/// One script.
struct LLMScript: Sendable {
    /// What the model does.
    enum Outcome: Sendable {
        /// It says a text.
        case reply(ReplyTemplate)
        /// It says these pieces, one a token.
        case chunks([ReplyTemplate])
        /// It calls functions, all at once, maybe with a text before them.
        case toolCalls([ToolCall], text: ReplyTemplate?)
        /// It refuses.
        case failure(Failure)
    }

    /// A call of a function.
    struct ToolCall: Sendable {
        let name: String
        let arguments: ArgumentTemplate
    }

    /// An error of the model's service.
    struct Failure: Sendable {
        let status: HTTPResponse.Status
        let message: String
        let type: String
        let code: String?
        let retryAfter: Duration?
        /// How many requests get it, then the script is not taken any more; nil for all.
        let times: Int?
    }

    let match: LLMMatch
    let outcome: Outcome
    let pace: Pace
    let place: Place

    private static let kinds = ["reply", "chunks", "tool_calls", "error"]

    /// Reads a script. Throws ``Fixtures/InputError``.
    init(_ node: FixtureNode) throws {
        let mapping = try node.mapping(["match", "pace"] + Self.kinds)
        place = mapping.place
        pace = try mapping.optional("pace").map(Pace.init) ?? Pace()
        match = try mapping.optional("match").map(LLMMatch.init) ?? LLMMatch()
        let kinds = Self.kinds.filter { mapping.optional($0) != nil }
        switch kinds {
        case ["reply"]: outcome = .reply(try ReplyTemplate(mapping.required("reply")))
        case ["chunks"]: outcome = .chunks(try mapping.required("chunks").list().map(ReplyTemplate.init))
        case ["tool_calls"], ["reply", "tool_calls"]:
            let calls = try mapping.required("tool_calls")
            let list = try calls.list().map(ToolCall.init)
            guard !list.isEmpty else { throw calls.error("A list of tool calls has at least one.") }
            outcome = .toolCalls(list, text: try mapping.optional("reply").map(ReplyTemplate.init))
        case ["error"]: outcome = .failure(try Failure(mapping.required("error")))
        case []: throw node.error("The field 'reply' is missing here. A script has 'reply', 'chunks', 'tool_calls' or 'error'.")
        default: throw node.error("A script has one of \(kinds.joined(separator: ", ")), not several.")
        }
    }

    /// Whether the script is for such a request.
    func fits(_ request: ChatRequest) -> Bool {
        guard match.fits(request) else { return false }
        switch outcome {
        case .toolCalls(let calls, _):
            // Whoever has just got a result does not call again, unless the script says that it does.
            return calls.allSatisfy { request.tools.mayCall($0.name) }
                && (request.messages.lastToolResults.isEmpty || match.tool != nil)
        case .reply, .chunks: return !request.tools.mustCall
        case .failure: return true
        }
    }
}

/// When a script is taken.
struct LLMMatch: Sendable, Equatable {
    /// The exact name of the model.
    var model: String?
    /// Looked for in the user's last text.
    var user: TextPattern?
    /// The function whose result the conversation ends with.
    var tool: String?
    /// Looked for in that result.
    var result: TextPattern?

    /// Matches everything.
    init() {}

    /// Reads a `match`. Throws ``Fixtures/InputError``.
    init(_ node: FixtureNode) throws {
        let conditions = try node.mapping(["model", "user", "tool", "result"])
        model = try conditions.optional("model")?.string()
        user = try conditions.optional("user").map(Self.pattern)
        tool = try conditions.optional("tool")?.string()
        result = try conditions.optional("result").map(Self.pattern)
        if result != nil, tool == nil { throw node.error("'result' is looked for in what a tool gave back: name the 'tool'.") }
        if isEmpty { throw node.error("A 'match' needs 'model', 'user' or 'tool'. Leave it out to match all.") }
    }

    /// Whether it matches everything.
    var isEmpty: Bool { self == LLMMatch() }

    private static func pattern(_ node: FixtureNode) throws -> TextPattern {
        let text = try node.string()
        guard let pattern = TextPattern(text) else { throw node.error("'\(text)' is not a regular expression.") }
        return pattern
    }

    func fits(_ request: ChatRequest) -> Bool {
        if let model, model != request.model { return false }
        if let user, !user.isFound(in: request.messages.userText) { return false }
        guard let tool else { return true }
        return request.messages.lastToolResults.contains { $0.name == tool && (result?.isFound(in: $0.text) ?? true) }
    }
}

extension LLMScript.ToolCall {
    fileprivate init(_ node: FixtureNode) throws {
        let fields = try node.mapping(["name", "arguments"])
        name = try fields.required("name").string()
        arguments = try fields.optional("arguments").map(ArgumentTemplate.init) ?? .object([])
    }
}

extension LLMScript.Failure {
    fileprivate init(_ node: FixtureNode) throws {
        let fields = try node.mapping(["status", "message", "type", "code", "retry_after", "times"])
        let statusNode = try fields.required("status")
        let code = try statusNode.integer()
        guard (400...599).contains(code) else { throw statusNode.error("An error's status is from 400 to 599.") }
        status = .init(code: code)
        message = try fields.optional("message")?.string() ?? "The model's service answered with status \(code)."
        let isLimit = code == 429
        type =
            try fields.optional("type")?.string()
            ?? (isLimit ? "requests" : code < 500 ? "invalid_request_error" : "server_error")
        self.code = try fields.optional("code")?.string() ?? (isLimit ? "rate_limit_exceeded" : nil)
        retryAfter = try fields.optional("retry_after")?.duration()
        times = try fields.optional("times")?.integer()
        if let times, times < 1 { throw node.error("'times' is at least 1. Leave it out for every time.") }
    }
}
