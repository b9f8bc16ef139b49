// Resuming: nothing is lost, nothing comes twice, and what is gone is said to be gone; also over a restart of the service.

import Clients
import HTTPTypes
import Kernel
import NIOCore
import SQLiteStore
import ServiceKit
import StoreKit
import Synchronization
import Testing
import Wire

@testable import EventsService

extension EventsAgentWorld {
    /// Posts an event for a user, as the agent does.
    func post(_ name: String, to user: String, id: String? = nil) async throws -> JSONValue {
        var body: JSONValue = [
            "user_id": .string(user),
            "event": [
                "type": "agent_thinking", "user_id": .string(user), "run_id": "r", "thread_id": "t", "agent_name": "a",
                "timestamp": "2026-01-01T00:00:00.000Z", "data": ["thought": .string(name)],
            ],
        ]
        if let id { body["event_id"] = .string(id) }
        let call = Call.post("/internal/events", value: body).field(.serviceID, "agent")
            .field(.serviceSecret, "secret-of-this-test")
        let reply = try await caller(to: "events", from: "agent").fetch(call)
        guard reply.status == .ok else {
            throw CallError.unexpectedStatus(
                service: "events", request: call.summary, status: reply.status.code, body: reply.text)
        }
        return try JSONValue(json: reply.body)
    }
}

