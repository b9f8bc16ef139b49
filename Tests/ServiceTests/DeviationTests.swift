// Every planted bug of the conversation path can be seen by a client, and does nothing while it is off.

import Clients
import HTTPTypes
import Kernel
import NIOCore
import ServiceKit
import Synchronization
import Testing
import Wire

@testable import AgentService
@testable import EventsService

@Suite struct DeviationTests {
    /// What alice saw of a run, while bob was connected.
    private struct Sight: Sendable {
        var frames: [EventFrame] = []
        var bobs: [EventFrame] = []
        var messages: [ThreadMessage] = []
        var status: RunStatus?
        var firstEvent = Duration.zero
        var lateness: [Duration] = []
        var events: [AgentEvent] { frames.compactMap(\.event) }
    }

    private static func look(_ deviations: Set<Deviation>, agent: String = "triage") async throws -> Sight {
        try await EventsAgentWorld.run(deviations: deviations) { world in
            let (clock, token) = (WorldClock(), world.token("alice-with-a-long-name"))
            var sight = Sight()
            let bob = try await world.events.connect(token: world.token("bob"))
            let socket = try await world.events.connect(token: token)
            let earlier = try await world.agent.createThread(title: "Earlier", token: token)
            let thread = try await world.agent.createThread(title: "Now", token: token)
            let begun = clock.now
            let run = try await world.agent.sendMessage("What does it cost?", in: thread.id, agent: agent, token: token)
            var iterator = socket.frames.makeAsyncIterator()
            let watchdog = Task {
                try await clock.sleep(for: .seconds(59))
                socket.connection.abort()
            }
            while let frame = await iterator.next() {
                sight.frames.append(frame)
                if let event = frame.event {
                    if sight.firstEvent == .zero { sight.firstEvent = begun.duration(to: clock.now) }
                    sight.lateness.append(Self.lateness(of: event, at: clock.now))
                }
                if frame.event?.kind == .completed || frame.event?.kind == .error { break }
            }
            watchdog.cancel()
            try await bob.ping(messageID: "end")
            sight.bobs = await bob.frames(for: .seconds(1))
            sight.messages = try await world.agent.messages(in: thread.id, token: token).messages
            sight.messages += try await world.agent.messages(in: earlier.id, token: token).messages.filter { $0.role == "user" }
            sight.status = try await world.agent.runStatus(run.runID, token: token)
            return sight
        }.value
    }

    /// How long an event was on its way, by the time that it carries: the seconds and milliseconds of a minute.
    private static func lateness(of event: AgentEvent, at now: Instant) -> Duration {
        let digits = event.timestamp.dropFirst(17).prefix(6).filter(\.isNumber)
        let late = now.milliseconds % 60_000 - (Int64(digits) ?? 0)
        return .milliseconds(late < 0 ? late + 60_000 : late)
    }

    @Test func nothingIsWrongWhileAllAreOff() async throws {
        let sight = try await Self.look([])
        #expect(sight.events.map(\.sequence) == Array(1...sight.events.count))
        #expect(!sight.frames.contains { if case .malformed = $0 { true } else { false } })
        #expect(sight.frames.first?.message?.data["user_id"] == "alice-with-a-long-name")
        #expect(sight.bobs.compactMap(\.event) == [])
        #expect(sight.messages.map(\.role) == ["user", "assistant"])
        #expect(sight.firstEvent < .seconds(1) && sight.lateness.allSatisfy { $0 < .milliseconds(100) })
    }

