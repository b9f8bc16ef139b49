// E3.1: an agent begins with the context of its user, thread and question.

import Clients
import Kernel
import Wire
import Worlds

enum AgentStart {
    static let suiteCase = SuiteCase(
        "e2e/agent-start", "An agent begins with its own user, thread and question, and says so",
        layer: .flows, covers: ["E3.1"], catches: ["context-shared", "slow-start"]
    ) { stage in
        await stage.everyUser { journey in
            let question = "What can \(journey.user) save on model costs?"
            let (login, exchange) = try await journey.converse(question)
            guard let started = exchange.events.first(where: { $0.kind == .started }) else {
                return journey.find("no agent_started came")
            }
            journey.expect(started.userID, login.userID, "the user of the run")
            journey.expect(started.threadID, exchange.thread.id, "the thread of the run")
            journey.expect(started.data["run_id"]?.string, exchange.run, "the run in the event's data")
            let thought = exchange.events.first { $0.kind == .thinking }?.data["reasoning"]?.string ?? ""
            journey.check(thought.contains(question), "the agent thinks of '\(thought)', expected the question '\(question)'")
            let begun = exchange.arrival(of: .started).map { exchange.askedAt.duration(to: $0) } ?? .zero
            journey.check(begun < .seconds(5), "the agent began after \(begun), expected less than 5 s")
            let status = try await journey.take("ask for the run's status") {
                try await journey.client.agent.runStatus(exchange.run, token: login.accessToken)
            }
            journey.expect(status.status, "completed", "the run's status")
        }
    }
}
