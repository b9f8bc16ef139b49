// The events service as its callers see it: upgrades, answers, heartbeats, expiry, and the intake of events.

import Clients
import EventsService
import HTTPTypes
import Kernel
import NIOCore
import Synchronization
import Testing
import Wire

@Suite struct EventsServiceTests {
    @Test func upgradesAreDecidedBeforeTheyAreAnswered() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let caller = world.caller(to: "events")
            func refusal(_ call: Call, _ subprotocols: [String] = []) async throws -> (Int, String)? {
                do {
                    _ = try await caller.open(call, subprotocols: subprotocols)
                    return nil
                } catch CallError.upgradeRefused(_, let status, let body) {
                    return (status, body)
                }
            }
            let token = world.token("alice")
            var answers: [(Int, String)?] = []
            answers.append(try await refusal(.get("/ws")))
            answers.append(try await refusal(.get("/ws").bearer("not-a-token")))
            answers.append(try await refusal(.get("/ws?token=\(token)")))
            answers.append(try await refusal(.get("/ws").bearer(token), ["foo"]))
            world.played.state.withLock { $0.isAuthDown = true }
            answers.append(try await refusal(.get("/ws").bearer(token)))
            world.played.state.withLock { $0.isAuthDown = false }
            answers.append(try await refusal(.get("/ws").bearer(token)))
            let chosen = try await caller.open(.get("/ws"), subprotocols: ["jwt.\(token)", "jwt-auth"]).subprotocol
            return (answers, chosen)
        }
        let (answers, chosen) = try outcome.value
        #expect(answers.map { $0?.0 } == [401, 401, 401, 403, 503, nil])
        #expect(answers[0]?.1 == #"{"detail":"Authentication failed"}"#)
        #expect(answers[4]?.1 == #"{"detail":"Authentication service temporarily unavailable"}"#)
        #expect(chosen == "jwt-auth")
    }

    @Test func everyMessageIsAnsweredInItsOrder() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let socket = try await world.events.connect(token: world.token("alice"))
            try await socket.ping(messageID: "1")
            try await socket.send(text: "{broken")
            try await socket.send("typing", payload: ["thread_id": "t"], messageID: "3")
            try await socket.send("whatever", messageID: "4")
            try await socket.sendUserMessage("hello", thread: "thread_of_nobody", messageID: "5")
            return await socket.frames { $0.message?.correlationID == "5" }
        }
        let messages = try outcome.value.compactMap(\.message)
        #expect(
            messages.map(\.type) == [
                "connection_established", "pong", "error_message", "system_message", "ack", "error_message",
            ])
        #expect(messages.map(\.correlationID) == [nil, "1", nil, "3", "4", "5"])
        #expect(messages.first?.data["user_id"] == "alice")
        #expect(messages.last?.data["error_code"] == "AGENT_REQUEST_ERROR")
        #expect(messages.last?.data["error_message"] == "Thread not found")
    }

    @Test func heartbeatsComeEveryTenSecondsOfSilence() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let socket = try await world.events.connect(token: world.token("alice"))
            let clock = WorldClock()
            var times: [Duration] = []
            let begun = clock.now
            for _ in 0..<2 {
                _ = await socket.message("heartbeat")
                times.append(begun.duration(to: clock.now))
            }
            let configuration = try await world.caller(to: "events").fetch(.get("/ws/config"))
            return (times, try JSONValue(json: configuration.body))
        }
        let (times, configuration) = try outcome.value
        #expect(times.map { Int($0.milliseconds.rounded()) } == [10_000, 20_000])
        #expect(configuration["websocket_config"]?["heartbeat_interval"]?.double == 10)
        #expect(configuration["websocket_config"]?["max_message_size"] == 8192)
    }

    @Test func theConnectionEndsWithItsToken() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let token = world.token("alice", expiry: WorldClock().now.advanced(by: .seconds(25)))
            let socket = try await world.events.connect(token: token)
            let frames = await socket.frames { _ in false }
            return (frames.compactMap { $0.message?.type }, socket.closure)
        }
        let (types, closure) = try outcome.value
        #expect(types == ["connection_established", "heartbeat", "heartbeat"])
        #expect(closure == WebSocketClosure(code: 1008, reason: "The access token has expired"))
        #expect(outcome.elapsed >= .seconds(24) && outcome.elapsed < .seconds(26))
    }

    @Test func aLargeMessageClosesTheConnection() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let socket = try await world.events.connect(token: world.token("alice"))
            try await socket.send(text: String(repeating: "x", count: 8193))
            _ = await socket.frames { _ in false }
            return socket.closure?.code
        }
        #expect(try outcome.value == 1009)
    }

    @Test func onlyServicesPostEvents() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let socket = try await world.events.connect(token: world.token("alice"))
            let caller = world.caller(to: "events")
            func post(_ body: JSONValue, secret: String?) async throws -> Reply {
                var call = try Call.post("/internal/events", json: body).field(.init("X-Service-ID")!, "agent")
                if let secret { call = call.field(.init("X-Service-Secret")!, secret) }
                return try await caller.fetch(call)
            }
            let event: JSONValue = [
                "user_id": "alice", "event_id": "e1", "event": ["type": "agent_thinking", "user_id": "alice"],
            ]
            var replies: [Reply] = []
            replies.append(try await post(event, secret: nil))
            replies.append(try await post(event, secret: "secret-of-another"))
            replies.append(try await post(["user_id": "alice"], secret: "secret-of-this-test"))
            var stray = event
            stray["user_id"] = "bob"
            replies.append(try await post(stray, secret: "secret-of-this-test"))
            replies.append(try await post(event, secret: "secret-of-this-test"))
            replies.append(try await post(event, secret: "secret-of-this-test"))
            try await socket.ping()
            let frames = await socket.frames { $0.message?.type == "pong" }
            return (replies.map(\.status.code), replies.map(\.text), frames.count)
        }
        let (codes, texts, count) = try outcome.value
        #expect(codes == [403, 403, 422, 422, 200, 200])
        #expect(texts[4] == #"{"delivered":1,"repeated":false,"sequence":1}"#)
        #expect(texts[5] == #"{"delivered":0,"repeated":true,"sequence":1}"#)
        // The greeting, the event once, the pong.
        #expect(count == 3)
    }

    @Test func theEchoEchoes() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let socket = try await world.caller(to: "events").open(.get("/echo"))
            try await socket.send(.text("one"))
            try await socket.send(.binary(.init(bytes: [1, 2])))
            var messages = socket.messages.makeAsyncIterator()
            return (await messages.next(), await messages.next())
        }
        let (first, second) = try outcome.value
        #expect(first == .text("one"))
        #expect(second == .binary(.init(bytes: [1, 2])))
    }

    @Test func nothingIsLeftOfAUserWhoLeft() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            for number in 0..<20 {
                let socket = try await world.events.connect(token: world.token("user-\(number)"))
                _ = await socket.message("connection_established")
                try await socket.close()
            }
            try await WorldClock().sleep(for: .seconds(1))
            let health = try await world.caller(to: "events").fetch(.get("/ws/health"))
            return try JSONValue(json: health.body)
        }
        #expect(
            try outcome.value["components"] == [
                "connections": 0, "users": 20, "events_waiting": 0, "events_kept": 0, "events_dropped": 0,
            ])
        #expect(outcome.hungTasks == [])
    }
}
