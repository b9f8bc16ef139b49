// The fake model through its routes: shapes, pace and errors.

import Clients
import Foundation
import HTTPTypes
import Kernel
import NIOCore
import Testing
import Wire

@testable import LLMService

@Suite struct LLMServiceTests {
    private static let scripts = """
        - reply: "Echo: {{user}}!"
          pace: { first_token: 300ms, per_token: 20ms }
        - match: { user: '(?i)\\bcost' }
          reply: "Batch what may wait."
          pace: { first_token: 1s, per_token: 100ms, jitter: 50ms }
        - match: { model: small }
          reply: "I am small."
        """

    private func serve<Value: Sendable>(
        _ body: @escaping @Sendable (Caller, Simulation) async throws -> Value
    ) async throws -> Value {
        try await Simulation.start(.init(seed: 1)) { simulation in
            let scripts = try LLMScripts(text: Self.scripts, name: "test.yaml")
            let service = try FakeLLM(context: testContext(name: "llm"), scripts: scripts)
            return try await body(DirectCaller(service).caller, simulation)
        }.value
    }

    private func post(_ json: String, _ caller: Caller, key: String? = "key") async throws -> Reply {
        var call = Call(.post, "/v1/chat/completions", body: .init(string: json))
        if let key { call = call.bearer(key) }
        return try await caller.fetch(call)
    }

    @Test func streamsAtItsPace() async throws {
        try await serve { caller, simulation in
            let client = LLMClient(caller, key: "key")
            var pieces: [String] = []
            var times: [Duration] = []
            for try await piece in try await client.stream(model: "any", [.user("Hello there")]) {
                pieces.append(piece)
                times.append(simulation.elapsed)
            }
            #expect(pieces == ["Echo", ":", " Hello", " there", "!"])
            #expect(times == [300, 320, 340, 360, 380].map { .milliseconds($0) })
        }
    }

    @Test func completesInTheSameTime() async throws {
        try await serve { caller, simulation in
            let text = try await LLMClient(caller, key: "key").complete(model: "any", [.user("Hello there")])
            #expect(text == "Echo: Hello there!")
            #expect(simulation.elapsed == .milliseconds(380))
        }
    }

    @Test func choosesTheFirstScriptThatMatches() async throws {
        try await serve { caller, _ in
            let client = LLMClient(caller, key: "key")
            let talk: [LLMClient.Message] = [.system("cost"), .user("cost"), .init(role: "assistant", content: "x"), .user("hi")]
            let byText = try await client.complete(model: "small", [.user("What does it COST?")])
            let byModel = try await client.complete(model: "small", [.user("accost me")])
            let byNothing = try await client.complete(model: "large", talk)
            #expect(byText == "Batch what may wait.")
            #expect(byModel == "I am small.")
            #expect(byNothing == "Echo: hi!")
        }
    }

    @Test func keepsJitterInItsBounds() async throws {
        try await serve { caller, simulation in
            let text = try await LLMClient(caller, key: "key").complete(model: "any", [.user("cost")])
            let tokens = Tokens.split(text).count
            let least = Duration.seconds(1) + .milliseconds(100) * (tokens - 1)
            #expect(simulation.elapsed > least)
            #expect(simulation.elapsed < least + .milliseconds(50) * tokens)
        }
    }

    @Test func fillsEveryRequiredField() async throws {
        try await serve { caller, _ in
            let body = #"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a b"}]}],"max_tokens":3}"#
            let reply = try await post(body, caller)
            let value = try reply.json(JSONValue.self)
            #expect(value["id"]?.string?.wholeMatch(of: /chatcmpl-[0-9a-f]{16}/) != nil)
            #expect(value["object"] == "chat.completion")
            #expect(value["created"] == 1_767_225_600)
            #expect(value["model"] == "m")
            #expect(value["usage"] == ["prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5])
            let choice = value["choices"]?.array?.first
            #expect(choice?["index"] == 0)
            #expect(choice?["finish_reason"] == "length")
            #expect(choice?["logprobs"] == .null)
            #expect(choice?["message"]?["role"] == "assistant")
            #expect(choice?["message"]?["content"] == "Echo: a")
            #expect(choice?["message"]?["refusal"] == .null)
        }
    }

