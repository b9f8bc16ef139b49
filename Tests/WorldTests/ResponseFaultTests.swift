// What callers see of responses that are truncated, streams that rest, forged tokens and keys that change.

import Clients
import Faults
import HTTPTypes
import Kernel
import Mesh
import NIOCore
import ServiceKit
import Testing
import Wire
import Worlds

@Suite(.timeLimit(.minutes(3))) struct ResponseFaultTests {
    @Test(arguments: [0, 1, 20]) func aResponseEndsInTheMiddle(after: Int) throws {
        let outcomes = try withUser(["llm GET /v1/models: truncate(after=\(after))@2"]) { world, _ in
            let caller = world.mesh.caller(from: .client("user-1"), to: "llm")
            var outcomes: [String] = []
            for _ in 0..<3 {
                let reply = try await caller.send(Call.get("/v1/models").bearer("key"))
                var size = 0
                do {
                    for try await piece in reply.body { size += piece.readableBytes }
                    outcomes.append("whole")
                } catch CallError.connectionLost { outcomes.append("\(reply.status.code) \(size)") }
            }
            return outcomes
        }
        #expect(outcomes == ["whole", "200 \(after)", "whole"])
    }

    @Test func aShortResponseIsLeftAlone() throws {
        let (text, decisions) = try withUser(["llm GET /health: truncate(after=100000)"]) { world, _ in
            let caller = world.mesh.caller(from: .client("user-1"), to: "llm")
            return (try await caller.fetch(.get("/health")).text, world.decisions.decisions.count)
        }
        #expect(text.contains("healthy"))
        #expect(decisions == 1)
    }

    @Test(arguments: [0, 3]) func aStreamRests(after: Int) throws {
        func gaps(_ faults: [String]) throws -> [Duration] {
            try withUser(faults) { world, _ in
                let caller = world.mesh.caller(from: .client("user-1"), to: "llm")
                let reply = try await caller.send(Call.post("/v1/chat/completions", value: question).bearer("key"))
                var (gaps, last) = ([Duration](), world.clock.now)
                for try await _ in reply.events {
                    gaps.append(last.duration(to: world.clock.now))
                    last = world.clock.now
                }
                return gaps
            }
        }
        let (plain, rested) = (try gaps([]), try gaps(["llm /v1/**: stream-stall(after=\(after), time=20s)@1"]))
        #expect(rested.count == plain.count)
        #expect(rested.indices.filter { rested[$0] >= .seconds(20) } == [after], "\(rested)")
    }

    @Test func aForgedTokenIsRefused() throws {
        let codes = try withUser(["client->agent GET /api/threads: token-forged@2"]) { world, client in
            let token = try await logIn(client)
            let caller = world.mesh.caller(from: .client("user-1"), to: "agent")
            var codes: [Int] = []
            for _ in 0..<3 { codes.append(try await caller.fetch(Call.get("/api/threads").bearer(token)).status.code) }
            return codes
        }
        #expect(codes == [200, 401, 200])
    }

    @Test func keysChangeAndTokensStayGood() throws {
        let (keys, codes, afterCrash) = try withUser(["auth: key-rotation@t=5s"]) { world, client in
            let caller = world.mesh.caller(from: .client("user-1"), to: "agent")
            func keyID(_ token: String) -> String? { TokenParts(token)?.fields?["kid"]?.string }
            let first = try await logIn(client)
            try await world.clock.sleep(for: .seconds(6))
            let second = try await client.auth.login(email: "user-1@example.com", password: "correct horse").accessToken
            var codes: [Int] = []
            for token in [first, second] {
                codes.append(try await caller.fetch(Call.get("/api/threads").bearer(token)).status.code)
            }
            // The key outlives the process.
            await world.crash(.auth)
            try await world.restart(.auth)
            return ([keyID(first), keyID(second)], codes, try await client.auth.verify(second).isValid)
        }
        #expect(keys[0] != nil && keys[1] != nil && keys[0] != keys[1])
        #expect(codes == [200, 200])
        #expect(afterCrash)
    }

    @Test func aConditionChoosesByTheBody() throws {
        let codes = try withUser(["llm POST /v1/chat/completions[~\"costs\"]: http-429@2"]) { world, _ in
            let caller = world.mesh.caller(from: .client("user-1"), to: "llm")
            var codes: [Int] = []
            for text in ["costs", "weather", "costs", "weather", "costs"] {
                let body: JSONValue = ["model": "default", "messages": [["role": "user", "content": .string(text)]]]
                codes.append(try await caller.fetch(Call.post("/v1/chat/completions", value: body).bearer("key")).status.code)
            }
            return codes
        }
        #expect(codes == [200, 200, 429, 200, 200])
    }
}
