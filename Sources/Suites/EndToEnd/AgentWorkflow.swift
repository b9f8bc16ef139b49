// E3.3: several agents work one after the other, each on what the one before has found.

import Clients
import Kernel
import Wire
import Worlds

enum AgentWorkflow {
    static let suiteCase = SuiteCase(
        "e2e/agent-workflow", "A supervisor has five agents work in their order; all their tools run, and one answer comes of it",
        layer: .flows, covers: ["E3.3"], catches: ["step-skipped", "start-unacknowledged"]
    ) { stage in
        await stage.everyUser { try await walk($0) }
    }

    private static func walk(_ journey: Journey) async throws {
        let login = try await journey.logIn()
        try await journey.withSocket(login) { conversation in
            try await journey.take("ask the supervisor") {
                try await conversation.socket.sendUserMessage("How can \(journey.user) lower the cost?", agent: "supervisor")
            }
            try await journey.take("receive the events") { try await conversation.receiveRun() }
            let events = conversation.events
            journey.checkPayloads(events)
            journey.expect(events.first?.kind, .started, "the first event")
            journey.expect(events.last?.kind, .completed, "the last event")
            let begun = events.filter { $0.kind == .progress && $0.data["status"] == "started" }.map(\.agentName)
            journey.expect(begun, ["triage", "data", "optimization", "actions", "reporting"], "the agents in their order")
            // The tools of some agents, as their scripts have them: the scripts are the contract of the fake.
            let tools = events.filter { $0.kind == .toolExecuting }
            func used(by agent: String) -> [String] {
                tools.filter { $0.agentName == agent }.compactMap { $0.data["tool_name"]?.string }
            }
            journey.expect(used(by: "triage"), ["log_fetcher", "cost_analyzer"], "the tools of triage")
            journey.expect(
                used(by: "optimization"), ["latency_analyzer", "supply_catalog_search", "policy_simulator"],
                "the tools of optimization")
            let ended = events.filter { $0.kind == .toolCompleted }
            journey.expect(ended.count, tools.count, "the number of tools that were completed")
            let status = try await journey.take("ask for the run's status") {
                try await journey.client.agent.runStatus(events.first?.runID ?? "", token: login.accessToken)
            }
            journey.expect(status.status, "completed", "the run's status")
            journey.expect(status.currentStep, status.totalSteps, "the steps that were done")
        }
    }
}
