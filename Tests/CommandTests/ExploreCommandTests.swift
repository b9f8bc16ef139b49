// `backlot explore`, `replay`, `explain` as their users see them: one failure from its search to the proof that it is gone.

import Foundation
import Testing
import Wire

@Suite(.timeLimit(.minutes(5)), .serialized) struct ExploreCommandTests {
    /// Searches for a planted bug, and hands the file of the failure to `body`.
    private func withFailure(_ body: (_ file: URL, _ search: Command.Result) async throws -> Void) async throws {
        try await Command.withFolder { folder in
            let out = folder.appending(path: "failures")
            let search = try await Command.run(
                "explore", "e2e/chat-flow", "--bug", "title-lost", "--users", "2", "--seeds", "1..3", "--out", out.path)
            let file = out.appending(path: "e2e-chat-flow-1.json")
            try await body(file, search)
        }
    }

    @Test func aFailureFromItsSearchToTheProofThatItIsGone() async throws {
        try await withFailure { file, search in
            #expect(search.status == 1)
            #expect(search.lines.first?.contains("simulated world, 2 users, faults swarm, 1 case") == true)
            #expect(search.lines.contains { $0.contains("0 faults, 0 departures, 1 user") })
            #expect(search.lines.contains { $0.hasPrefix("1 distinct failure in 3 seeds (3 case runs, 3 failed)") })
            #expect(search.lines.last == "replay: backlot replay \(file.path)")
            for options in [[], ["--shrunk"]] {
                let replay = try await Command.finished(["replay", file.path] + options)
                #expect(replay.status == 1)
                #expect(replay.lines.last?.hasPrefix("it fails as recorded, to the byte (fingerprint ") == true)
            }
            let explanation = try await Command.run("explain", file.path, "--samples", "2")
            #expect(explanation.status == 0)
            #expect(explanation.lines.contains { $0.hasPrefix("It needs no fault and no unlucky order, with 1 user") })
            let gone = try await Command.run("explore", "--against", file.path, "--out", file.deletingLastPathComponent().path)
            #expect(gone.status == 0)
            #expect(gone.lines.first?.hasPrefix("it showed under 3 of 3 seeds") == true)
            #expect(gone.lines.last?.hasPrefix("it is gone, with 99 % confidence") == true)
            let there = try await Command.run(
                "explore", "--against", file.path, "--bug", "title-lost", "--seeds", "2", "--out",
                file.deletingLastPathComponent().path)
            #expect(there.status == 1)
            #expect(there.lines.last?.hasPrefix("it is still there: seed 1 ") == true)
        }
    }

    @Test func replaysTellWhatIsOtherwise() async throws {
        try await withFailure { file, _ in
            let text = try String(contentsOf: file, encoding: .utf8)
            func replay(_ old: String, _ new: String) async throws -> Command.Result {
                try Data(text.replacing(old, with: new).utf8).write(to: file)
                return try await Command.run("replay", file.path)
            }
            let mended = try await replay("\"deviations\": [\"title-lost\"]", "\"deviations\": []")
            #expect(mended.status == 0 && mended.lines.last == "it passes now")
            let other = try await replay("\"signature\": \"", "\"signature\": \"not ")
            #expect(other.status == 2 && other.lines.last?.hasPrefix("it fails otherwise") == true)
            let strange = try await replay("\"users\": 2", "\"users\": 1")
            #expect(
                strange.status == 2 && strange.lines.last?.hasPrefix("it fails in the same way, but the run is another") == true)
            let gone = try await replay("e2e/chat-flow", "e2e/chat-flo")
            #expect(gone.status == 2 && gone.error.contains("Did you mean 'e2e/chat-flow'?"))
            let broken = try await replay("\"version\": 1", "\"version\": 9")
            #expect(broken.status == 2 && broken.errorLines.count == 1)
            let cut = try await replay("\"seed\": \"1\"", "\"seed\": ")
            #expect(cut.status == 2 && cut.error.contains("e2e-chat-flow-1.json:4"), "\(cut.error)")
        }
    }

    @Test func partsOfARunAreShown() async throws {
        try await withFailure { file, _ in
            let result = try await Command.run("replay", file.path, "--verbose-from", "1ms", "--until", "3ms")
            #expect(result.status == 0)
            #expect(result.lines.last == "stopped at 3ms of virtual time, and not judged")
            let times = result.lines.dropFirst().dropLast().compactMap {
                Double($0.prefix(12).trimmingCharacters(in: .whitespaces))
            }
            #expect(!times.isEmpty && times.allSatisfy { (0.001...0.003).contains($0) })
        }
    }

    @Test func jsonLines() async throws {
        try await Command.withFolder { folder in
            let result = try await Command.run(
                "explore", "e2e/chat-flow", "--bug", "title-lost", "--users", "1", "--seeds", "2", "--json", "--out",
                folder.appending(path: "failures").path)
            #expect(result.status == 1)
            let values = try result.lines.map { try JSONValue(json: $0) }
            #expect(values.first?["command"]?.string == "explore")
            #expect(Set(values.compactMap { $0["kind"]?.string }) == ["run", "case", "failure", "shrunk", "summary"])
            #expect(values.last?["failures"]?.integer == 1)
            #expect(values.last?["files"]?.array?.count == 1)
            #expect(values.first { $0["kind"]?.string == "shrunk" }?["decisions"]?.array?.isEmpty == true)
        }
    }

    @Test(
        arguments: [
            (["explore", "--minutes", "0"], "--minutes: 0.0 is not more than 0."),
            (["explore", "--max-failures", "0"], "--max-failures: 0 is not at least 1."),
            (["explore", "--faults", "swarn"], "--faults: No fault plan is named 'swarn'. Did you mean 'swarm'?"),
            (["explore", "--bug", "title-lst"], "--bug: No planted bug is named 'title-lst'."),
            (["replay", "x", "--until", "soon"], ""),
        ] as [([String], String)])
    func wrongUsage(arguments: [String], begins: String) async throws {
        let result = try await Command.finished(arguments)
        #expect(result.status == 64 || begins.isEmpty && result.status == 2)
        #expect(result.error.hasPrefix("Error: \(begins)"), "\(result.error)")
    }

    @Test func aFileInThePlaceOfTheFolderIsRefused() async throws {
        try await Command.withFolder { folder in
            let file = folder.appending(path: "failures")
            try Data().write(to: file)
            let result = try await Command.run("explore", "--seeds", "1", "--out", file.path)
            #expect(result.status == 2)
            #expect(result.error.contains("is a file: name a folder"))
        }
    }
}
