// From a user's message to the answer, over both services and a simulated network.

import Clients
import HTTPTypes
import Kernel
import Synchronization
import Testing
import Wire

@Suite struct AgentGoldenPathTests {
    @Test func aMessageIsAnsweredOverTheWebSocket() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let token = world.token("alice")
            let socket = try await world.events.connect(token: token)
            let thread = try await world.agent.createThread(title: "Costs", token: token)
            try await socket.sendUserMessage("What does it cost?", thread: thread.id, messageID: "m1")
            var frames = await socket.framesThroughRun()
            if !frames.contains(where: { $0.message?.type == "agent_task_ack" }) {
                frames += await socket.frames { $0.message?.type == "agent_task_ack" }
            }
            let page = try await world.agent.messages(in: thread.id, token: token)
            let run = frames.lazy.compactMap(\.event).first?.runID ?? ""
            let status = try await world.agent.runStatus(run, token: token)
            try await socket.close()
            let (rows, prompts) = world.played.state.withLock { ($0.rows, $0.prompts) }
            return (frames, page, status, thread.id, rows, prompts)
        }
        let (frames, page, status, thread, rows, prompts) = try outcome.value
        let events = frames.compactMap(\.event)
        #expect(
            events.map(\.kind.rawValue).filter { $0 != "agent_response_chunk" } == [
                "agent_started", "agent_thinking", "tool_executing", "tool_completed", "tool_executing", "tool_completed",
                "agent_thinking", "agent_completed",
            ])
        #expect(events.map(\.sequence) == Array(1...events.count))
        #expect(events.allSatisfy { $0.userID == "alice" && $0.threadID == thread && $0.runID == status.runID })
        let chunks = events.filter { $0.kind == .responseChunk }.compactMap { $0.data["content"]?.string }
        #expect(chunks.count >= 2)
        #expect(chunks.joined() == "Hello from the model.")
        #expect(events.last?.data["result"] == "Hello from the model.")
        #expect(events.filter { $0.kind == .toolCompleted }.map { $0.data["execution_time_ms"] } == [400, 250])

        #expect(frames.first?.message?.type == "connection_established")
        let ack = frames.compactMap(\.message).first { $0.type == "agent_task_ack" }
        #expect(ack?.correlationID == "m1")
        #expect(ack?.data["run_id"]?.string == status.runID)
        #expect(ack?.data["thread_id"]?.string == thread)

        #expect(page.messages.map(\.role) == ["user", "assistant"])
        #expect(page.messages.map(\.content) == ["What does it cost?", "Hello from the model."])
        #expect(page.messages.map(\.runID) == [status.runID, status.runID])
        #expect(status.status == "completed" && status.currentStep == status.totalSteps && status.totalSteps == 6)
        #expect(rows.map { $0["event_name"]?.string } == events.map { $0.kind.rawValue })
        #expect(Set(rows.compactMap { $0["event_id"]?.string }).count == rows.count)
        #expect(prompts.first?.contains("What does it cost?") == true)
        #expect(outcome.hungTasks == [])
    }

    @Test func theSameSeedGivesTheSameRun() async throws {
        func fingerprint(_ seed: UInt64) async throws -> Fingerprint {
            try await EventsAgentWorld.run(seed: seed) { world in
                let socket = try await world.events.connect(token: world.token("alice"))
                try await socket.sendUserMessage("hello")
                _ = await socket.framesThroughRun()
            }.fingerprint
        }
        let first = try await fingerprint(7)
        #expect(try await fingerprint(7) == first)
        #expect(try await fingerprint(8) != first)
    }

    @Test(arguments: 1...5)
    func manyUsersGetTheirOwnEventsOnly(seed: UInt64) async throws {
        let outcome = try await EventsAgentWorld.run(seed: seed) { world in
            try await withThrowingTaskGroup(of: (String, [AgentEvent]).self) { users in
                for number in 0..<10 {
                    users.addTask {
                        let user = "user-\(number)"
                        let socket = try await world.events.connect(token: world.token(user), by: .header)
                        try await socket.sendUserMessage("I am \(user).", agent: "data")
                        return (user, await socket.framesThroughRun().compactMap(\.event))
                    }
                }
                return try await users.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
        }
        let events = try outcome.value
        #expect(events.count == 10)
        for (user, events) in events {
            #expect(events.last?.data["result"]?.string == "Found 3 rows for: I am \(user).")
            #expect(events.allSatisfy { $0.userID == user })
            #expect(events.map(\.sequence) == Array(1...events.count))
        }
    }

    @Test func aCutAnswerFailsTheRun() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            world.played.state.withLock { _ = $0.modelEvents.popLast() }
            let token = world.token("alice")
            let socket = try await world.events.connect(token: token)
            try await socket.sendUserMessage("hello")
            let events = await socket.framesThroughRun().compactMap(\.event)
            let status = try await world.agent.runStatus(events[0].runID, token: token)
            let page = try await world.agent.messages(in: events[0].threadID, token: token)
            return (events, status, page)
        }
        let (events, status, page) = try outcome.value
        #expect(events.last?.kind == .error)
        #expect(events.last?.data["error_message"]?.string?.contains("before [DONE]") == true)
        #expect(!events.contains { $0.kind == .completed })
        #expect(status.status == "failed" && status.error?.contains("before [DONE]") == true)
        #expect(page.messages.map(\.role) == ["user"])
    }

    @Test func aRefusedInsertIsTriedAgainAndThenFailsTheRun() async throws {
        for (refusals, end, seconds) in [(2, AgentEventKind.completed, 0), (5, .error, 6)] {
            let outcome = try await EventsAgentWorld.run(agents: "name: triage\nsteps: [{answer: yes}]") { world in
                world.played.state.withLock { $0.refusedInserts = refusals }
                let socket = try await world.events.connect(token: world.token("alice"))
                try await socket.sendUserMessage("hello")
                return await socket.framesThroughRun().compactMap(\.event)
            }
            #expect(try outcome.value.last?.kind == end)
            #expect(outcome.elapsed >= .seconds(seconds) && outcome.elapsed < .seconds(seconds + 1))
        }
    }

    @Test func eventsWaitForAUserWhoIsNotThere() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let token = world.token("alice")
            let run = try await world.agent.sendMessage("hello", agent: "data", token: token)
            while try await world.agent.runStatus(run.runID, token: token).status != "completed" {
                try await WorldClock().sleep(for: .milliseconds(100))
            }
            try await WorldClock().sleep(for: .milliseconds(100))
            let socket = try await world.events.connect(token: token)
            return await socket.framesThroughRun().compactMap(\.event)
        }
        let events = try outcome.value
        #expect(events.first?.kind == .started && events.last?.kind == .completed)
        #expect(events.allSatisfy { $0.isRecovered })
        #expect(events.map(\.sequence) == Array(1...events.count))
    }
}
