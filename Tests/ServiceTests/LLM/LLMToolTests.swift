// The fake model as a caller of functions: its shapes, whole and streamed, its errors, and what it is told of results.

import Clients
import HTTPTypes
import Kernel
import NIOCore
import ServiceKit
import Testing
import Wire

@testable import LLMService

@Suite struct LLMToolTests {
    private static let scripts = """
        - match: { tool: look, result: '"rows":3' }
          reply: "Three rows."
        - match: { tool: look }
          reply: "Other rows."
        - match: { user: 'twice' }
          reply: "Let me look."
          tool_calls:
            - { name: look, arguments: { q: "{{user}}", limit: 10 } }
            - { name: count }
        - match: { user: 'look' }
          tool_calls: [{ name: look, arguments: { q: "{{user}}" } }]
        - match: { model: busy }
          error: { status: 429, message: "Slow down.", retry_after: 1500ms, times: 2 }
        - match: { model: down }
          error: { status: 503 }
        - match: { user: 'pieces' }
          chunks: ["One {{user}}", " and two"]
          pace: { first_token: 10ms, per_token: 10ms }
        - match: { user: 'object' }
          reply: '{"a": 1}'
        - reply: "Plain {{user}}."
        """

    private func serve<Value: Sendable>(
        deviations: Set<Deviation> = [], _ body: @escaping @Sendable (LLMClient, Caller) async throws -> Value
    ) async throws -> Value {
        try await Simulation.start(.init(seed: 1)) { _ in
            let scripts = try LLMScripts(text: Self.scripts, name: "test.yaml")
            let service = try FakeLLM(context: testContext(name: "llm", deviations: deviations), scripts: scripts)
            let caller = try await DirectCaller(service).caller
            return try await body(LLMClient(caller, key: "key"), caller)
        }.value
    }

    private static let tools = [LLMRequest.tool("look"), LLMRequest.tool("count")]

    private func request(_ text: String, tools: [JSONValue] = Self.tools, _ members: JSONObject = [:]) -> LLMRequest {
        var request = LLMRequest(model: "m", messages: [["role": "user", "content": .string(text)]], tools: tools)
        for member in members { request.body[member.key] = member.value }
        return request
    }

    @Test func aCallIsTheSameWholeAndStreamed() async throws {
        try await serve { client, _ in
            for text in ["please look", "look twice"] {
                let whole = try await client.answer(request(text))
                let streamed = try await client.streamedAnswer(request(text))
                #expect(whole.finishReason == "tool_calls" && streamed.finishReason == "tool_calls")
                #expect(whole.content == streamed.content && whole.usage == streamed.usage)
                #expect(whole.toolCalls.map(\.name) == streamed.toolCalls.map(\.name))
                #expect(whole.toolCalls.map(\.arguments) == streamed.toolCalls.map(\.arguments))
                #expect(whole.toolCalls.allSatisfy { $0.id.hasPrefix("call_") })
                #expect(Set((whole.toolCalls + streamed.toolCalls).map(\.id)).count == 2 * whole.toolCalls.count)
                #expect(whole.usage.totalTokens == whole.usage.promptTokens + whole.usage.completionTokens)
            }
            let one = try await client.answer(request("please look"))
            #expect(one.content == nil && one.toolCalls.map(\.arguments) == [#"{"q":"please look"}"#])
            let two = try await client.answer(request("look twice"))
            #expect(two.content == "Let me look.")
            #expect(two.toolCalls.map(\.arguments) == [#"{"limit":10,"q":"look twice"}"#, "{}"])
        }
    }

    @Test func aStreamedCallHasOpenAIsPieces() async throws {
        try await serve { _, caller in
            var body = request("look twice").body
            body["stream"] = true
            let reply = try await caller.fetch(Call.post("/v1/chat/completions", value: body).bearer("key"))
            let chunks = try reply.text.split(separator: "\n\n").dropLast().map { try JSONValue(json: String($0.dropFirst(6))) }
            let deltas = chunks.compactMap { $0["choices"]?.array?.first?["delta"] }
            #expect(deltas.first?["role"] == "assistant")
            let pieces = deltas.compactMap { $0["tool_calls"]?.array?.first }
            let openings = pieces.filter { $0["id"] != nil }
            #expect(openings.map { $0["index"] } == [0, 1])
            #expect(openings.allSatisfy { $0["type"] == "function" && $0["function"]?["arguments"] == "" })
            #expect(pieces.filter { $0["id"] == nil }.allSatisfy { $0["function"]?["name"] == nil && $0["type"] == nil })
            #expect(pieces.count > 6)
            #expect(chunks.last?["choices"]?.array?.first?["finish_reason"] == "tool_calls")
        }
    }

