// Each checker is shown a good run, which it passes, and the same run with one thing wrong, which it must find.

import Testing
import Wire
import Worlds

@testable import Clients
@testable import Suites

/// A good run as frames of a socket, to be spoilt by tests.
private struct Tape {
    var events: [JSONValue]

    init() {
        let data: [(String, JSONValue)] = [
            (
                "agent_started",
                [
                    "agent_id": "a1", "agent_type": "triage", "run_id": "r1", "status": "started", "message": "hello",
                    "context": ["thread_id": "t1", "tools": ["log_fetcher"]],
                ]
            ),
            (
                "agent_thinking",
                ["reasoning": "hm", "thought": "hm", "step_number": 1, "progress_percentage": 0, "status": "thinking"]
            ),
            ("tool_executing", ["tool_name": "log_fetcher", "parameters": [:], "status": "executing", "message": "m"]),
            (
                "tool_completed",
                ["tool_name": "log_fetcher", "result": nil, "execution_time_ms": 4, "status": "completed", "message": "m"]
            ),
            ("agent_response_chunk", ["content": "for", "index": 0]),
            ("agent_response_chunk", ["content": "ty", "index": 1]),
            ("agent_completed", ["status": "completed", "result": "forty", "execution_time_ms": 9, "message": "m"]),
        ]
        events = data.enumerated().map { index, event in
            [
                "type": .string(event.0), "run_id": "r1", "user_id": "u1", "thread_id": "t1", "agent_name": "triage",
                "timestamp": "2026-01-01T00:00:00.000Z", "sequence": JSONValue(index + 1), "data": event.1,
            ]
        }
    }

    var frames: [EventFrame] { events.map { EventFrame(.text($0.text)) } }
    var read: [AgentEvent] { frames.compactMap { if case .event(let event) = $0 { event } else { nil } } }

    /// The same tape with one change. Sequence numbers are counted anew unless `recount` is false.
    func spoilt(recount: Bool = true, _ change: (inout [JSONValue]) -> Void) -> Tape {
        var tape = self
        change(&tape.events)
        for index in tape.events.indices where recount { tape.events[index]["sequence"] = JSONValue(index + 1) }
        return tape
    }
}

@Suite struct CheckerTests {
    private let good = Tape()

    @Test func theTapeIsGood() throws {
        #expect(good.read.count == 7)
        #expect(EventOrderChecker.check(good.read) == [])
        #expect(try EventPayloadChecker.check(good.read, by: TestFixtures.load().eventSchema) == [])
        #expect(IsolationChecker.check(good.frames, user: "u1", thread: "t1", run: "r1") == [])
    }

    @Test(arguments: [0, 1, 2, 3, 6]) func orderMissesAnEvent(index: Int) {
        let name = good.events[index]["type"]?.string ?? ""
        let problems = EventOrderChecker.check(good.spoilt { $0.remove(at: index) }.read)
        #expect(problems.contains("no \(name) came"), "\(problems)")
    }

    @Test func orderFindsSwapsRepetitionsAndGaps() {
        func problems(recount: Bool = true, _ change: (inout [JSONValue]) -> Void) -> [String] {
            EventOrderChecker.check(good.spoilt(recount: recount, change).read)
        }
        #expect(problems { $0.swapAt(0, 1) } == ["the first event is agent_thinking, expected agent_started"])
        #expect(problems { $0.swapAt(5, 6) } == ["the last event is agent_response_chunk, expected agent_completed"])
        #expect(problems { $0.append($0[6]) } == ["agent_completed came 2 times"])
        #expect(problems { $0.insert($0[0], at: 1) } == ["agent_started came 2 times"])
        #expect(problems { $0.insert($0[2], at: 3) } == ["log_fetcher began before log_fetcher was completed"])
        #expect(problems { $0.insert($0[3], at: 4) } == ["log_fetcher was completed without having begun"])
        #expect(problems { $0[3]["data"] = ["tool_name": "another"] } == ["another was completed without having begun"])
        #expect(problems(recount: false) { $0[4]["sequence"] = 40 }.count == 2)
        #expect(problems(recount: false) { $0.remove(at: 4) } == ["event 6 (agent_response_chunk) came after event 4"])
        #expect(EventOrderChecker.check([]).count == 5)
    }

    @Test func payloadFindsEveryFieldThatIsMissingOrOfTheWrongType() throws {
        let schema = try TestFixtures.load().eventSchema
        func problems(_ change: (inout [JSONValue]) -> Void) -> [String] {
            EventPayloadChecker.check(good.spoilt(change).read, by: schema)
        }
        for (index, event) in good.events.enumerated() {
            for field in (event["data"]?.object ?? [:]).keys {
                let missing = problems { $0[index]["data"]?[field] = nil }
                #expect(missing.count == 1 && missing[0].contains("$.data has no member '\(field)'"), "\(missing)")
                guard field != "result" || index == 6, field != "parameters" else { continue }
                let wrong = problems { $0[index]["data"]?[field] = true }
                #expect(wrong.count == 1 && wrong[0].contains("$.data.\(field) is "), "\(wrong)")
            }
            let extra = problems { $0[index]["data"]?["results"] = 1 }
            #expect(extra.count == 1 && extra[0].contains("$.data has the unknown member 'results'"), "\(extra)")
        }
    }

    @Test(arguments: [("user_id", "user"), ("thread_id", "thread"), ("run_id", "run")])
    func isolationFindsWhatIsAnothers(field: String, noun: String) {
        let spoilt = good.spoilt { $0[4][field] = "another" }
        let problems = IsolationChecker.check(spoilt.frames, user: "u1", thread: "t1", run: "r1")
        #expect(problems == ["an event of \(noun) another arrived: agent_response_chunk"])
    }

    @Test func silenceIsFound() {
        let sent = [(id: "m1", type: "ping"), (id: "m2", type: "user_message")]
        let pong = EventFrame(.text(#"{"type":"pong","data":{},"correlation_id":"m1"}"#))
        let acknowledgement = EventFrame(.text(#"{"type":"agent_task_ack","data":{},"correlation_id":"m2"}"#))
        #expect(SilentDropChecker.check([pong, acknowledgement], sent: sent) == [])
        #expect(SilentDropChecker.check([pong] + good.frames, sent: sent) == ["the user_message message m2 got no reply"])
        #expect(SilentDropChecker.check([], sent: sent).count == 2)
    }

    @Test func theAnswerIsTheOneThatWasStreamed() throws {
        func message(_ role: String, _ content: String) throws -> ThreadMessage {
            try #require(ThreadMessage(["id": "m", "role": .string(role), "content": .string(content), "created_at": 1]))
        }
        let question = try message("user", "Six times seven?")
        func problems(_ tape: Tape, _ messages: [ThreadMessage]) -> [String] {
            AnswerChecker.check(tape.read, messages: messages, question: "Six times seven?")
        }
        let kept = [question, try message("assistant", "forty")]
        #expect(problems(good, kept) == [])
        #expect(problems(good, [question, try message("assistant", "fort")]).count == 1)
        #expect(problems(good, [question]).count == 1)
        #expect(problems(good, [kept[1]]) == ["the thread does not hold the user's message"])
        #expect(problems(good.spoilt { $0.remove(at: 5) }, kept).count == 2)
        #expect(problems(good.spoilt { $0.swapAt(4, 5) }, kept).count == 2)
        #expect(problems(good.spoilt { $0.removeSubrange(4...5) }, kept).contains("the streamed answer is empty"))
    }
}
