// The limits of the events service: connections, rate, size, dead peers; and how each is told.

import Clients
import Kernel
import NIOCore
import ServiceKit
import Testing
import Wire

@testable import EventsService

@Suite struct EventsLimitsTests {
    @Test func oneConnectionTooManyIsClosed() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let token = world.token("alice")
            var sockets: [EventSocket] = []
            for _ in 0..<10 {
                sockets.append(try await world.events.connect(token: token))
                _ = await sockets.last?.message("connection_established")
            }
            let extra = try await world.events.connect(token: token)
            let frames = await extra.frames { _ in false }
            let other = try await world.events.connect(token: world.token("bob"))
            let welcome = await other.frames(for: .seconds(2)).first?.message
            // Where one goes, another may come.
            try await sockets[0].close()
            try await WorldClock().sleep(for: .milliseconds(100))
            let next = try await world.events.connect(token: token)
            let accepted = await next.frames(for: .seconds(2)).first?.message
            return (frames, extra.closure, welcome?.type, accepted?.type)
        }
        let (frames, closure, other, next) = try outcome.value
        #expect(frames.map { $0.message?.errorCode } == ["CONNECTION_ERROR"])
        #expect(closure == WebSocketClosure(code: 1008, reason: "Too many connections"))
        #expect(other == "connection_established" && next == "connection_established")
    }

    @Test func tooManyMessagesAreRefusedUntilTheMinuteIsOver() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let socket = try await world.events.connect(token: world.token("alice"))
            for number in 1...32 { try await socket.send("typing", messageID: "\(number)") }
            // What keeps the connection alive is no message.
            try await socket.ping(messageID: "ping")
            var frames = await socket.frames { $0.message?.correlationID == "ping" }
            try await WorldClock().sleep(for: .seconds(61))
            try await socket.send("typing", messageID: "later")
            frames += await socket.frames { $0.message?.correlationID == "later" }
            return frames
        }
        let messages = try outcome.value.compactMap(\.message)
        let refused = messages.filter { $0.errorCode == "RATE_LIMITED" }
        #expect(refused.map(\.correlationID) == ["31", "32"])
        #expect(refused.first?.data["details"] == ["limit": 30, "window_seconds": 60, "retry_after_seconds": .number(60)])
        #expect(messages.last?.type == "system_message" && messages.last?.correlationID == "later")
    }

    @Test func aBinaryMessageClosesTheConnection() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let socket = try await world.events.connect(token: world.token("alice"))
            try await socket.connection.send(.binary(.init(bytes: [1])))
            _ = await socket.frames { _ in false }
            return socket.closure
        }
        #expect(try outcome.value == WebSocketClosure(code: 1003, reason: "Messages are texts"))
    }

    @Test func theEndOfTheServiceIsTold() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let socket = try await world.events.connect(token: world.token("alice"))
            _ = await socket.message("connection_established")
            await world.stop("events")
            _ = await socket.frames { _ in false }
            return socket.closure?.code
        }
        #expect(try outcome.value == 1001)
    }

    @Test func aPeerThatDoesNotAnswerIsClosed() throws {
        let start = Instant.simulatedEpoch
        let table = Desk()
        let id = table.open("alice", at: start)
        table.pinged(id, at: start + .seconds(20))
        #expect(table.tick(id, at: start + .seconds(20)) == start + .seconds(30))
        table.ponged(id)
        table.pinged(id, at: start + .seconds(40))
        #expect(table.tick(id, at: start + .seconds(59)) == start + .seconds(60))
        #expect(table.tick(id, at: start + .seconds(60)) == start + .seconds(65))
        _ = try table.written(id)
        #expect(table.next(id) == .close(WebSocketClosure(code: 1011, reason: "No answer came to a ping")))
        #expect(table.tick(id, at: start + .seconds(65)) == nil)
    }

    @Test func aPeerThatAnswersStays() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let socket = try await world.events.connect(token: world.token("alice"))
            let frames = await socket.frames(for: .seconds(125))
            return frames.compactMap(\.message).count { $0.type == "heartbeat" }
        }
        #expect(try outcome.value == 12)
    }

    @Test func theLimitsAreTold() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let limits = try await world.events.limits()
            let socket = try await world.events.connect(token: world.token("alice"))
            _ = await socket.message("connection_established")
            let stats = try JSONValue(json: try await world.caller(to: "events").fetch(.get("/ws/stats")).body)
            let beacon = try JSONValue(json: try await world.caller(to: "events").fetch(.get("/ws/beacon")).body)
            return (limits, stats, beacon, try await world.events.census())
        }
        let (limits, stats, beacon, census) = try outcome.value
        #expect(limits["max_connections_per_user"] == 10 && limits["max_messages_per_minute"] == 30)
        #expect(limits["heartbeat_interval"]?.double == 10 && limits["ping_timeout"]?.double == 20)
        #expect(stats["active_connections"] == 1 && stats["users"] == 1)
        #expect(beacon["status"] == "operational")
        #expect(census.connections == 1 && census.eventsKept == 0)
    }

    @Test func usersWhoAreGoneAreForgotten() {
        let start = Instant.simulatedEpoch
        let table = Desk()
        for number in 0..<50 {
            let id = table.open("user-\(number)", at: start)
            _ = table.deliver("a", to: "user-\(number)", at: start)
            _ = try? table.written(id)
            table.remove(id, at: start)
        }
        #expect(table.census(at: start + .seconds(299)).users == 50)
        let late = table.census(at: start + .seconds(400))
        #expect(late.users == 0 && late.eventsKept == 0 && late.eventsDropped == 0)
    }

    @Test func aStatusIsAskedFor() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let token = world.token("alice")
            let run = try await world.agent.sendMessage("hello", agent: "data", token: token)
            let stranger = try await world.events.connect(token: world.token("bob"))
            try await stranger.requestStatus(of: run.runID, messageID: "s1")
            let refused = await stranger.frames { $0.message?.correlationID == "s1" }.last?.message
            let socket = try await world.events.connect(token: token)
            _ = await socket.framesThroughRun()
            try await socket.requestStatus(of: run.runID, messageID: "s2")
            try await socket.requestStatus(of: "../threads", messageID: "s3")
            let frames = await socket.frames { $0.message?.correlationID == "s3" }
            return (refused, frames.compactMap(\.message))
        }
        let (refused, messages) = try outcome.value
        #expect(refused?.data["error_message"] == "Access denied")
        #expect(messages.first { $0.correlationID == "s2" }?.type == "agent_status_update")
        #expect(messages.first { $0.correlationID == "s2" }?.data["status"] == "completed")
        #expect(messages.last?.errorCode == "INVALID_MESSAGE")
    }
}
