// M1.2, M1.3, M3.1, E3.4, E4.2 under any fault: every message that was taken has one run, every run ends, and every event
// comes once, in order, to its user alone.

import Clients
import Kernel
import Wire
import Worlds

enum ChaosConversations {
    static let suiteCase = SuiteCase(
        "multi_user/chaos-conversations",
        "Whatever fails: a message has one run at most, a run ends and answers once, and its events come to its user alone",
        layer: .flows, covers: ["M1.2", "M1.3", "M4.2"], catches: ["event-misrouted", "cancel-ignored", "timer-leak"],
        finds: [
            "identity-borrowed", "ledger-behind", "repeat-forgotten", "repeat-broadcast", "restore-loses-newest",
            "replay-forgets-restart", "broken-connection-leak", "hand-over-repeated", "told-before-kept", "failed-answer-kept",
            "tokens-charged-twice",
            "one-run-resumed", "recorded-twice", "cut-answer-kept", "event-sent-once", "failure-unreported",
            "stale-state-cached", "resumed-events-renamed", "state-saved-behind", "piece-overtaken",
        ], sometimes: ChatMark.allCases.map(\.rawValue), survives: .any, steps: 4
    ) { stage in
        let course = ChaosCourse(stage, pause: .milliseconds(60))
        await course.carryOut { chaos in
            let user = ChatUser(chaos)
            await user.act()
            return user.memory
        } recover: { chaos, memory in
            let user = ChatUser(chaos, memory)
            try await user.comeBack()
            try await chaos.eventually { isAgain in
                if isAgain { try await user.catchUp() }
                let outcome = try await ChatReader(chaos, user.memory).read(try await user.freshToken())
                ConversationChecks(chaos, user.memory, outcome).check()
            }
            try await user.leave()
        } atLast: { chaos in
            try await checkLeftovers(chaos)
        }
    }

    /// Once everybody is gone, no service holds a connection or a run.
    private static func checkLeftovers(_ chaos: ChaosUser) async throws {
        await chaos.course.settle()
        let client = chaos.journey.client
        try await chaos.eventually { _ in
            let events = try await chaos.recover("count connections") { try await client.events.census() }
            chaos.journey.expect(events.connections, 0, "the number of connections that are open")
            let agent = try await chaos.recover("count runs") { try await client.agent.census() }
            chaos.journey.expect(agent.runsLive + agent.runsWaiting, 0, "the number of runs that are under way")
        }
    }
}

/// What a user knows of the own conversations.
struct ChatMemory: Sendable {
    /// A question as its sender knows it.
    struct Question: Sendable {
        let text: String
        /// The run that was said to have begun for it.
        var run: String?
    }

    var userID: String?
    var token: String?
    var threads: [String] = []
    var questions: [Question] = []
    /// Runs whose cancelling was said to have succeeded.
    var cancelled: [String] = []
    /// The events that came, by their numbers.
    var events: [Int: AgentEvent] = [:]
    /// Numbers of events that are gone, as the service said.
    var lost: [ClosedRange<Int>] = []

    /// The last event before the first gap.
    var lastSequence: Int {
        var last = 0
        while events[last + 1] != nil || lost.contains(where: { $0.contains(last + 1) }) { last += 1 }
        return last
    }

    /// The events of a run in the order of their numbers.
    func events(of run: String) -> [AgentEvent] {
        events.values.filter { $0.runID == run }.sorted { $0.sequence < $1.sequence }
    }
}

/// What is there in the end of all that a user did.
struct ChatOutcome: Sendable {
    var runs: [RunStatus] = []
    var messages: [ThreadMessage] = []
    /// The phase that the kept state of a run names.
    var phases: [(run: String, phase: String)] = []
    /// What the model answers, and how many tokens it says that is.
    var answer = ""
    var answerTokens = 0
    /// The rows of events in the analytics, run by run in the order of the events.
    var rows: [Row] = []
    /// What the analytics have of calls of models.
    var charges: [Charge] = []
    /// What was said of the runs' statuses.
    var observations: [Observation] = []

    /// The row of an event.
    struct Row: Sendable {
        let run: String
        let id: String
        let kind: String
        let name: String
    }

    /// The rows of one call of a model.
    struct Charge: Sendable {
        let run: String
        let call: String
        let count: Int
        let tokens: Int
        let completionTokens: Int
    }

    /// What tells an event from all others of its run, whatever number it came under.
    static func name(_ kind: String, _ data: JSONValue, of run: String) -> String {
        let part = data["index"]?.text ?? data["step_number"]?.text ?? data["tool_name"]?.text ?? ""
        return "\(kind) \(part) of \(run)"
    }
}
