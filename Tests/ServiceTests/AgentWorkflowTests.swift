// Workflows over several agents, tools that are tried again or chosen by a model, and files that runs write.

import Clients
import HTTPTypes
import Kernel
import NIOCore
import SQLiteStore
import ServiceKit
import Synchronization
import Testing
import Wire

@testable import AgentService

@Suite struct AgentWorkflowTests {
    @Test(arguments: [
        ("How are we doing?", ["triage", "data", "optimization", "actions", "reporting"]),
        ("There is some data.", ["triage", "data_helper", "data", "reporting"]),
        ("There is hardly any data.", ["triage", "data_helper", "reporting"]),
        ("There is unknown data.", ["triage", "data_helper", "reporting"]),
    ]) func theDataDecidesWhoGoesOn(message: String, agents: [String]) async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let token = world.token("alice")
            let socket = try await world.events.connect(token: token)
            try await socket.sendUserMessage(message, agent: "supervisor")
            let events = await socket.framesThroughRun().compactMap(\.event)
            return (events, try await world.agent.runStatus(events[0].runID, token: token))
        }
        let (events, status) = try outcome.value
        let stages = events.filter { $0.kind == .progress }
        #expect(stages.filter { $0.data["status"] == "started" }.map(\.agentName) == agents)
        #expect(stages.filter { $0.data["status"] == "completed" }.map(\.agentName) == agents.dropLast())
        #expect(stages.last?.data["stage"]?.integer == agents.count && stages.last?.data["stages"]?.integer == agents.count)
        #expect(events.first?.kind == .started && events.first?.agentName == "supervisor")
        #expect(events.last?.kind == .completed && events.last?.agentName == "supervisor")
        #expect(events.count { $0.kind == .started } == 1 && events.count { $0.kind == .completed } == 1)
        #expect(events.filter { $0.kind == .responseChunk }.allSatisfy { $0.agentName == "reporting" })
        #expect(events.filter { $0.kind == .toolExecuting }.allSatisfy { agents.contains($0.agentName) })
        #expect(status.status == "completed" && status.currentStep == status.totalSteps)
    }

    @Test(
        arguments: [
            (.number(0.8), .sufficient), (.integer(1), .sufficient), (.number(0.79), .partial), (.number(0.4), .partial),
            (.number(0.39), .insufficient), (.integer(-1), .insufficient), (.number(.nan), .unknown), ("high", .unknown),
            (nil, .unknown),
        ] as [(JSONValue?, AgentWorkflow.Sufficiency)])
    func sufficiencyHasItsBounds(value: JSONValue?, sufficiency: AgentWorkflow.Sufficiency) {
        #expect(AgentWorkflow.Sufficiency(value) == sufficiency)
    }

    private static let retrying = """
        name: triage
        tools: [{name: t, error: busy, failures: 2, result: {n: 1}, retries: RETRIES, retry_delay: 300ms, duration: 100ms}]
        steps: [{tool: t}, {answer: "n is {{tool.t.result.n}}"}]
        """

    @Test(arguments: [(2, AgentEventKind.completed, 3), (3, .completed, 3), (1, .error, 2), (0, .error, 1)])
    func aToolIsTriedAgain(retries: Int, end: AgentEventKind, attempts: Int) async throws {
        let agents = Self.retrying.replacing("RETRIES", with: "\(retries)")
        let outcome = try await EventsAgentWorld.run(agents: agents) { world in
            let socket = try await world.events.connect(token: world.token("alice"))
            try await socket.sendUserMessage("hello")
            return await socket.framesThroughRun().compactMap(\.event)
        }
        let events = try outcome.value
        let completed = events.filter { $0.kind == .toolCompleted }
        #expect(events.last?.kind == end)
        #expect(completed.count == attempts && events.count { $0.kind == .toolExecuting } == attempts)
        #expect(completed.prefix(2).allSatisfy { $0.data["status"] == "failed" && $0.data["message"] == "busy" })
        #expect(completed.compactMap { $0.data["attempt"]?.integer } == (retries == 0 ? [] : Array(1...attempts)))
        if end == .completed { #expect(events.last?.data["result"] == "n is 1") }
    }

    @Test func argumentsThatDoNotFitAreRefused() async throws {
        let agents = """
            name: triage
            tools: [{name: t, result: 1, duration: 9s, retries: 3, parameters: {required: [q], properties: {q: {type: integer}}}}]
            steps: [{tool: t, parameters: {q: "{{message}}"}}, {answer: done}]
            """
        let outcome = try await EventsAgentWorld.run(agents: agents) { world in
            let socket = try await world.events.connect(token: world.token("alice"))
            try await socket.sendUserMessage("many")
            return await socket.framesThroughRun().compactMap(\.event)
        }
        let events = try outcome.value
        #expect(events.map(\.kind) == [.started, .toolExecuting, .toolCompleted, .error])
        #expect(
            events[2].data["message"] == "Invalid arguments: $.q is of the wrong type: integer is expected, not \"many\"")
        #expect(outcome.elapsed < .seconds(1))
    }

    /// The chunks of a stream in which a model calls tools.
    private static func calls(_ calls: [(name: String, arguments: String)]) -> [String] {
        calls.enumerated().flatMap { index, call -> [String] in
            let half = call.arguments.count / 2
            let pieces = [String(call.arguments.prefix(half)), String(call.arguments.dropFirst(half))]
            func chunk(_ piece: JSONValue) -> String {
                (["choices": [["delta": ["tool_calls": [piece]]]]] as JSONValue).text
            }
            let first: JSONValue = [
                "index": JSONValue(index), "id": .string("call_\(index)"), "type": "function",
                "function": ["name": .string(call.name), "arguments": ""],
            ]
            return [chunk(first)]
                + pieces.map { chunk(["index": JSONValue(index), "function": ["arguments": .string($0)]]) }
        } + ["[DONE]"]
    }

    private static func actions(
        _ turns: [[String]], seed: UInt64 = 1
    ) async throws -> (events: [AgentEvent], requests: [JSONValue]) {
        try await EventsAgentWorld.run(seed: seed) { world in
            world.played.state.withLock { $0.modelTurns = turns }
            let socket = try await world.events.connect(token: world.token("alice"))
            try await socket.sendUserMessage("hello", agent: "actions")
            let events = await socket.framesThroughRun().compactMap(\.event)
            return (events, world.played.state.withLock(\.requests))
        }.value
    }

    @Test func aModelCallsTools() async throws {
        let good = #"{"policy":{"route_to":"m","share_percent":50}}"#
        let (events, requests) = try await Self.actions([Self.calls([("policy_simulator", good), ("policy_simulator", good)])])
        #expect(
            events.map(\.kind) == [
                .started, .thinking, .toolExecuting, .toolCompleted, .toolExecuting, .toolCompleted, .responseChunk, .completed,
            ])
        #expect(events[2].data["parameters"] == (try JSONValue(json: good)))
        #expect(events.last?.data["result"] == "Hello from the model.")
        #expect(requests.count == 2)
        #expect(requests[0]["tools"]?.array?.first?["function"]?["name"] == "policy_simulator")
        let messages = requests[1]["messages"]?.array ?? []
        #expect(messages.map { $0["role"] } == ["user", "assistant", "tool", "tool"])
        #expect(messages[1]["tool_calls"]?.array?.count == 2)
        #expect(messages[2]["tool_call_id"] == "call_0" && messages[3]["tool_call_id"] == "call_1")
        #expect(messages[2]["content"] == #"{"quality_score":0.97,"savings_percent":31}"#)
    }

    @Test(
        arguments: [
            ("policy_simulator", #"{"policy":"#, "The arguments are no JSON object."),
            ("policy_simulator", "[1]", "The arguments are no JSON object."),
            ("policy_simulator", "{}", "Invalid arguments: $ has no member 'policy'"),
            ("no_such_tool", "{}", "There is no such tool."),
        ]) func aModelsMistakeIsToldToIt(name: String, arguments: String, reason: String) async throws
    {
        let (events, requests) = try await Self.actions([Self.calls([(name, arguments)])])
        #expect(events.map(\.kind) == [.started, .thinking, .toolExecuting, .toolCompleted, .responseChunk, .completed])
        #expect(events[3].data["status"] == "failed" && events[3].data["message"]?.string == reason)
        #expect(requests.last?["messages"]?.array?.last?["content"] == .string((["error": .string(reason)] as JSONValue).text))
    }

    @Test func aModelThatOnlyCallsToolsEndsTheRun() async throws {
        let turn = Self.calls([("policy_simulator", #"{"policy":{"route_to":"m","share_percent":50}}"#)])
        let (events, requests) = try await Self.actions(Array(repeating: turn, count: 10))
        #expect(events.last?.data["error_message"] == "The model asked for tools 6 times in a row and gave no answer.")
        #expect(requests.count == 6)
        #expect(events.count { $0.kind == .toolExecuting } == 5 && events.count { $0.kind == .toolCompleted } == 5)
    }

    @Test(arguments: [
        (#"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":""}}]}}]}"#, "belongs to none"),
        (#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}"#, "without id or name"),
    ]) func aBrokenCallFailsTheRun(chunk: String, reason: String) async throws {
        let (events, _) = try await Self.actions([[chunk, "[DONE]"]])
        #expect(events.last?.kind == .error)
        #expect(events.last?.data["error_message"]?.string?.contains(reason) == true)
    }

    @Test func aReportIsAFileOfItsUser() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            #expect(world.artifacts.path == nil)
            var runs: [String: String] = [:]
            for user in ["alice", "bob"] {
                let socket = try await world.events.connect(token: world.token(user))
                try await socket.sendUserMessage("I am \(user).", agent: "reporting")
                runs[user] = await socket.framesThroughRun().lazy.compactMap(\.event).first?.runID
            }
            let token = world.token("alice")
            let list = try await world.agent.artifacts(token: token)
            let own = try await world.agent.artifact("report.md", of: runs["alice"] ?? "", token: token)
            var refusals: [Int] = []
            let paths = [
                "\(runs["bob"] ?? "")/report.md", "\(runs["alice"] ?? "")/other.md", "..%2Fuser-bob/report.md",
                "\(runs["alice"] ?? "")/..%2F..%2Fuser-bob", "..%2f..%2f..%2fetc/passwd", "%2e%2e/report.md",
            ]
            for path in paths {
                let reply = try await world.caller(to: "agent").fetch(Call.get("/api/artifacts/\(path)").bearer(token))
                refusals.append(reply.status.code)
            }
            return (runs, list, String(buffer: own), refusals)
        }
        let (runs, list, own, refusals) = try outcome.value
        #expect(list.map(\.runID) == [runs["alice"]] && list.map(\.name) == ["report.md"])
        #expect(list.first?.size == own.utf8.count)
        #expect(own.contains("Question: I am alice.") && own.contains("Run: \(runs["alice"] ?? "-")"))
        #expect(refusals == [404, 404, 422, 422, 422, 422])
    }

    @Test func runsAreListedInPages() async throws {
        let outcome = try await EventsAgentWorld.run(agents: "name: triage\nsteps: [{answer: yes}]") { world in
            let (alice, bob) = (world.token("alice"), world.token("bob"))
            var runs: [StartedRun] = []
            for number in 1...3 {
                runs.append(
                    try await world.agent.sendMessage("\(number)", in: number == 3 ? runs[0].threadID : nil, token: alice))
                try await WorldClock().sleep(for: .seconds(2))
            }
            let all = try await world.agent.runs(limit: 2, token: alice)
            let ofThread = try await world.agent.runs(in: runs[0].threadID, offset: 1, token: alice)
            let theirs = try await world.agent.runs(token: bob)
            var refusal = 200
            do { _ = try await world.agent.runs(in: runs[0].threadID, token: bob) } catch CallError.unexpectedStatus(
                _, _, let status, _)
            {
                refusal = status
            }
            return (runs.map(\.runID), all, ofThread, theirs, refusal)
        }
        let (runs, all, ofThread, theirs, refusal) = try outcome.value
        #expect(all.runs.map(\.runID) == [runs[2], runs[1]] && all.total == 3)
        #expect(ofThread.runs.map(\.runID) == [runs[0]] && ofThread.total == 2)
        #expect(theirs.runs == [] && theirs.total == 0 && refusal == 403)
    }

    @Test func healthSaysWhatIsThere() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let caller = world.caller(to: "agent")
            let run = try await world.agent.sendMessage("hello", token: world.token("alice"))
            try await WorldClock().sleep(for: .milliseconds(100))
            let during = try await world.agent.census()
            _ = try await world.agent.cancelRun(run.runID, token: world.token("alice"))
            try await WorldClock().sleep(for: .seconds(1))
            let after = try await world.agent.census()
            await world.stop("events")
            let ready = try JSONValue(json: try await caller.fetch(.get("/health/ready")).body)
            let services = try await world.agent.services()
            try await world.relational.close()
            let dead = try await caller.fetch(.get("/health/ready"))
            return (during, after, ready, services.map(\.urls), dead.status.code, dead.text)
        }
        let (during, after, ready, urls, code, text) = try outcome.value
        #expect(during.runsLive == 1 && after.runsLive == 0)
        #expect(ready["status"] == "ready" && ready["core_db"] == "connected" && ready["redis_db"] == "connected")
        #expect(ready["websocket_readiness"]?["websocket_ready"] == false)
        #expect(urls == [["ws://events:80"]])
        #expect(code == 503 && text == #"{"detail":"Core database unavailable"}"#)
    }
}
