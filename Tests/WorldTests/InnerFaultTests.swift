// What callers see of faults inside services: tools, commits, the cache, the database's room, inserts.

import Clients
import Faults
import HTTPTypes
import Kernel
import Mesh
import NIOCore
import StoreKit
import Synchronization
import Testing
import Wire
import Worlds

@Suite(.timeLimit(.minutes(3))) struct InnerFaultTests {
    /// The events of one run of an agent.
    private func run(_ faults: [String], _ text: String, agent: String? = nil) throws -> [AgentEvent] {
        try withUser(faults) { world, client in
            let token = try await logIn(client)
            let thread = try await client.agent.createThread(title: "A", token: token)
            let socket = try await client.events.connect(token: token)
            try await socket.sendUserMessage(text, thread: thread.id, agent: agent, messageID: "m-1")
            var events: [AgentEvent] = []
            for await frame in socket.frames {
                guard case .event(let event) = frame else { continue }
                events.append(event)
                if event.kind == .completed || event.kind == .error { break }
            }
            try await socket.close()
            return events
        }
    }

    @Test func aToolDenies() throws {
        let events = try run(["agent tool cost_analyzer: tool-refused@1"], "What can I save?")
        let failed = events.filter { $0.kind == .toolCompleted && $0.data["status"] == "failed" }
        #expect(failed.map { $0.data["tool_name"]?.string } == ["cost_analyzer"])
        #expect(failed.first?.data["message"] == "The tool denied the call: permission denied.")
        #expect(events.last?.kind == .error)
        #expect(try run(["agent tool cost_analyzer: tool-refused@2"], "What can I save?").last?.kind == .completed)
    }

    @Test func aModelIsToldThatAToolDenies() throws {
        let events = try run(["agent tool policy_simulator: tool-refused@1"], "the week", agent: "actions")
        #expect(events.contains { $0.kind == .toolCompleted && $0.data["status"] == "failed" })
        #expect(events.last?.kind == .completed)
    }

    @Test func argumentsAreBroken() throws {
        let events = try run(["llm /v1/**: tool-arguments-broken@1"], "the week", agent: "actions")
        let failed = events.filter { $0.kind == .toolCompleted && $0.data["status"] == "failed" }
        #expect(failed.first?.data["message"] == "The arguments are no JSON object.", "\(events.map(\.kind))")
        #expect(events.last?.kind == .completed)
    }

    @Test func whatIsCommittedMayBeUnknown() throws {
        for state in ["08006", "57P01"] {
            let (codes, rows) = try withUser(["agent sql commit: commit-lost(state=\(state))@1"]) { world, client in
                let token = try await logIn(client)
                var codes: [Int] = []
                for _ in 0..<2 {
                    do {
                        _ = try await client.agent.createThread(title: "A", token: token)
                        codes.append(200)
                    } catch CallError.unexpectedStatus(_, _, let status, _) { codes.append(status) }
                }
                return (codes, try await world.relational.query("SELECT * FROM threads").count)
            }
            #expect(codes == [503, 200])
            #expect(rows == 2, "both threads are there")
        }
    }

    @Test(arguments: [("loading", "LOADING"), ("oom", "OOM"), ("failover", "READONLY")])
    func theCacheRefuses(kind: String, code: String) throws {
        let (statuses, decisions) = try withUser(["auth cache set: cache-error(kind=\(kind))@1..2"]) { world, client in
            var statuses: [Int] = []
            for _ in 0..<4 {
                let body: JSONValue = ["email": "a@example.com", "password": "correct horse", "name": "A"]
                let path = statuses.isEmpty ? "/auth/register" : "/auth/login"
                let caller = world.mesh.caller(from: .client("user-1"), to: "auth")
                statuses.append(try await caller.fetch(.post(path, value: body)).status.code)
            }
            return (statuses, world.decisions.decisions)
        }
        #expect(decisions.count == 2)
        #expect(statuses.first == 503 && statuses.last == 200, "\(statuses)")
    }

    @Test func clientsOfTheCacheSeeRedisWords() throws {
        let replies = try SimulatedWorld.run(try blueprint(faults: ["cache cache set: cache-error(kind=oom)@2"])) { world in
            let opened = Mutex<ByteStream?>(nil)
            _ = try await world.mesh.connect(from: .client("user-1"), to: "cache") { channel in
                channel.eventLoop.makeCompletedFuture {
                    let stream = try ByteStream.install(on: channel)
                    opened.withLock { $0 = stream }
                }
            }
            let stream = try #require(opened.withLock { $0 })
            var replies: [String] = []
            for _ in 0..<3 {
                stream.send(ByteBuffer(string: "SET a 1\r\n"))
                replies.append(try await stream.next().map { String(buffer: $0) } ?? "")
            }
            stream.close()
            return replies
        }.value
        #expect(replies == ["+OK\r\n", "-OOM command not allowed when used memory > 'maxmemory'.\r\n", "+OK\r\n"])
    }

    @Test func aFullDiskTakesNoRows() throws {
        let (codes, listed) = try withUser(["agent sql: disk-full@t=2s..4s"]) { world, client in
            let token = try await logIn(client)
            let caller = world.mesh.caller(from: .client("user-1"), to: "agent")
            var (codes, listed): ([Int], [Int]) = ([], [])
            for _ in 0..<3 {
                do {
                    _ = try await client.agent.createThread(title: "A", token: token)
                    codes.append(200)
                } catch CallError.unexpectedStatus(_, _, let status, _) { codes.append(status) }
                listed.append(try await caller.fetch(Call.get("/api/threads").bearer(token)).status.code)
                try await world.clock.sleep(for: .milliseconds(2200))
            }
            return (codes, listed)
        }
        #expect(codes == [200, 503, 200])
        #expect(listed == [200, 200, 200])
    }

    @Test func memoryRunsShort() throws {
        let isValid = try withUser(["auth cache: memory-pressure"]) { _, client in
            let token = try await logIn(client)
            return try await client.auth.verify(token).isValid
        }
        #expect(!isValid)
        let code = try withUser(["agent sql select: memory-pressure"]) { world, client in
            let token = try await logIn(client)
            let caller = world.mesh.caller(from: .client("user-1"), to: "agent")
            return try await caller.fetch(Call.get("/api/threads").bearer(token)).status.code
        }
        #expect(code == 503)
    }

    @Test func anInsertIsRefusedOrLate() throws {
        let row: JSONValue = ["user_id": "u", "metric_name": "m", "value": 1]
        let (refusal, counts) = try withUser([
            "analytics insert performance_metrics: too-many-parts@1",
            "analytics insert performance_metrics: insert-late(delay=3s)@3",
        ]) { world, client in
            var refusal = ""
            let call = Call.post("/?query=INSERT%20INTO%20performance_metrics%20FORMAT%20JSONEachRow", value: row)
            let caller = world.mesh.caller(from: .client("user-1"), to: "analytics")
            let reply = try await caller.fetch(call)
            refusal = "\(reply.status.code) \(reply.text)"
            var counts: [Int] = []
            for _ in 0..<2 {
                try await client.analytics.insert(into: "performance_metrics", [row])
                counts.append(try await client.analytics.count("performance_metrics"))
            }
            try await world.clock.sleep(for: .seconds(4))
            counts.append(try await client.analytics.count("performance_metrics"))
            return (refusal, counts)
        }
        #expect(refusal.hasPrefix("500 Code: 252. DB::Exception: Too many parts"))
        #expect(refusal.contains("(TOO_MANY_PARTS)"))
        #expect(counts == [1, 1, 2])
    }
}
