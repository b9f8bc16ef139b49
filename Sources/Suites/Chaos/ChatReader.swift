// Reads what is there in the end of a user's conversations, wherever it is kept.

import Clients
import Kernel
import Wire
import Worlds

/// Reads all that a user's steps have left: in the agent service, and in the analytics.
final class ChatReader {
    private let chaos: ChaosUser
    private let memory: ChatMemory
    private var client: UserClient { chaos.journey.client }

    init(_ chaos: ChaosUser, _ memory: ChatMemory) {
        self.chaos = chaos
        self.memory = memory
    }

    /// All of it. Throws what the journey does where something cannot be read.
    func read(_ token: String) async throws -> ChatOutcome {
        var outcome = ChatOutcome()
        let client = client
        outcome.runs = try await chaos.recover("list the runs") { try await client.agent.runs(limit: 100, token: token).runs }
        for thread in Set(outcome.runs.map(\.threadID)).sorted() {
            outcome.messages += try await chaos.recover("read a thread") {
                try await client.agent.messages(in: thread, limit: 100, token: token).messages
            }
        }
        for message in outcome.messages { chaos.show("a message", message.content) }
        for run in outcome.runs where run.status == "completed" {
            let report = try await chaos.recover("read a state") { try await client.agent.runState(run.runID, token: token) }
            chaos.show("the state of a run", report.state.text)
            outcome.phases.append((run.runID, report.state["phase"]?.string ?? "none"))
        }
        if outcome.runs.contains(where: { $0.agentName == "triage" && $0.status == "completed" }) {
            let question = LLMRequest(model: "gpt-4o", messages: [["role": "user", "content": "What does it cost?"]])
            let answer = try await chaos.recover("ask the model") { try await client.llm.answer(question) }
            (outcome.answer, outcome.answerTokens) = (answer.content ?? "", answer.usage.completionTokens)
        }
        outcome.observations = try await observe(outcome.runs, token)
        try await readAnalytics(&outcome)
        return outcome
    }

    /// Has the status of every run told in two ways, and after a while again.
    private func observe(_ runs: [RunStatus], _ token: String) async throws -> [Observation] {
        let (agent, clock) = (client.agent, chaos.journey.clock)
        var observations: [Observation] = []
        for round in 1...2 {
            if round == 2 { await chaos.rest(.seconds(1)) }
            let page = try await chaos.recover("list the runs") { try await agent.runs(limit: 100, token: token).runs }
            observations.append(Self.observation("the list of runs", clock.now, page))
            var single: [RunStatus] = []
            for run in runs {
                single.append(try await chaos.recover("ask for a run") { try await agent.runStatus(run.runID, token: token) })
            }
            observations.append(Self.observation("the runs themselves", clock.now, single))
        }
        return observations
    }

    private static func observation(_ reader: String, _ time: Instant, _ runs: [RunStatus]) -> Observation {
        Observation(reader: reader, time: time, values: Dictionary(uniqueKeysWithValues: runs.map { ($0.runID, $0.status) }))
    }

    private func readAnalytics(_ outcome: inout ChatOutcome) async throws {
        let (analytics, user) = (client.analytics, memory.userID ?? "")
        let rows = try await chaos.recover("read the rows") {
            try await analytics.query(
                """
                SELECT trace_id, event_id, event_name, event_payload FROM agent_events WHERE user_id = {user:String}
                ORDER BY trace_id, sequence_number, event_id
                """, parameters: ["user": user])
        }
        outcome.rows = rows.map { row in
            func text(_ name: String) -> String { row[name]?.string ?? "" }
            let data = (try? JSONValue(json: text("event_payload"))) ?? .null
            return ChatOutcome.Row(
                run: text("trace_id"), id: text("event_id"), kind: text("event_name"),
                name: ChatOutcome.name(text("event_name"), data, of: text("trace_id")))
        }
        let charges = try await chaos.recover("read the charges") {
            try await analytics.query(
                """
                SELECT trace_id, execution_id, toString(count()) AS n, toString(sum(total_tokens)) AS tokens,
                    toString(max(completion_tokens)) AS completion FROM performance_metrics
                WHERE user_id = {user:String} AND metric_type = 'llm' GROUP BY trace_id, execution_id ORDER BY execution_id
                """, parameters: ["user": user])
        }
        outcome.charges = charges.map { row in
            func number(_ name: String) -> Int { row[name]?.string.flatMap { Int($0) } ?? -1 }
            return ChatOutcome.Charge(
                run: row["trace_id"]?.string ?? "", call: row["execution_id"]?.string ?? "", count: number("n"),
                tokens: number("tokens"), completionTokens: number("completion"))
        }
    }
}
