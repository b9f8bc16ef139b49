// E3.2: tools run with the parameters they were given, and their results go on into what follows.

import Clients
import Kernel
import Wire
import Worlds

enum ToolResults {
    static let suiteCase = SuiteCase(
        "e2e/tool-results", "Tools get their parameters, their results reach the user and the tools after them",
        layer: .flows, covers: ["E3.2"], catches: ["tool-result-lost", "slow-tool", "context-shared"]
    ) { stage in
        await stage.everyUser { journey in
            let question = "What can \(journey.user) save on model costs?"
            let (_, exchange) = try await journey.converse(question)
            func data(_ kind: AgentEventKind, _ tool: String) -> JSONValue? {
                exchange.events.first { $0.kind == kind && $0.data["tool_name"]?.string == tool }?.data
            }
            journey.expect(
                data(.toolExecuting, "log_fetcher")?["parameters"]?["query"]?.string, question, "the query of log_fetcher")
            let entries = data(.toolCompleted, "log_fetcher")?["result"]?["entries"]?.integer
            journey.check(entries != nil, "log_fetcher has no entries in its result")
            journey.expect(
                data(.toolExecuting, "cost_analyzer")?["parameters"]?["entries"]?.integer, entries,
                "what cost_analyzer was given of log_fetcher's result")
            for event in exchange.events where event.kind == .toolCompleted {
                let time = event.data["execution_time_ms"]?.double ?? 0
                journey.check(
                    (1..<30_000).contains(time), "\(event.data["tool_name"]?.string ?? "") took \(time) ms, expected 1 to 30,000")
            }
        }
    }
}
