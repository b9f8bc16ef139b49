// Runs that outlive the service that began them: taken up where they were saved, without doing anything twice.

import AgentService
import Clients
import Kernel
import MemoryCache
import SQLiteStore
import ServiceKit
import StoreKit
import Synchronization
import Testing
import Wire

@Suite struct AgentResumeTests {
    /// What a user saw of a run whose service was ended and started again after so many milliseconds.
    private struct Sight: Sendable {
        var events: [AgentEvent]
        var messages: [ThreadMessage]
        var status: RunStatus
        var rows: [JSONValue]
    }

    private static func interrupted(
        after milliseconds: Int, agent: String = "triage", seed: UInt64 = 1, deviations: Set<Deviation> = []
    ) async throws -> Sight {
        let outcome = try await EventsAgentWorld.run(seed: seed, deviations: deviations) { world in
            let token = world.token("alice")
            let socket = try await world.events.connect(token: token)
            let run = try await world.agent.sendMessage("What does it cost?", agent: agent, token: token)
            try await WorldClock().sleep(for: .milliseconds(milliseconds))
            await world.stop("agent")
            try await WorldClock().sleep(for: .milliseconds(200))
            try await world.start("agent")
            let frames = await socket.framesThroughRun()
            // The end is announced before everything of the run is put away.
            try await WorldClock().sleep(for: .milliseconds(100))
            let messages = try await world.agent.messages(in: run.threadID, token: token).messages
            let status = try await world.agent.runStatus(run.runID, token: token)
            let unfinished = try await world.relational.query("SELECT id FROM runs WHERE announced_at IS NULL")
            #expect(unfinished.isEmpty)
            return Sight(
                events: frames.compactMap(\.event), messages: messages, status: status,
                rows: world.played.state.withLock(\.rows))
        }
        return try outcome.value
    }

    @Test(arguments: Array(stride(from: 0, through: 900, by: 30)))
    func aRunGoesOnWhereItWas(milliseconds: Int) async throws {
        let sight = try await Self.interrupted(after: milliseconds, seed: UInt64(milliseconds))
        let events = sight.events
        #expect(
            events.map(\.kind.rawValue).filter { $0 != "agent_response_chunk" } == [
                "agent_started", "agent_thinking", "tool_executing", "tool_completed", "tool_executing", "tool_completed",
                "agent_thinking", "agent_completed",
            ])
        #expect(events.map(\.sequence) == Array(1...events.count))
        let answer = events.filter { $0.kind == .responseChunk }.compactMap { $0.data["content"]?.string }.joined()
        #expect(answer == "Hello from the model." && events.last?.data["result"]?.string == answer)
        #expect(sight.messages.map(\.role) == ["user", "assistant"])
        #expect(sight.status.status == "completed" && sight.status.currentStep == sight.status.totalSteps)
        // A row may come again where the service ended while it was being inserted, but none is missing.
        #expect(Set(sight.rows.compactMap { $0["event_id"]?.string }).count == events.count)
    }

    @Test func aWorkflowGoesOnWithItsAgents() async throws {
        for milliseconds in stride(from: 100, through: 4100, by: 1000) {
            let events = try await Self.interrupted(after: milliseconds, agent: "supervisor").events
            #expect(events.map(\.sequence) == Array(1...events.count))
            let begun = events.filter { $0.kind == .progress && $0.data["status"] == "started" }.map(\.agentName)
            #expect(begun == ["triage", "data", "optimization", "actions", "reporting"])
            let tools = events.filter { $0.kind == .toolCompleted }.compactMap { $0.data["tool_name"]?.string }
            #expect(Set(tools).count == tools.count, "\(tools) at \(milliseconds)")
        }
    }

    @Test func whatBeginsAgainIsSeen() async throws {
        let events = try await Self.interrupted(after: 500, deviations: [.resumeFromStart]).events
        #expect(events.count { $0.kind == .started } == 2)
        #expect(events.count { $0.kind == .toolCompleted && $0.data["tool_name"] == "log_fetcher" } == 2)
    }

    @Test func theStateIsKeptAfterEveryStep() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let token = world.token("alice")
            let run = try await world.agent.sendMessage("hello", token: token)
            try await WorldClock().sleep(for: .milliseconds(500))
            let cached = try await world.cache.get("agent_state:\(run.runID)")
            let lifetime = try await world.cache.timeToLive("agent_state:\(run.runID)")
            let state = try await world.agent.runState(run.runID, token: token)
            // Without the cache the store knows it too.
            _ = try await world.cache.delete("agent_state:\(run.runID)")
            let stored = try await world.agent.runState(run.runID, token: token)
            let socket = try await world.events.connect(token: token)
            _ = await socket.framesThroughRun()
            let keys = try await world.cache.keys().filter { $0.hasPrefix("agent_state") }
            let versions = try await world.relational.query("SELECT version, step FROM agent_state_checkpoints ORDER BY version")
            return (cached, lifetime, state, stored, keys, versions.compactMap { $0["version"].integer })
        }
        let (cached, lifetime, state, stored, keys, versions) = try outcome.value
        #expect(try JSONValue(json: cached ?? "")["tool_results"]?["log_fetcher"]?["errors"] == 12)
        #expect(lifetime.map { $0 > .seconds(3599) && $0 <= .seconds(3600) } == true)
        #expect(state == stored && state.status == "running" && state.state["steps_done"] == 2)
        #expect(keys == [])
        #expect(versions == Array(1...Int64(versions.count)))
    }

    /// An instance that dies between the end of a run and the cache leaves a state there that is older than the end.
    @Test(arguments: [true, false]) func theCacheIsNotBelievedOfARunThatHasEnded(doubts: Bool) async throws {
        let outcome = try await EventsAgentWorld.run(deviations: doubts ? [] : [.staleStateCached]) { world in
            let token = world.token("alice")
            let run = try await world.agent.sendMessage("hello", token: token)
            try await WorldClock().sleep(for: .milliseconds(500))
            let old = try await world.cache.get("agent_state:\(run.runID)") ?? ""
            let socket = try await world.events.connect(token: token)
            _ = await socket.framesThroughRun()
            try await world.cache.set("agent_state:\(run.runID)", old, expiry: nil)
            return try await world.agent.runState(run.runID, token: token)
        }
        let state = try outcome.value
        #expect(state.status == "completed")
        #expect(state.state["phase"] == (doubts ? "completed" : "running"))
    }

    @Test func aRunWithoutItsAgentEndsAsFailed() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let token = world.token("alice")
            let run = try await world.agent.sendMessage("hello", token: token)
            try await WorldClock().sleep(for: .milliseconds(100))
            await world.stop("agent")
            _ = try await world.relational.query("UPDATE runs SET assistant_id = 'gone'", [])
            try await world.start("agent")
            try await WorldClock().sleep(for: .milliseconds(100))
            return try await world.agent.runStatus(run.runID, token: token)
        }
        let status = try outcome.value
        #expect(status.status == "failed" && status.error == "The agent is not there any more.")
    }
}
