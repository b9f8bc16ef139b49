// What callers see of each fault at a service's host and its stores: status, fields, cut streams, refused tokens.

import Clients
import Faults
import HTTPTypes
import Kernel
import Mesh
import Testing
import Wire
import Worlds

/// Runs `body` as user 1 in a simulated world with these faults.
func withUser<Value: Sendable>(
    _ faults: [String], _ body: @escaping @Sendable (World, UserClient) async throws -> Value
) throws -> Value {
    try SimulatedWorld.run(try blueprint(faults: faults)) { world in try await body(world, world.client("user-1")) }.value
}

/// Registers the user and logs in.
func logIn(_ client: UserClient) async throws -> String {
    _ = try await client.auth.register(email: "user-1@example.com", password: "correct horse", name: "user-1")
    return try await client.auth.login(email: "user-1@example.com", password: "correct horse").accessToken
}

/// A streamed chat completion.
let question: JSONValue = [
    "model": "default", "stream": true, "messages": [["role": "user", "content": "What can I save on model costs?"]],
]

@Suite(.timeLimit(.minutes(3))) struct ProtocolFaultTests {
    @Test func theNthRequestIsRefused() throws {
        let (codes, fields) = try withUser(["llm GET /v1/models: http-429(retry-after=2s)@2"]) { world, _ in
            let caller = world.mesh.caller(from: .client("user-1"), to: "llm")
            var replies: [Reply] = []
            for _ in 0..<3 { replies.append(try await caller.fetch(Call.get("/v1/models").bearer("key"))) }
            // Another route, and another user, have counts of their own.
            replies.append(try await caller.fetch(.get("/health")))
            let other = world.mesh.caller(from: .client("user-2"), to: "llm")
            replies.append(try await other.fetch(Call.get("/v1/models").bearer("key")))
            return (replies.map(\.status.code), replies[1].head.headerFields)
        }
        #expect(codes == [200, 429, 200, 200, 200])
        #expect(fields[.retryAfter] == "2")
    }

    @Test(arguments: [false, true]) func aRequestMayHaveBeenServedAllTheSame(served: Bool) throws {
        let fault = "auth POST /auth/register: http-503(served=\(served))@1"
        let codes = try withUser([fault]) { world, _ in
            let caller = world.mesh.caller(from: .client("user-1"), to: "auth")
            let body: JSONValue = ["email": "a@example.com", "password": "correct horse", "name": "A"]
            var codes: [Int] = []
            for _ in 0..<2 { codes.append(try await caller.fetch(.post("/auth/register", value: body)).status.code) }
            return codes
        }
        // Who tries again finds the account there, or not.
        #expect(codes == [503, served ? 409 : 200])
    }

    @Test(arguments: [0, 1, 4]) func aStreamIsCutAfterSoManyEvents(after: Int) throws {
        let (counts, errors) = try withUser(["llm /v1/chat/completions: llm-cut(after=\(after))@1"]) { world, _ in
            let caller = world.mesh.caller(from: .client("user-1"), to: "llm")
            var counts: [Int] = []
            var errors: [String] = []
            for _ in 0..<2 {
                let reply = try await caller.send(Call.post("/v1/chat/completions", value: question).bearer("key"))
                var count = 0
                do {
                    for try await _ in reply.events { count += 1 }
                } catch let error as CallError { errors.append(error.description) }
                counts.append(count)
            }
            return (counts, errors)
        }
        #expect(counts[0] == after)
        #expect(counts[1] > 5)
        #expect(errors.count == 1, "only the first was cut: \(errors)")
    }

    @Test func aTokenExpiresForOneRequest() throws {
        let (outcomes, refused) = try withUser(
            ["client->agent GET /api/threads: token-expiry@2", "client->events /ws: token-expiry@1"]
        ) { world, client in
            let token = try await logIn(client)
            let caller = world.mesh.caller(from: .client("user-1"), to: "agent")
            var codes: [Int] = []
            for _ in 0..<3 { codes.append(try await caller.fetch(Call.get("/api/threads").bearer(token)).status.code) }
            var refused: CallError?
            do { _ = try await client.events.connect(token: token) } catch let error as CallError { refused = error }
            // The token itself is as good as it was.
            let socket = try await client.events.connect(token: token)
            try await socket.close()
            return (codes, refused)
        }
        #expect(outcomes == [200, 401, 200])
        guard case .upgradeRefused("events", 401, _)? = refused else {
            Issue.record("expected a refused upgrade, got \(String(describing: refused))")
            return
        }
    }

    @Test func messagesComeTwiceOrLate() throws {
        let (texts, elapsed) = try withUser(
            ["client<-events: event-duplicate@2", "client<-events: event-delay(min=3s)@3"]
        ) { world, client in
            let token = try await logIn(client)
            let caller = world.mesh.caller(from: .client("user-1"), to: "events")
            let socket = try await caller.open(.get("/echo"))
            _ = token
            let begun = world.clock.now
            for text in ["one", "two", "three", "four"] { try await socket.send(text) }
            var texts: [String] = []
            for await message in socket.messages {
                if case .text(let text) = message { texts.append(text) }
                if texts.last == "four" { break }
            }
            let elapsed = begun.duration(to: world.clock.now)
            try await socket.close()
            return (texts, elapsed)
        }
        #expect(texts == ["one", "two", "two", "three", "four"])
        #expect(elapsed >= .seconds(3) && elapsed < .seconds(4))
    }

    @Test func clientsKnowRepeatedEventsAgain() throws {
        let run = try GoldenRun(
            users: 2, faults: ["client<-events: event-duplicate", "client<-events: event-delay(max=900ms)~30%"])
        #expect(run.decisions.count > 20)
        #expect(run.findings == [])
    }

    @Test(arguments: ["40001", "40P01", "57P01", "53300"]) func aStatementFails(state: String) throws {
        let codes = try withUser(["agent sql insert: statement-error(state=\(state))@1..40"]) { world, client in
            let token = try await logIn(client)
            var codes: [Int] = []
            for _ in 0..<60 {
                do {
                    _ = try await client.agent.createThread(title: "A", token: token)
                    codes.append(200)
                } catch CallError.unexpectedStatus(_, _, let status, _) { codes.append(status) }
            }
            return codes
        }
        // Conflicts are tried again by the service itself, five times; others are the caller's affair.
        let failures = state == "40001" || state == "40P01" ? 8 : 40
        #expect(codes == Array(repeating: 503, count: failures) + Array(repeating: 200, count: 60 - failures))
    }

    @Test(arguments: ["this", "*"]) func keysVanish(keys: String) throws {
        func isValid(_ faults: [String]) throws -> [Bool] {
            try withUser(faults) { _, client in
                let token = try await logIn(client)
                return [try await client.auth.verify(token).isValid, try await client.auth.verify(token).isValid]
            }
        }
        #expect(try isValid([]) == [true, true])
        let after = try isValid(["auth cache: cache-evict(keys=\(keys))"])
        #expect(after.contains(false), "a session that is gone does not count")
    }

    @Test func faultsOfServicesConcernTheirCallersOnly() throws {
        let run = try GoldenRun(users: 3, faults: ["user-2->agent /**: http-503"])
        #expect(!run.findings.isEmpty)
        #expect(run.findings.allSatisfy { $0.hasPrefix("user-2,") }, "\(run.findings)")
    }

    @Test func oneMoreUserLeavesTheFaultsOfTheOthers() throws {
        let faults = [
            "client->* /**: http-503~20%", "client<-events: event-delay(min=1ms, max=5ms)~40%", "client->*: jitter~30%",
        ]
        func decisions(users: Int) throws -> [String: [FaultDecision]] {
            let mine = try GoldenRun(users: users, faults: faults).decisions.filter { !$0.actor.hasPrefix("user-6->") }
            return Dictionary(grouping: mine) { "\($0.site) \($0.actor)" }
        }
        let (five, six) = (try decisions(users: 5), try decisions(users: 6))
        #expect(five.count > 5)
        #expect(five == six)
    }
}