    @Test func wrongDeliveryIsSeen() async throws {
        let lost = try await Self.look([.eventLost]).events
        #expect(lost.contains { $0.sequence == 6 } && !lost.contains { $0.sequence == 7 } && lost.contains { $0.sequence == 8 })
        let doubled = try await Self.look([.eventDoubled]).events
        #expect(doubled.count { $0.sequence == 5 } == 2 && doubled.count { $0.sequence == 4 } == 1)
        let reordered = try await Self.look([.eventReordered]).events
        let (completed, executing) = (
            reordered.firstIndex { $0.kind == .toolCompleted }, reordered.firstIndex { $0.kind == .toolExecuting }
        )
        let (first, second) = (try #require(completed), try #require(executing))
        #expect(first < second)
        let misrouted = try await Self.look([.eventMisrouted])
        #expect(misrouted.bobs.compactMap(\.event).allSatisfy { $0.userID == "alice-with-a-long-name" })
        #expect(misrouted.bobs.compactMap(\.event).count == misrouted.events.count)
        let renamed = try await Self.look([.eventRenamed]).frames
        #expect(renamed.contains { $0.message?.type == "reasoning" } && !renamed.contains { $0.event?.kind == .thinking })
        let incomplete = try await Self.look([.eventFieldMissing]).events
        #expect(incomplete.filter { $0.kind == .toolCompleted }.allSatisfy { $0.data["result"] == nil })
        #expect(try await Self.look([.userIDTruncated]).frames.first?.message?.data["user_id"] == "alice-wi...")
        let slow = try await Self.look([.slowDelivery])
        #expect(slow.lateness.allSatisfy { $0 >= .milliseconds(690) })
    }

    @Test func wrongRunsAreSeen() async throws {
        let skipped = try await Self.look([.stepSkipped]).events
        #expect(skipped.filter { $0.kind == .toolCompleted }.map { $0.data["tool_name"] } == ["log_fetcher"])
        let forgotten = try await Self.look([.toolResultLost], agent: "data").events
        #expect(forgotten.last?.data["result"] == "Found null rows for: What does it cost?")
        #expect(try await Self.look([.stateNotSaved]).status?.currentStep == 0)
        let unannounced = try await Self.look([.startUnacknowledged]).events
        #expect(unannounced.first?.kind == .thinking && unannounced.first?.sequence == 1)
        #expect(try await Self.look([.slowStart]).firstEvent >= .seconds(6))
        let slow = try await Self.look([.slowTool], agent: "data").events
        #expect(slow.first { $0.kind == .toolCompleted }?.data["execution_time_ms"] == 31_150)
        #expect(try await Self.look([.wrongThread]).messages.map(\.role) == ["user"])
    }

    @Test func aFallbackThatClaimsSuccessIsSeen() async throws {
        let outcome = try await EventsAgentWorld.run(deviations: [.fallbackClaimsSuccess]) { world in
            world.played.state.withLock { $0.modelStatus = .internalServerError }
            let token = world.token("alice")
            let socket = try await world.events.connect(token: token)
            try await socket.sendUserMessage("hello")
            let events = await socket.framesThroughRun().compactMap(\.event)
            return (events, try await world.agent.runStatus(events[0].runID, token: token).status)
        }
        let (events, status) = try outcome.value
        #expect(events.last?.kind == .completed && status == "completed")
    }

    @Test func silenceIsSeen() async throws {
        let outcome = try await EventsAgentWorld.run(deviations: [.silentDrop]) { world in
            let socket = try await world.events.connect(token: world.token("alice"))
            try await socket.ping(messageID: "p")
            try await socket.sendUserMessage("hello", messageID: "u")
            try await socket.send("typing", messageID: "t")
            let frames = await socket.frames(for: .seconds(5))
            return (frames, try await world.agent.runs(token: world.token("alice")).total)
        }
        let (frames, runs) = try outcome.value
        #expect(frames.compactMap { $0.message?.correlationID } == ["t"] && runs == 0)
    }

    @Test func wrongConnectionsAreSeen() async throws {
        let outcome = try await EventsAgentWorld.run(deviations: [.wsAuthUnchecked, .heartbeatMissing, .connectionLeak]) {
            world in
            let socket = try await world.events.connect(token: "nonsense")
            let welcome = await socket.message("connection_established")
            let frames = await socket.frames(for: .seconds(60))
            try await WorldClock().sleep(for: .seconds(1))
            return (welcome?.data["user_id"], frames.count, try await world.events.census().connections)
        }
        let (user, count, connections) = try outcome.value
        #expect(user == "demo-user-001" && count == 0 && connections == 1)
        let late = try await EventsAgentWorld.run(deviations: [.wsTokenExpiryIgnored, .slowAccept]) { world in
            let begun = WorldClock().now
            let token = world.token("alice", expiry: begun.advanced(by: .seconds(20)))
            let socket = try await world.events.connect(token: token)
            let accepted = begun.duration(to: WorldClock().now)
            return (accepted, await socket.frames(for: .seconds(40)).count, socket.closure?.code)
        }
        let (accepted, _, code) = try late.value
        #expect(accepted >= .seconds(3) && code != 1008)
    }

    @Test func wrongQueuesAreSeen() async throws {
        let lost = try await EventsAgentWorld.run(deviations: [.resumeLosesQueue]) { world in
            for name in ["a", "b"] { _ = try await world.post(name, to: "alice") }
            let socket = try await world.events.connect(token: world.token("alice"), lastSequence: 0)
            return await socket.frames(for: .seconds(1))
        }
        #expect(try lost.value.map { $0.message?.type } == ["connection_established"])
        let shared = try await EventsAgentWorld.run(deviations: [.queueShared]) { world in
            for name in ["a", "b"] { _ = try await world.post(name, to: "alice") }
            let socket = try await world.events.connect(token: world.token("bob"))
            return await socket.frames(for: .seconds(1)).compactMap(\.event)
        }
        #expect(try shared.value.map(\.userID) == ["alice", "alice"])
    }

    @Test func leaksOfTheAgentAreSeen() async throws {
        let deviations: Set<Deviation> = [
            .threadNotFiltered, .titleLost, .contextShared, .stackInError, .artifactShared, .runLeak,
        ]
        let outcome = try await EventsAgentWorld.run(deviations: deviations) { world in
            let (agent, alice, bob) = (world.agent, world.token("alice"), world.token("bob"))
            let thread = try await agent.createThread(title: "Old", token: alice)
            let renamed = try await agent.renameThread(thread.id, to: "New", token: alice)
            let kept = try await agent.thread(thread.id, token: alice)
            _ = try await agent.addMessage("secret", to: thread.id, token: alice)
            let theirs = try await agent.messages(in: thread.id, token: bob).messages.map(\.content)
            var answers: [String] = []
            for (user, token) in [("alice", alice), ("bob", bob)] {
                let socket = try await world.events.connect(token: token)
                try await socket.sendUserMessage("I am \(user).", agent: "data")
                answers.append(await socket.framesThroughRun().last?.event?.data["result"]?.string ?? "")
            }
            let socket = try await world.events.connect(token: alice)
            try await socket.sendUserMessage("report", agent: "reporting")
            _ = await socket.framesThroughRun()
            try await WorldClock().sleep(for: .seconds(1))
            let error = try await world.caller(to: "agent").fetch(Call.get("/api/threads/none").bearer(bob))
            return (
                [renamed.title, kept.title], theirs, answers, try await agent.artifacts(token: bob).count, error.text,
                try await agent.census().runsLive
            )
        }
        let (titles, theirs, answers, artifacts, error, live) = try outcome.value
        #expect(titles == ["New", "Old"] && theirs == ["secret"])
        #expect(answers == ["Found 3 rows for: I am alice.", "Found 3 rows for: I am alice."])
        #expect(artifacts == 1 && live == 3)
        #expect(error.contains("stack_trace") && error.contains("FakeAgent.swift"))
    }

    @Test func noTwoHaveOneName() {
        let all = Deviation.eventsDeviations + Deviation.agentDeviations
        #expect(Set(all.map(\.name)).count == all.count && all.count == 54)
        #expect(all.allSatisfy { !$0.summary.isEmpty && !$0.summary.hasSuffix(".") })
    }
}