    @Test func streamsChunksAsTheClientsExpectThem() async throws {
        try await serve { caller, _ in
            let body = """
                {"model":"m","stream":true,"stream_options":{"include_usage":true},"stop":"!","messages":\
                [{"role":"user","content":"hi"}]}
                """
            let reply = try await post(body, caller)
            #expect(reply.head.headerFields[.contentType] == "text/event-stream; charset=utf-8")
            let lines = reply.text.split(separator: "\n\n")
            #expect(lines.last == "data: [DONE]")
            let chunks = try lines.dropLast().map { try JSONValue(json: String($0.dropFirst("data: ".count))) }
            #expect(chunks.allSatisfy { $0["object"] == "chat.completion.chunk" && $0["id"] == chunks[0]["id"] })
            let deltas = chunks.dropLast().compactMap { $0["choices"]?.array?.first?["delta"] }
            #expect(deltas.first == ["role": "assistant", "content": "", "refusal": nil])
            #expect(deltas.dropFirst().dropLast().compactMap { $0["content"]?.string } == ["Echo", ":", " hi"])
            #expect(deltas.last == [:])
            #expect(chunks.dropLast().last?["choices"]?.array?.first?["finish_reason"] == "stop")
            #expect(chunks.dropLast().allSatisfy { $0["usage"] == .null })
            #expect(chunks.last?["choices"] == [])
            #expect(chunks.last?["usage"] == ["prompt_tokens": 1, "completion_tokens": 3, "total_tokens": 4])
        }
    }

    @Test func refusesInTheShapeOfItsModel() async throws {
        try await serve { caller, simulation in
            let missing = try await post("{}", caller, key: nil)
            #expect(missing.status == .unauthorized)
            let user = #"[{"role":"user","content":"hi"}]"#
            let cases: [(body: String, param: JSONValue, code: JSONValue)] = [
                ("{", nil, nil), ("[]", nil, nil), ("{}", nil, nil),
                (#"{"model":"m"}"#, "messages", "missing_required_parameter"),
                (#"{"model":"m","messages":[]}"#, "messages", "empty_array"),
                (#"{"model":"m","messages":"hi"}"#, "messages", "invalid_type"),
                (#"{"model":"m","messages":[{"content":"hi"}]}"#, "messages[0].role", "missing_required_parameter"),
                (#"{"model":"m","messages":[{"role":"boss","content":"hi"}]}"#, "messages[0].role", "invalid_value"),
                (#"{"model":"m","messages":[{"role":"user","content":7}]}"#, "messages[0].content", "invalid_type"),
                (#"{"model":"m","messages":\#(user),"max_tokens":0}"#, "max_tokens", "integer_below_min_value"),
                (#"{"model":"m","messages":\#(user),"n":129}"#, "n", "integer_above_max_value"),
                (#"{"model":"m","messages":\#(user),"stream":"yes"}"#, "stream", "invalid_type"),
                (#"{"model":"m","messages":\#(user),"stop":[1]}"#, "stop", "invalid_type"),
                (#"{"model":"m","messages":\#(user),"stream_options":{}}"#, "stream_options", nil),
            ]
            for (body, param, code) in cases {
                let reply = try await post(body, caller)
                #expect(reply.status == .badRequest, "\(body)")
                let error = try reply.json(JSONValue.self)["error"]
                #expect(error?["param"] == param, "\(body)")
                #expect(error?["code"] == code, "\(body)")
                #expect(error?["type"] == "invalid_request_error")
                #expect(error?["message"]?.string?.isEmpty == false)
            }
            let unknown = try await caller.fetch(.get("/v1/nothing"))
            #expect(unknown.status == .notFound)
            #expect(try unknown.json(JSONValue.self)["error"]?["message"] == "Invalid URL (GET /v1/nothing)")
            #expect(simulation.elapsed == .zero)
        }
    }

    @Test func listsItsModels() async throws {
        try await serve { caller, _ in
            let list = try await caller.fetch(.get("/v1/models").bearer("key")).json(JSONValue.self)
            #expect(list["data"]?.array?.compactMap { $0["id"]?.string } == ["backlot-default", "small"])
            #expect(try await caller.fetch(.get("/v1/models")).status == .unauthorized)
            #expect(try await caller.fetch(.get("/health")).status == .ok)
        }
    }
}
