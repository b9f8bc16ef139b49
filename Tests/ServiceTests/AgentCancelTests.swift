// Cancelling runs: who may, when it is too late, and what the user sees of it.

import AgentService
import Clients
import HTTPTypes
import Kernel
import ServiceKit
import Testing
import Wire

@Suite struct AgentCancelTests {
    private static func refusal(_ body: () async throws -> some Any) async throws -> String {
        do {
            _ = try await body()
            return "200"
        } catch CallError.unexpectedStatus(_, _, let status, let body) {
            return "\(status) \(body)"
        }
    }

    @Test(arguments: Array(stride(from: 0, through: 800, by: 40)))
    func aCancelledRunEndsOnce(milliseconds: Int) async throws {
        let outcome = try await EventsAgentWorld.run(seed: UInt64(milliseconds)) { world in
            let token = world.token("alice")
            let socket = try await world.events.connect(token: token)
            let run = try await world.agent.sendMessage("hello", token: token)
            try await WorldClock().sleep(for: .milliseconds(milliseconds))
            let cancellation = try await world.agent.cancelRun(run.runID, token: token)
            let events = await socket.frames(for: .seconds(20)).compactMap(\.event)
            return (
                cancellation, events, try await world.agent.runStatus(run.runID, token: token),
                try await world.agent.messages(in: run.threadID, token: token).messages, try await world.agent.census()
            )
        }
        let (cancellation, events, status, messages, census) = try outcome.value
        #expect(events.map(\.sequence) == Array(1...max(events.count, 1)))
        let ends = events.filter { $0.kind == .completed || $0.kind == .error }
        #expect(ends.count == 1 && events.last == ends.last)
        #expect(events.count { $0.kind == .toolExecuting } == events.count { $0.kind == .toolCompleted })
        #expect(census.runsLive == 0 && census.runsWaiting == 0)
        if cancellation.isCancelled {
            #expect(status.status == "cancelled" && messages.map(\.role) == ["user"])
            #expect(ends.first?.kind == .error && ends.first?.data["status"] == "cancelled")
        } else {
            #expect(status.status == "completed" && messages.count == 2)
            #expect(cancellation.message == "The run has ended already: completed.")
        }
    }

    @Test func onlyItsUserCancelsARun() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let (alice, bob) = (world.token("alice"), world.token("bob"))
            let run = try await world.agent.sendMessage("hello", agent: "data", token: alice)
            var refusals = [
                try await Self.refusal { try await world.agent.cancelRun(run.runID, token: bob) },
                try await Self.refusal { try await world.agent.cancelRun("run_of_nobody", token: bob) },
            ]
            let caller = world.caller(to: "agent")
            let unnamed = try await caller.fetch(Call.post("/api/agents/cancel", value: [:]).bearer(alice))
            refusals.append("\(unnamed.status.code) \(unnamed.text)")
            let byBody = try await caller.fetch(
                Call.post("/api/agents/cancel", value: ["agent_id": .string(run.runID)]).bearer(alice))
            let again = try await world.agent.cancelRun(run.runID, token: alice)
            let list = try await caller.fetch(Call.get("/api/agents/status").bearer(alice))
            return (refusals, try JSONValue(json: byBody.body), again, try JSONValue(json: list.body))
        }
        let (refusals, byBody, again, list) = try outcome.value
        #expect(
            refusals == [
                #"403 {"detail":"Access denied"}"#, #"404 {"detail":"Agent run not found"}"#,
                #"422 {"detail":"Field required: run_id"}"#,
            ])
        #expect(byBody["success"] == true && byBody["action"] == "cancel")
        #expect(!again.isCancelled && again.status == "cancelled")
        #expect(list.array?.first?["status"] == "cancelled" && list.array?.count == 1)
    }

    @Test func aCancelledRunEndsThoughItsServiceEnds() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let token = world.token("alice")
            let socket = try await world.events.connect(token: token)
            let run = try await world.agent.sendMessage("hello", token: token)
            try await WorldClock().sleep(for: .milliseconds(200))
            async let cancelled = world.agent.cancelRun(run.runID, token: token)
            try await WorldClock().sleep(for: .milliseconds(3))
            await world.stop("agent")
            _ = try? await cancelled
            try await world.start("agent")
            let events = await socket.framesThroughRun().compactMap(\.event)
            return (events, try await world.agent.runStatus(run.runID, token: token).status)
        }
        let (events, status) = try outcome.value
        // Whether the wish or the end came first, what is kept and what is seen agree.
        #expect(events.map(\.sequence) == Array(1...events.count))
        #expect((events.last?.kind == .error) == (status == "cancelled"))
        #expect((events.last?.kind == .completed) == (status == "completed"))
    }

    @Test func aRunThatCannotBeCancelledIsSeen() async throws {
        let outcome = try await EventsAgentWorld.run(deviations: [.cancelIgnored]) { world in
            let token = world.token("alice")
            let socket = try await world.events.connect(token: token)
            let run = try await world.agent.sendMessage("hello", token: token)
            let cancellation = try await world.agent.cancelRun(run.runID, token: token)
            return (cancellation.isCancelled, await socket.framesThroughRun().last?.event?.kind)
        }
        #expect(try outcome.value == (true, .completed))
    }
}
