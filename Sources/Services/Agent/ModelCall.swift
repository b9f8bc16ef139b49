// Asks a model over the mesh and gives its text piece by piece, as the stream brings it.

import HTTPTypes
import Kernel
import ServiceKit
import Wire

/// A streamed chat completion (OpenAI API, POST /v1/chat/completions with `stream`).
struct ModelCall: Sendable {
    /// How long a model may take for its whole answer.
    static let timeLimit = Duration.seconds(60)

    let context: ServiceContext
    let prompt: String
    let model: String
    let userID: String

    /// The pieces of text, in order. Ends after `[DONE]`; throws ``RunFailure`` where the model refuses, the stream
    /// ends before, or the time is over.
    func pieces(_ body: (String) async throws -> Void) async throws {
        let (pieces, continuation) = AsyncThrowingStream<String, any Error>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do {
                    try await read { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            tasks.addTask {
                try await context.clock.sleep(for: Self.timeLimit)
                continuation.finish(throwing: RunFailure("The model took longer than \(Self.timeLimit) to answer."))
            }
            defer { tasks.cancelAll() }
            for try await piece in pieces { try await body(piece) }
            try Task.checkCancellation()
        }
    }

    private func read(_ take: (String) -> Void) async throws {
        let body: JSONValue = [
            "model": .string(model), "stream": true, "user": .string(userID),
            "messages": [["role": "user", "content": .string(prompt)]],
        ]
        var call = Call.post("/v1/chat/completions").bearer("backlot-agent").field(.contentType, "application/json")
        call.body = body.buffer
        // A model that is asked twice has no other effect than its costs.
        call.isRepeatable = true
        var isDone = false
        do {
            let reply = try await context.caller("llm").send(call)
            guard reply.status == .ok else {
                let answer = try await reply.collected(upTo: 1 << 16)
                let detail = (try? JSONValue(json: answer.body))?["error"]?["message"]?.string
                throw RunFailure("The model refused with status \(reply.status.code)" + (detail.map { ": \($0)" } ?? "."))
            }
            for try await event in reply.events {
                // Read on after the end, so that the connection can be used again.
                if event.data == "[DONE]" { isDone = true }
                if !isDone, let piece = try Self.text(of: event.data) { take(piece) }
            }
        } catch let error where !(isDone || error is RunFailure || error is CancellationError) {
            throw RunFailure("The model's answer was cut off: \(error)")
        }
        guard isDone else { throw RunFailure("The model's answer was cut off: the stream ended before [DONE].") }
    }

    /// The text of a chunk: `choices[0].delta.content`; nil where it has none. Throws ``RunFailure`` for an error that
    /// is sent within the stream.
    static func text(of data: String) throws -> String? {
        guard let chunk = try? JSONValue(json: data) else { throw RunFailure("The model sent a chunk that is not JSON.") }
        if let error = chunk["error"], !error.isNull {
            throw RunFailure("The model failed: \(error["message"]?.string ?? error.text)")
        }
        return chunk["choices"]?.array?.first?["delta"]?["content"]?.string
    }
}
