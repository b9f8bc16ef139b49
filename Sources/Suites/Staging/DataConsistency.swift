// S4.1: database, events and analytics tell the same story of a run.

import Clients
import Kernel
import StoreKit
import Wire
import Worlds

enum DataConsistency {
    static let suiteCase = SuiteCase(
        "staging/data-consistency", "The database, the user's events and analytics agree on who asked what, and what came of it",
        layer: .flows, covers: ["S4.1"], catches: ["wrong-thread", "analytics-insert-lost"]
    ) { stage in
        await stage.everyUser { journey in
            let question = "What can \(journey.user) save on model costs?"
            let (login, exchange) = try await journey.converse(question)
            let token = login.accessToken
            let status = try await journey.take("ask agent of the run") {
                try await journey.client.agent.runStatus(exchange.run, token: token)
            }
            journey.expect(status.status, "completed", "the run's status")
            journey.expect(status.threadID, exchange.thread.id, "the run's thread")
            let page = try await journey.take("read the thread") {
                try await journey.client.agent.messages(in: exchange.thread.id, token: token)
            }
            journey.note(AnswerChecker.check(exchange.events, messages: page.messages, question: question))
            journey.expect(page.messages.last?.runID, exchange.run, "the run of the answer in the thread")
            let rows = try await journey.take("ask analytics of the run") {
                try await journey.client.analytics.query(
                    """
                    SELECT user_id, countIf(event_type = 'agent_completed') AS completed, uniqExact(event_id) AS events
                    FROM agent_events WHERE trace_id = '\(exchange.run)' GROUP BY user_id
                    """)
            }
            journey.expect(rows.map { $0["user_id"]?.string }, [login.userID], "the users of the run in analytics")
            let completed = rows.first?["completed"]
            journey.expect(completed?.string ?? completed?.text, "1", "the number of completions in analytics")
        }
    }
}