    @Test func resultsAreTold() async throws {
        try await serve { client, _ in
            func answer(_ content: String) async throws -> String? {
                let call: JSONValue = ["id": "c1", "type": "function", "function": ["name": "look", "arguments": "{}"]]
                var request = request("please look")
                request.body["messages"] = [
                    ["role": "user", "content": "please look"], ["role": "assistant", "content": nil, "tool_calls": [call]],
                    ["role": "tool", "tool_call_id": "c1", "content": .string(content)],
                ]
                return try await client.answer(request).content
            }
            let (three, four) = (try await answer(#"{"rows":3}"#), try await answer(#"{"rows":4}"#))
            #expect(three == "Three rows." && four == "Other rows.")
        }
    }

    @Test func theChoiceIsKeptTo() async throws {
        try await serve { client, _ in
            func finish(_ text: String, _ choice: JSONValue, tools: [JSONValue] = Self.tools) async throws -> String {
                try await client.answer(request(text, tools: tools, ["tool_choice": choice])).finishReason
            }
            var reasons: [String] = []
            for choice: JSONValue in ["none", "auto", "required", ["type": "function", "function": ["name": "look"]]] {
                reasons.append(try await finish("look", choice))
            }
            #expect(reasons == ["stop", "tool_calls", "tool_calls", "tool_calls"])
            // Without the function that the script calls, the next script is taken.
            let other = try await client.answer(request("look", tools: [LLMRequest.tool("count")])).content
            let none = try await client.answer(request("look", tools: [])).content
            #expect(other == "Plain look." && none == "Plain look.")
        }
    }

    @Test(
        arguments: [
            (#"{"tools":[]}"#, "tools", "empty_array"), (#"{"tools":{}}"#, "tools", "invalid_type"),
            (#"{"tools":[{"type":"x"}]}"#, "tools[0].type", "invalid_value"),
            (#"{"tools":[{"type":"function","function":{}}]}"#, "tools[0].function.name", "missing_required_parameter"),
            (#"{"tools":[{"type":"function","function":{"name":"a b"}}]}"#, "tools[0].function.name", "invalid_value"),
            (
                #"{"tools":[{"type":"function","function":{"name":"a","parameters":1}}]}"#, "tools[0].function.parameters",
                "invalid_type"
            ),
            (#"{"tool_choice":"auto"}"#, "tool_choice", nil),
            (#"{"tools":[{"type":"function","function":{"name":"a"}}],"tool_choice":"maybe"}"#, "tool_choice", "invalid_value"),
            (
                #"{"tools":[{"type":"function","function":{"name":"a"}}],"tool_choice":{"type":"function","function":{"name":"b"}}}"#,
                "tool_choice", nil
            ),
            (#"{"tools":[{"type":"function","function":{"name":"a"}}],"tool_choice":"required"}"#, "tool_choice", nil),
            (#"{"messages":[{"role":"tool","content":"x","tool_call_id":"c"}]}"#, "messages[0].role", nil),
            (#"{"messages":[{"role":"tool","content":"x"}]}"#, "messages[0].tool_call_id", "missing_required_parameter"),
            (#"{"messages":[{"role":"assistant","tool_calls":[{"id":"c"}]}]}"#, "messages[0].tool_calls[0]", "invalid_type"),
            (#"{"response_format":{"type":"json_object"}}"#, "messages", nil),
            (#"{"response_format":{"type":"xml"}}"#, "response_format.type", "invalid_value"),
            (#"{"response_format":"json_object"}"#, "response_format", "invalid_type"),
        ] as [(String, String, String?)])
    func whatOpenAIRefusesIsRefused(members: String, param: String, code: String?) async throws {
        try await serve { _, caller in
            var body = request("hello", tools: []).body
            for member in try JSONValue(json: members).object ?? [:] { body[member.key] = member.value }
            let reply = try await caller.fetch(Call.post("/v1/chat/completions", value: body).bearer("key"))
            let error = try JSONValue(json: reply.body)["error"]
            #expect(reply.status == .badRequest)
            #expect(error?["param"]?.string == param && error?["code"]?.string == code, "\(reply.text)")
        }
    }

    @Test func errorsOfScriptsAreGiven() async throws {
        try await serve { client, caller in
            var body = request("hello", tools: []).body
            body["model"] = "busy"
            var statuses: [Int] = []
            var first: Reply?
            for _ in 0..<3 {
                let reply = try await caller.fetch(Call.post("/v1/chat/completions", value: body).bearer("key"))
                first = first ?? reply
                statuses.append(reply.status.code)
            }
            #expect(statuses == [429, 429, 200])
            #expect(first?.head.headerFields[.retryAfter] == "2")
            #expect(first?.head.headerFields[.init("retry-after-ms")!] == "1500")
            let error = try first.map { try JSONValue(json: $0.body)["error"] }
            #expect(error == ["message": "Slow down.", "type": "requests", "param": nil, "code": "rate_limit_exceeded"])
            body["model"] = "down"
            let down = try await caller.fetch(Call.post("/v1/chat/completions", value: body).bearer("key"))
            #expect(down.status == .serviceUnavailable && down.text.contains("server_error"))
            let models = try await client.models()
            #expect(models == ["backlot-default", "busy", "down"])
            #expect(try await caller.fetch(.get("/v1/models/busy").bearer("key")).text.contains("backlot"))
            #expect(try await caller.fetch(.get("/v1/models/none").bearer("key")).status == .notFound)
        }
    }

    @Test func repliesComeInTheWantedForm() async throws {
        try await serve { client, caller in
            let chunks = try await client.stream(model: "m", [.user("pieces")])
            var pieces: [String] = []
            for try await piece in chunks { pieces.append(piece) }
            #expect(pieces == ["One pieces", " and two"])
            let json = JSONObject([("response_format", ["type": "json_object"] as JSONValue)])
            #expect(try await client.answer(request("an object of JSON", tools: [], json)).content == #"{"a": 1}"#)
            let wrapped = try await client.answer(request("some JSON", tools: [], json)).content ?? ""
            #expect(try JSONValue(json: wrapped) == ["answer": "Plain some JSON."])
            var body = request("hi", tools: [], ["n": 3]).body
            let whole = try JSONValue(
                json: try await caller.fetch(Call.post("/v1/chat/completions", value: body).bearer("key")).body)
            #expect(whole["choices"]?.array?.map { $0["index"] } == [0, 1, 2])
            #expect(whole["usage"] == ["prompt_tokens": 1, "completion_tokens": 9, "total_tokens": 10])
            body["stream"] = true
            let stream = try await caller.fetch(Call.post("/v1/chat/completions", value: body).bearer("key")).text
            for choice in 0..<3 {
                let texts = try stream.split(separator: "\n\n").dropLast().compactMap { line -> String? in
                    let choices = try JSONValue(json: String(line.dropFirst(6)))["choices"]?.array ?? []
                    return choices.first { $0["index"]?.integer == choice }?["delta"]?["content"]?.string
                }
                #expect(texts.joined() == "Plain hi.")
            }
        }
    }

    @Test(arguments: Deviation.llmDeviations) func everyDeviationIsSeen(deviation: Deviation) async throws {
        struct Sight: Equatable {
            var whole: LLMAnswer?
            var streamed: LLMAnswer?
            var agrees: Bool { whole?.content == streamed?.content && whole?.usage == streamed?.usage }
            var isCountedRight: Bool {
                whole.map { $0.usage.totalTokens == $0.usage.promptTokens + $0.usage.completionTokens } ?? false
            }
        }
        func sight(_ text: String, _ deviations: Set<Deviation>) async throws -> Sight {
            try await serve(deviations: deviations) { client, _ in
                Sight(
                    whole: try await client.answer(request(text)), streamed: try await client.streamedAnswer(request(text)))
            }
        }
        let (plain, calls) = (try await sight("one two three", [deviation]), try await sight("please look", [deviation]))
        let arguments = calls.whole?.toolCalls.first?.arguments ?? ""
        #expect(try await sight("one two three", []).agrees)
        #expect(plain.agrees == (deviation != .llmCutUnmarked && deviation != .llmChunkDoubled))
        #expect(plain.isCountedRight == (deviation != .llmUsageWrong))
        #expect(((try? JSONValue(json: arguments)) == nil) == (deviation == .llmToolArgumentsBroken))
    }
}
