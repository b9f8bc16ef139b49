// `backlot run` as its users see it: lines, exit codes, fingerprints, and the command that replays a failure.

import Foundation
import Testing
import Wire

@Suite(.timeLimit(.minutes(3)), .serialized) struct RunCommandTests {
    @Test func aRunThatPasses() async throws {
        let result = try await Command.run("run", "e2e/golden-path", "--users", "2")
        #expect(result.status == 0)
        #expect(result.error == "")
        #expect(result.lines.first?.hasPrefix("seed 1, backlot ") == true)
        #expect(result.lines.first?.hasSuffix("simulated world, 2 users") == true)
        #expect(result.lines.contains { $0.hasPrefix("pass e2e/golden-path") })
        let verdict = result.lines.suffix(2).first ?? ""
        #expect(verdict.hasPrefix("passed: 1 passed, 0 failed in "))
        #expect(verdict.hasSuffix("selected 1, executed 1)"))
        #expect(result.lines.last?.wholeMatch(of: /fingerprint [0-9a-f]{16}/) != nil)
        #expect(!result.output.contains("\u{1B}"), "colour belongs on terminals only")
    }

    @Test func processesAgree() async throws {
        let first = try await Command.run("run", "e2e/golden-path", "--users", "3", "--seed", "77")
        let again = try await Command.run("run", "e2e/golden-path", "--users", "3", "--seed", "0x4d", "--jobs", "1")
        let other = try await Command.run("run", "e2e/golden-path", "--users", "3", "--seed", "78")
        #expect(first.fingerprint != nil)
        #expect(again.fingerprint == first.fingerprint)
        #expect(other.fingerprint != first.fingerprint)
    }

    @Test func jsonLines() async throws {
        let result = try await Command.run("run", "e2e/golden-path", "--users", "2", "--seeds", "3", "--json")
        #expect(result.status == 0)
        let values = try result.lines.map { try JSONValue(json: $0) }
        #expect(values.map { $0["kind"]?.string } == ["run", "case", "case", "case", "summary"])
        #expect(values.first?["version"]?.integer == 1)
        #expect(values.first?["seed"]?.integer == 1)
        #expect(values[1...3].map { $0["seed"]?.integer } == [1, 2, 3])
        #expect(values[1...3].allSatisfy { $0["outcome"]?.string == "passed" })
        #expect(Set(values[1...4].map { $0["fingerprint"]?.string?.count }) == [16])
        let summary = try #require(values.last)
        #expect(
            ["planned", "selected", "executed", "passed", "failed", "exit"].map { summary[$0]?.integer } == [3, 1, 3, 3, 0, 0])
        #expect(summary["replay"]?.isNull == true)
    }

    @Test(arguments: ["llm /v1/chat/completions: llm-cut@1", "user-2<-auth: drop@2"])
    func aFailureHandsOutItsCommand(fault: String) async throws {
        let result = try await Command.run("run", "e2e/golden-path", "--users", "2", "--seed", "5", "--fault", fault)
        #expect(result.status == 1)
        #expect(result.lines.contains { $0.hasPrefix("FAIL e2e/golden-path") })
        let last = result.lines.last ?? ""
        #expect(last == "replay: backlot run e2e/golden-path --seed 5 --users 2 --fault '\(fault)'")
        let replayed = try await Command.shell(String(last.dropFirst(8)))
        #expect(replayed.status == 1)
        #expect(replayed.fingerprint != nil)
        #expect(replayed.fingerprint == result.fingerprint)
    }

    @Test func oneFailingSeedOfManyIsReplayedAlone() async throws {
        let arguments = ["--users", "2", "--fault", "client->*: reset~2%"]
        let all = try await Command.finished(["run", "--seeds", "1..12", "--json"] + arguments)
        #expect(all.status == 1)
        let values = try all.lines.map { try JSONValue(json: $0) }
        let failed = try #require(values.first { $0["outcome"]?.string == "failed" })
        let line = try #require(values.last?["replay"]?.string)
        let replayed = try await Command.shell(line)
        #expect(replayed.status == 1)
        #expect(replayed.fingerprint == failed["fingerprint"]?.string)
    }

    @Test(.timeLimit(.minutes(1))) func theLocalWorld() async throws {
        let result = try await Command.run("run", "e2e/golden-path", "--users", "2", "--world", "local")
        #expect(result.status == 0)
        #expect(result.fingerprint == nil)
        #expect(result.lines.last?.hasPrefix("passed: 1 passed, 0 failed in ") == true)
    }

    @Test(.timeLimit(.minutes(1))) func localDecisionsAreComparedWithSimulatedOnes() async throws {
        let arguments = [
            "run", "e2e/golden-path", "--users", "1", "--world", "local", "--fault", "client->auth: latency(mean=1ms)@1..2",
        ]
        let result = try await Command.finished(arguments)
        #expect(result.status == 0)
        #expect(result.lines.contains("     decisions:   2 in both worlds,   0 differ,   0 only local,   0 only simulated"))
        let detailed = try await Command.finished(arguments + ["-v"])
        #expect(detailed.lines.contains("       in both         latency of delivery 1 on user-1->auth-> (1 ms)"))
        let json = try await Command.finished(arguments + ["--json"])
        let values = try json.lines.map { try JSONValue(json: $0) }
        #expect(values[1]["comparison"]?["both"]?.array?.map { $0["occurrence"]?.integer } == [1, 2])
        #expect(values.last?["comparison"]?["differing"]?.integer == 0)
    }

    @Test func theListIsThereToSelectFrom() async throws {
        let quiet = try await Command.run("list", "-q")
        #expect(quiet.status == 0)
        #expect(quiet.lines.contains("e2e/golden-path"))
        let faults = try await Command.run("faults", "--json")
        let names = try JSONValue(json: faults.output).array?.compactMap { $0["name"]?.string }
        #expect(names?.contains("latency") == true)
    }
}