@Suite struct EventsResumeTests {
    @Test func theQueryResumes() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let token = world.token("alice")
            let first = try await world.events.connect(token: token)
            for name in ["a", "b", "c"] { _ = try await world.post(name, to: "alice") }
            _ = await first.frames { $0.event?.sequence == 3 }
            first.connection.abort()
            for name in ["d", "e"] { _ = try await world.post(name, to: "alice") }
            // The client has lost 'c' on its way, it says.
            let second = try await world.events.connect(token: token, lastSequence: 2)
            _ = try await world.post("f", to: "alice")
            return await second.frames { $0.event?.sequence == 6 }
        }
        let events = try outcome.value.compactMap(\.event)
        #expect(events.map(\.sequence) == [3, 4, 5, 6])
        #expect(events.map { $0.data["thought"] } == ["c", "d", "e", "f"])
        #expect(events.map(\.isRecovered) == [true, true, true, false])
        #expect(try outcome.value.first?.message?.data["last_sequence"] == 5)
    }

    @Test(arguments: ["resume", "session_restore"]) func aMessageResumes(type: String) async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let token = world.token("alice")
            let first = try await world.events.connect(token: token)
            for name in ["a", "b", "c"] { _ = try await world.post(name, to: "alice") }
            _ = await first.frames { $0.event?.sequence == 3 }
            first.connection.abort()
            for name in ["d", "e"] { _ = try await world.post(name, to: "alice") }
            let second = try await world.events.connect(token: token)
            try await second.send(type, payload: ["last_sequence": 1], messageID: "m1")
            _ = try await world.post("f", to: "alice")
            let frames = await second.frames { $0.event?.sequence == 6 }
            // Asked again, nothing comes again.
            try await second.send(type, payload: ["last_sequence": 1], messageID: "m2")
            try await second.ping(messageID: "m3")
            return frames + (await second.frames { $0.message?.correlationID == "m3" })
        }
        let frames = try outcome.value
        #expect(frames.compactMap { $0.event?.sequence } == [2, 3, 4, 5, 6])
        #expect(frames.compactMap { $0.event?.isRecovered } == [true, true, true, true, false])
        let answers = frames.compactMap(\.message).filter { $0.type == "resume_ack" }
        #expect(answers.map(\.correlationID) == ["m1", "m2"])
        // The sixth may have come before the client asked.
        #expect([4, 5].contains(answers.first?.data["replayed"]?.integer) && answers.last?.data["replayed"] == 0)
    }

    @Test func whatIsGoneIsSaidToBeGone() throws {
        let table = Desk { $0.eventsKept = 3 }
        let first = table.open("alice")
        for name in ["a", "b", "c", "d", "e"] { _ = table.deliver(name, to: "alice") }
        #expect(try table.written(first).count == 6)
        table.remove(first)
        func resumed(after last: Int, at now: Instant = .simulatedEpoch) throws -> [JSONValue] {
            try table.written(table.open("alice", after: last, at: now)).dropFirst().map { frame in
                frame["sequence"]
                    ?? .string(
                        "\(frame["type"]?.string ?? "") \(frame["data"]?["from_sequence"]?.integer ?? 0)-\(frame["data"]?["to_sequence"]?.integer ?? 0)"
                    )
            }
        }
        #expect(try resumed(after: 0) == ["events_lost 1-2", 3, 4, 5])
        #expect(try resumed(after: 1) == ["events_lost 2-2", 3, 4, 5])
        #expect(try resumed(after: 2) == [3, 4, 5])
        #expect(try resumed(after: 5) == [])
        // They were all seen, so none was dropped.
        #expect(table.eventsDropped == 0)
        // With time they all go.
        #expect(try resumed(after: 3, at: .simulatedEpoch + .seconds(300)) == ["events_lost 4-5"])
    }

    @Test func aSequenceThatIsNoneIsRefused() async throws {
        let table = Desk()
        _ = table.deliver("a", to: "alice")
        let frames = try table.written(table.open("alice", after: 2))
        #expect(frames[1]["data"]?["error_code"] == "RESUME_ERROR")
        // It is not known what the client has, so it gets what nobody has seen.
        #expect(frames.dropFirst(2).map { $0["sequence"] } == [1])
        let id = table.openAndWait("alice")
        _ = try table.written(id)
        for last in [-1, 2, .max] {
            table.resume(id, after: last)
            let answer = try table.written(id)
            #expect(answer.map { $0["data"]?["error_code"] } == ["RESUME_ERROR"])
            #expect(answer.first?["correlation_id"] == "m")
        }
        let outcome = try await EventsAgentWorld.run { world in
            var answers: [Int] = []
            for text in ["x", "-1", "1.5", "", "99999999999999999999"] {
                do {
                    _ = try await world.caller(to: "events").open(.get("/ws?last_sequence=\(text)").bearer(world.token("alice")))
                } catch CallError.upgradeRefused(_, let status, _) {
                    answers.append(status)
                }
            }
            return answers
        }
        #expect(try outcome.value == [400, 400, 400, 400, 400])
    }

    /// A client that connects again whenever its connection ends, and says what it had last.
    private static func follow(_ world: EventsAgentWorld, _ token: String, to last: AgentEventKind) async throws -> [AgentEvent] {
        var events: [AgentEvent] = []
        while events.last?.kind != last {
            do {
                let socket = try await world.events.connect(token: token, lastSequence: events.last?.sequence ?? 0)
                events += await socket.frames { $0.event?.kind == last }.compactMap(\.event)
            } catch {
                try await WorldClock().sleep(for: .milliseconds(50))
            }
        }
        return events
    }

    @Test(arguments: Array(stride(from: 40, through: 1400, by: 85)))
    func aRestartLosesNothing(milliseconds: Int) async throws {
        let outcome = try await EventsAgentWorld.run(seed: UInt64(milliseconds)) { world in
            let token = world.token("alice")
            async let events = Self.follow(world, token, to: .completed)
            let run = try await world.agent.sendMessage("What does it cost?", token: token)
            try await WorldClock().sleep(for: .milliseconds(milliseconds))
            await world.stop("events")
            try await WorldClock().sleep(for: .milliseconds(300))
            try await world.start("events")
            let seen = try await events
            return (seen, try await world.agent.runStatus(run.runID, token: token).status)
        }
        let (events, status) = try outcome.value
        #expect(events.map(\.sequence) == Array(1...events.count))
        #expect(events.first?.kind == .started && status == "completed")
        #expect(events.count { $0.kind == .toolCompleted } == 2)
        #expect(
            events.filter { $0.kind == .responseChunk }.compactMap { $0.data["content"]?.string }.joined()
                == "Hello from the model.")
    }

    @Test func aRestartRemembersNumbersAndNames() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            _ = try await world.post("a", to: "alice", id: "e1")
            _ = try await world.post("b", to: "alice", id: "e2")
            await world.stop("events")
            try await world.start("events")
            let again = try await world.post("b", to: "alice", id: "e2")
            let next = try await world.post("c", to: "alice", id: "e3")
            // Nobody has seen any of them yet.
            let socket = try await world.events.connect(token: world.token("alice"))
            let frames = await socket.frames { $0.event?.sequence == 3 }
            try await socket.close()
            try await WorldClock().sleep(for: .seconds(1))
            await world.stop("events")
            try await world.start("events")
            // Now they are seen, and a client that says nothing does not get them again.
            let later = try await world.events.connect(token: world.token("alice"))
            try await WorldClock().sleep(for: .seconds(1))
            try await later.ping()
            return (again, next, frames.compactMap(\.event), await later.frames { $0.message?.type == "pong" })
        }
        let (again, next, events, later) = try outcome.value
        #expect(again == ["sequence": 2, "delivered": 0, "repeated": true])
        #expect(next["sequence"] == 3)
        #expect(events.map(\.sequence) == [1, 2, 3] && events.allSatisfy(\.isRecovered))
        #expect(later.count == 2)
    }

    @Test func anEventThatCannotBeKeptIsNotAccepted() async throws {
        let broken = EventLedger(cache: BrokenCache(), limits: EventsLimits())
        let event = NumberedEvent(["type": "x"], sequence: 1, eventID: nil, arrival: .simulatedEpoch)
        await #expect(throws: CacheError.self) { try await broken.append(event, to: "alice") }
        let outcome = await Simulation.start(.init(seed: 1)) { _ in
            let caller = try await DirectCaller(FakeEvents(context: testContext(name: "events", cache: BrokenCache()))).caller
            let body: JSONValue = ["user_id": "alice", "event": ["type": "agent_thinking"]]
            let call = Call.post("/internal/events", value: body).field(.serviceID, "agent")
                .field(.serviceSecret, "secret-of-this-test")
            return try await caller.fetch(call).status.code
        }
        #expect(try outcome.value == 503)
    }

    @Test func theSameSeedGivesTheSameRestart() async throws {
        func fingerprint(_ seed: UInt64) async throws -> Fingerprint {
            try await EventsAgentWorld.run(seed: seed) { world in
                let token = world.token("alice")
                async let events = Self.follow(world, token, to: .completed)
                _ = try await world.agent.sendMessage("hello", token: token)
                try await WorldClock().sleep(for: .milliseconds(500))
                await world.stop("events")
                await world.stop("agent")
                try await world.start("events")
                try await world.start("agent")
                _ = try await events
            }.fingerprint
        }
        let first = try await fingerprint(3)
        #expect(try await fingerprint(3) == first)
        #expect(try await fingerprint(4) != first)
    }
}

/// A cache that cannot be reached.
private struct BrokenCache: CacheStore {
    private let error = CacheError("LOADING Redis is loading the dataset in memory")

    func perform(_ command: CacheCommand) async throws -> CacheReply { throw error }
    func connect(_ deliver: @escaping @Sendable (CacheReply) -> Void) async throws -> CacheSession { throw error }
    func close() async throws {}
}
