// E5.2: a chat goes back and forth in one thread, which holds all of it in order.

import Clients
import Kernel
import Wire
import Worlds

enum ChatFlow {
    static let suiteCase = SuiteCase(
        "e2e/chat-flow", "Three questions in one thread are answered one after the other, and the thread holds all six messages",
        layer: .flows, covers: ["E5.2"], catches: ["wrong-thread", "title-lost", "silent-drop"]
    ) { stage in
        await stage.everyUser { try await walk($0) }
    }

    private static func walk(_ journey: Journey) async throws {
        let login = try await journey.logIn()
        let questions = ["What does \(journey.user) spend?", "Why is it so slow?", "Give me a report."]
        try await journey.withSocket(login) { conversation in
            var thread: AgentThread?
            var answers: [String] = []
            for question in questions {
                let exchange = try await journey.ask(question, login, in: thread, over: &conversation)
                journey.checkEvents(exchange, login)
                thread = exchange.thread
                answers.append(exchange.answer)
            }
            guard let thread else { return }
            let renamed = try await journey.take("rename the thread") {
                try await journey.client.agent.renameThread(thread.id, to: "Costs of \(journey.user)", token: login.accessToken)
            }
            journey.expect(renamed.title, "Costs of \(journey.user)", "the title in the answer to renaming")
            let read = try await journey.take("read the thread's title") {
                try await journey.client.agent.thread(thread.id, token: login.accessToken)
            }
            journey.expect(read.title, "Costs of \(journey.user)", "the title that was read afterwards")
            let messages = try await journey.take("read the thread") {
                try await journey.client.agent.messages(in: thread.id, token: login.accessToken).messages
            }
            journey.expect(
                messages.map(\.content), zip(questions, answers).flatMap { [$0, $1] }, "the messages of the thread")
            journey.expect(
                messages.map(\.role), questions.flatMap { _ in ["user", "assistant"] }, "who said them")
        }
    }
}
