// E5.3: the answer comes piece by piece as the model writes it, and the pieces are the whole.

import Clients
import Kernel
import Wire
import Worlds

enum ResponseStreaming {
    static let suiteCase = SuiteCase(
        "e2e/response-streaming", "The answer comes in many pieces over time, in order, and nothing of it is missing or twice",
        layer: .flows, covers: ["E5.3"], catches: ["llm-chunk-doubled", "llm-cut-unmarked"]
    ) { stage in
        await stage.everyUser { journey in
            let (login, exchange) = try await journey.converse("What can \(journey.user) save on model costs?")
            let indices = exchange.chunks.compactMap { $0.data["index"]?.integer }
            journey.expect(indices, Array(0..<indices.count), "the indices of the pieces")
            journey.check(indices.count >= 5, "the answer came in \(indices.count) pieces, expected a stream")
            // What the model says is in the fixtures: the fake's script is the truth about the answer.
            let said = try await journey.take("ask the model itself") {
                try await journey.client.llm.complete(
                    model: "gpt-4o", [.user("Answer the question: \(exchange.question)")])
            }
            journey.expect(exchange.answer, said, "the streamed answer")
            let status = try await journey.take("ask for the run's status") {
                try await journey.client.agent.runStatus(exchange.run, token: login.accessToken)
            }
            journey.expect(status.status, "completed", "the run's status")
        }
    }
}
