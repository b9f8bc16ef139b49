// E3.4: a run that its user cancels ends there, and stays ended.

import Clients
import Kernel
import Wire
import Worlds

enum AgentCancel {
    static let suiteCase = SuiteCase(
        "e2e/agent-cancel", "A run that is cancelled in the middle says so, does nothing more, and stays cancelled",
        layer: .flows, covers: ["E3.4"], catches: ["cancel-ignored"]
    ) { stage in
        await stage.everyUser { journey in
            let login = try await journey.logIn()
            try await journey.withSocket(login) { conversation in
                try await journey.take("ask") {
                    try await conversation.socket.sendUserMessage("What does \(journey.user) spend?")
                }
                try await journey.take("read until a tool works") {
                    _ = try await conversation.receive {
                        if case .event(let event) = $0 { event.kind == .toolExecuting } else { false }
                    }
                }
                let run = conversation.run ?? ""
                let cancelled = try await journey.take("cancel") {
                    try await journey.client.agent.cancelRun(run, token: login.accessToken)
                }
                journey.check(cancelled.isCancelled, "the run was not cancelled: \(cancelled.message)")
                try await journey.take("read the end") {
                    _ = try await conversation.receive { frame in
                        if case .event(let event) = frame { event.kind == .error || event.kind == .completed } else { false }
                    }
                }
                journey.check(!conversation.events.contains { $0.kind == .completed }, "the cancelled run was completed")
                try await journey.take("wait as long as the run would have taken") {
                    try await journey.clock.sleep(for: .seconds(3))
                }
                let status = try await journey.take("ask for the run's status") {
                    try await journey.client.agent.runStatus(run, token: login.accessToken)
                }
                journey.expect(status.status, "cancelled", "the run's status")
                let messages = try await journey.take("read the thread") {
                    try await journey.client.agent.messages(in: status.threadID, token: login.accessToken).messages
                }
                journey.expect(messages.map(\.role), ["user"], "who has said something in the thread")
            }
        }
    }
}
