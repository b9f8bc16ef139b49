// E5.1: a new user's first message is answered, soon, and the answer is kept.

import Clients
import Kernel
import Wire
import Worlds

enum FirstMessage {
    static let suiteCase = SuiteCase(
        "e2e/first-message", "A new user's first message gets a sign of life at once and an answer that is kept",
        layer: .flows, covers: ["E5.1"], catches: ["slow-start", "wrong-thread", "silent-drop"]
    ) { stage in
        await stage.everyUser { journey in
            let question = "What can \(journey.user) save on model costs?"
            let (login, exchange) = try await journey.converse(question)
            if let first = exchange.arrivals.first {
                let waited = exchange.askedAt.duration(to: first)
                journey.check(waited < .seconds(5), "the first sign of life came after \(waited), expected less than 5 s")
            }
            let acknowledged = exchange.frames.contains { frame in
                if case .message(let message) = frame { message.type == "agent_task_ack" } else { false }
            }
            journey.check(acknowledged, "the message was not acknowledged")
            let messages = try await journey.take("read the thread") {
                try await journey.client.agent.messages(in: exchange.thread.id, token: login.accessToken).messages
            }
            journey.note(AnswerChecker.check(exchange.events, messages: messages, question: question))
        }
    }
}
