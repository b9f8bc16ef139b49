// S1.3: the model's API can be reached, and answers in both of its ways.

import Clients
import Kernel
import Wire
import Worlds

enum ModelConnectivity {
    static let suiteCase = SuiteCase(
        "staging/model-api", "The model's API answers at once and as a stream, with the same text",
        layer: .infrastructure, covers: ["S1.3", "S3.4"], catches: ["llm-chunk-doubled", "llm-cut-unmarked"]
    ) { stage in
        await stage.journey("probe") { journey in
            let question = [LLMClient.Message.user("What would lower the cost?")]
            let whole = try await journey.take("ask for a whole answer") {
                try await journey.client.llm.complete(model: "gpt-4o", question)
            }
            journey.check(!whole.isEmpty, "the answer is empty")
            let pieces = try await journey.take("ask for a stream") {
                var pieces: [String] = []
                for try await piece in try await journey.client.llm.stream(model: "gpt-4o", question) { pieces.append(piece) }
                return pieces
            }
            journey.expect(pieces.joined(), whole, "the streamed answer")
            journey.check(pieces.count > 5, "the stream came in \(pieces.count) pieces")
        }
    }
}
