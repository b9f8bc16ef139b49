// `--real` where no server is installed: one line says what to install, and what needs the servers is not run.

import Foundation
import Testing
import Wire

@Suite(.timeLimit(.minutes(2))) struct RealServerCommandTests {
    @Test func withoutTheServersTheirCasesAreNotRun() async throws {
        // A path on which nothing is, and a folder that has no versions of PostgreSQL.
        let result = try await Command.run(
            "run", "staging/database", "e2e/code-exchange", "--users", "1", "--real", "redis", "--json",
            environment: ["PATH": "/nonexistent"])
        #expect(result.status == 2)
        let lines = try result.lines.map { try JSONValue(json: $0) }
        let outcomes = lines.filter { $0["kind"] == "case" }.map { [$0["id"]?.string, $0["outcome"]?.string] }
        #expect(outcomes.contains(["staging/database", "not run"]))
        #expect(outcomes.contains(["e2e/code-exchange", "passed"]) || outcomes.contains(["e2e/code-exchange", "skipped"]))
        let reason = lines.first { $0["id"] == "staging/database" }?["reason"]?.string ?? ""
        #expect(reason.contains("redis-server"), "\(reason)")
    }
}
