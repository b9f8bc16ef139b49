// What is said of wrong arguments and broken fixtures: one line, and an exit code that says whose fault it is.

import Foundation
import Testing

@Suite(.timeLimit(.minutes(2))) struct WrongUsageTests {
    @Test(
        arguments: [
            (["run", "--sed", "1"], "Unknown option '--sed'"),
            (["run", "e2e/golden-pth"], "No case is named 'e2e/golden-pth'. Did you mean 'e2e/golden-path'?"),
            (["list", "nowhere"], "No case is named 'nowhere'."),
            (["run", "--seed", "banana"], "--seed: 'banana' is no seed"), (["run", "--seed", "-1"], ""),
            (["run", "--seed", "99999999999999999999999"], ""),
            (["run", "--seeds", "0"], "--seeds: '0' is no range of seeds"),
            (["run", "--seeds", "9..2"], "--seeds: '9..2' is no range"),
            (["run", "--seeds", "many"], "--seeds: 'many' is no range"),
            (["run", "--users", "0"], "--users: 0 is not between 1 and 100000."), (["run", "--users", "ten"], ""),
            (["run", "--jobs", "0"], "--jobs: 0 is not at least 1."),
            (["run", "--world", "simulatd"], "No world is named 'simulatd'. Did you mean 'simulated'?"),
            (
                ["run", "--fault", "agent->llm: rest"],
                "--fault \"agent->llm: rest\": No fault is named 'rest'. Did you mean 'reset'?"
            ),
            (["run", "--fault", "gibberish"], "--fault \"gibberish\": This is no fault."),
            (["up", "--port-base", "0"], "--port-base: 0 is not between 1 and"),
            (["up", "--port-base", "70000"], "--port-base: 70000"),
            (["up", "--toxiproxy-port", "70000"], "--toxiproxy-port: 70000 is not between 0 and 65535."),
            (["up", "--seed", "x"], "--seed: 'x' is no seed"),
            (["faults", "explain", "drp"], "faults explain: No fault is named 'drp'."),
            (["runn"], "No command is named 'runn'. Did you mean 'run'?"),
        ] as [([String], String)])
    func oneLineAnd64(arguments: [String], begins: String) async throws {
        let result = try await Command.finished(arguments)
        #expect(result.status == 64)
        #expect(result.output == "")
        #expect(result.errorLines.count == 1, "\(result.error)")
        #expect(result.error.hasPrefix("Error: \(begins)"), "\(result.error)")
    }

    @Test(arguments: [["--help"], ["run", "--help"], ["up", "--help"], ["--version"]])
    func helpIsNoError(arguments: [String]) async throws {
        let result = try await Command.finished(arguments)
        #expect(result.status == 0)
        #expect(result.error == "")
        #expect(!result.output.isEmpty)
    }

    @Test func aBrokenFixtureIsNamedWithItsLine() async throws {
        try await Command.withFolder { folder in
            let fixtures = folder.appending(path: "Fixtures")
            try FileManager.default.copyItem(at: Command.root.appending(path: "Fixtures"), to: fixtures)
            let environment = ["BACKLOT_FIXTURES": fixtures.path]
            #expect(try await Command.run("run", "e2e/golden-path", "--users", "1", environment: environment).status == 0)

            let file = fixtures.appending(path: "agents/data.yaml")
            let good = try String(contentsOf: file, encoding: .utf8)
            let line = good.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.hasPrefix("type:") } ?? 0
            for (written, said) in [("tpye:", "Did you mean 'type'?"), ("type: [", "not well-formed YAML")] {
                try good.replacing("\ntype:", with: "\n" + written, maxReplacements: 1).write(
                    to: file, atomically: true, encoding: .utf8)
                let result = try await Command.run("run", "e2e/golden-path", "--users", "1", environment: environment)
                #expect(result.status == 2)
                #expect(result.output == "")
                #expect(result.errorLines.count == 1, "\(result.error)")
                #expect(result.error.contains("agents/data.yaml:"), "\(result.error)")
                #expect(result.error.contains(said), "\(result.error)")
                if written == "tpye:" { #expect(result.error.contains("data.yaml:\(line + 1): "), "\(result.error)") }
            }
        }
    }

    @Test func fixturesThatAreNotThereAreSaidToBeMissing() async throws {
        let result = try await Command.run("run", environment: ["BACKLOT_FIXTURES": "/nonexistent"])
        #expect(result.status == 2)
        #expect(result.errorLines.count == 1)
        #expect(result.error.contains("/nonexistent/agents"))
    }
}
