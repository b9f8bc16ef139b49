// The answer that was streamed is the answer that was announced, and the one that was kept.

import Clients
import Wire

/// Checks the streamed answer of a run against what the run says of it and what the thread holds.
enum AnswerChecker {
    /// What does not agree; empty if all does.
    static func check(_ events: [AgentEvent], messages: [ThreadMessage], question: String) -> [String] {
        var problems: [String] = []
        let chunks = events.filter { $0.kind == .responseChunk }
        let indices = chunks.compactMap { $0.data["index"]?.integer }
        if chunks.count < 2 { problems.append("the answer came in \(chunks.count) chunks, expected a stream of several") }
        if indices != indices.sorted() || Set(indices).count != indices.count {
            problems.append("the chunks of the answer came out of order: \(indices)")
        }
        let streamed = chunks.compactMap { $0.data["content"]?.string }.joined()
        if streamed.isEmpty { problems.append("the streamed answer is empty") }
        if !messages.contains(where: { $0.role == "user" && $0.content == question }) {
            problems.append("the thread does not hold the user's message")
        }
        let kept = messages.last { $0.role == "assistant" }?.content
        if kept != streamed {
            problems.append("the thread holds the answer \(kept ?? "nil"), but \(streamed) was streamed")
        }
        return problems
    }
}
