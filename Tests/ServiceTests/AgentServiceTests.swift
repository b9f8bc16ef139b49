// The agent service's routes: whose threads they are, what is refused, and what stays.

import Clients
import HTTPTypes
import Kernel
import NIOCore
import Synchronization
import Testing
import Wire

@Suite struct AgentServiceTests {
    /// The status and body of a call that is not expected to succeed.
    private static func refusal(_ body: () async throws -> Void) async throws -> String {
        do {
            try await body()
            return "200"
        } catch CallError.unexpectedStatus(_, _, let status, let body) {
            return "\(status) \(body)"
        }
    }

    @Test func aNewTitleStays() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let (agent, token) = (world.agent, world.token("alice"))
            let thread = try await agent.createThread(title: "Old", metadata: ["colour": "red", "user_id": "bob"], token: token)
            try await WorldClock().sleep(for: .seconds(2))
            let renamed = try await agent.renameThread(thread.id, to: "New", token: token)
            return (thread, renamed, try await agent.thread(thread.id, token: token), try await agent.threads(token: token))
        }
        let (thread, renamed, read, all) = try outcome.value
        #expect(thread.id.hasPrefix("thread_") && thread.id.count == 23)
        #expect(
            thread.metadata == [
                "colour": "red", "user_id": "alice", "title": "Old", "status": "active",
                "created_at": JSONValue(thread.createdAt),
            ])
        #expect(renamed.title == "New" && read == renamed && all == [renamed])
        #expect(read.updatedAt == thread.updatedAt + 2 && read.createdAt == thread.createdAt)
    }

    @Test func threadsOfOthersAreDenied() async throws {
        let outcome = try await EventsAgentWorld.run(agents: "name: triage\nsteps: [{answer: yes}]") { world in
            let (agent, alice, bob) = (world.agent, world.token("alice"), world.token("bob"))
            let thread = try await agent.createThread(title: "Mine", token: alice)
            let run = try await agent.sendMessage("hello", in: thread.id, token: alice)
            var refusals: [String] = []
            refusals.append(try await Self.refusal { _ = try await agent.thread(thread.id, token: bob) })
            refusals.append(try await Self.refusal { _ = try await agent.renameThread(thread.id, to: "x", token: bob) })
            refusals.append(try await Self.refusal { try await agent.archiveThread(thread.id, token: bob) })
            refusals.append(try await Self.refusal { _ = try await agent.messages(in: thread.id, token: bob) })
            refusals.append(try await Self.refusal { _ = try await agent.addMessage("x", to: thread.id, token: bob) })
            refusals.append(try await Self.refusal { _ = try await agent.sendMessage("x", in: thread.id, token: bob) })
            refusals.append(try await Self.refusal { _ = try await agent.runStatus(run.runID, token: bob) })
            let unknown = [
                try await Self.refusal { _ = try await agent.thread("thread_of_nobody", token: bob) },
                try await Self.refusal { _ = try await agent.runStatus("run_of_nobody", token: bob) },
            ]
            return (refusals, unknown, try await agent.threads(token: bob), try await agent.thread(thread.id, token: alice))
        }
        let (refusals, unknown, theirs, mine) = try outcome.value
        #expect(refusals == Array(repeating: #"403 {"detail":"Access denied"}"#, count: 7))
        #expect(unknown == [#"404 {"detail":"Thread not found"}"#, #"404 {"detail":"Agent run not found"}"#])
        #expect(theirs == [])
        #expect(mine.title == "Mine")
    }

    @Test func anArchivedThreadIsNotThere() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let (agent, token) = (world.agent, world.token("alice"))
            let thread = try await agent.createThread(token: token)
            try await agent.archiveThread(thread.id, token: token)
            let refusals = [
                try await Self.refusal { _ = try await agent.thread(thread.id, token: token) },
                try await Self.refusal { try await agent.archiveThread(thread.id, token: token) },
            ]
            return (refusals, try await agent.threads(token: token))
        }
        let (refusals, all) = try outcome.value
        #expect(refusals.allSatisfy { $0.hasPrefix("404") })
        #expect(all == [])
    }

    @Test func messagesComeInPages() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let (agent, token) = (world.agent, world.token("alice"))
            let thread = try await agent.createThread(token: token)
            for number in 1...5 { _ = try await agent.addMessage("message \(number)", to: thread.id, token: token) }
            return (
                try await agent.messages(in: thread.id, limit: 2, offset: 1, token: token),
                try await agent.thread(thread.id, token: token).messageCount
            )
        }
        let (page, count) = try outcome.value
        #expect(page.messages.map(\.content) == ["message 2", "message 3"])
        #expect(page.total == 5 && count == 5)
        #expect(Set(page.messages.map(\.id)).count == 2)
    }

    @Test func everyRouteAsksWhoCalls() async throws {
        let outcome = try await EventsAgentWorld.run { world in
            let caller = world.caller(to: "agent")
            let token = world.token("alice")
            var answers: [String] = []
            for call in [Call.get("/api/threads"), .post("/api/agent/message"), .get("/api/agent/run_1/status")] {
                let reply = try await caller.fetch(call)
                answers.append("\(reply.status.code) \(reply.text) \(reply.head.headerFields[.wwwAuthenticate] ?? "")")
            }
            answers.append(try await Self.refusal { _ = try await world.agent.threads(token: "forged") })
            world.played.state.withLock { $0.isAuthDown = true }
            answers.append(try await Self.refusal { _ = try await world.agent.threads(token: token) })
            answers.append("\(try await caller.fetch(.get("/health")).status.code)")
            return answers.map { $0.hasPrefix("200") ? "200" : $0 }
        }
        #expect(
            try outcome.value == [
                #"401 {"detail":"Not authenticated"} Bearer"#, #"401 {"detail":"Not authenticated"} Bearer"#,
                #"401 {"detail":"Not authenticated"} Bearer"#, #"401 {"detail":"Invalid or expired token"}"#,
                #"503 {"detail":"Authentication service temporarily unavailable"}"#, "200",
            ])
    }

    @Test(arguments: [
        ("POST", "/api/threads", "{", "Invalid JSON body"), ("POST", "/api/threads", #"{"title":3}"#, "title is a text"),
        ("GET", "/api/threads?limit=0", "", "limit is a number from 1 to 100"),
        ("GET", "/api/threads?limit=101", "", "limit is a number from 1 to 100"),
        ("GET", "/api/threads?offset=x", "", "offset is a number"),
        ("POST", "/api/agent/message", "{}", "Field required: message"),
        ("POST", "/api/agent/message", #"{"message":""}"#, "Field required: message"),
        ("POST", "/api/agent/message", #"{"message":"\#(String(repeating: "x", count: 8001))"}"#, "message has at most 8000"),
        ("POST", "/api/agent/message", #"{"message":"x","agent":"triag"}"#, "No agent is named 'triag'. Did you mean 'triage'?"),
    ])
    func whatCannotBeReadIsRefused(method: String, path: String, body: String, detail: String) async throws {
        let outcome = try await EventsAgentWorld.run { world in
            var call = Call(.init(method)!, path).bearer(world.token("alice"))
            call.body.writeString(body)
            let reply = try await world.caller(to: "agent").fetch(call)
            return (reply.status.code, try JSONValue(json: reply.body)["detail"]?.string ?? "")
        }
        let (code, said) = try outcome.value
        #expect(code == 422)
        #expect(said.hasPrefix(detail), "\(said)")
    }

    @Test func idsAreNeverTheSame() async throws {
        let outcome = try await EventsAgentWorld.run(agents: "name: triage\nsteps: [{answer: yes}]") { world in
            try await withThrowingTaskGroup(of: [String].self) { users in
                for user in ["alice", "bob", "carol"] {
                    users.addTask {
                        var ids: [String] = []
                        for _ in 0..<10 {
                            let run = try await world.agent.sendMessage("hello", token: world.token(user))
                            ids += [run.runID, run.threadID]
                        }
                        return ids
                    }
                }
                return try await users.reduce(into: []) { $0 += $1 }
            }
        }
        let ids = try outcome.value
        #expect(ids.count == 60 && Set(ids).count == 60)
    }
}
