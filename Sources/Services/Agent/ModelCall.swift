// Asks a model over the mesh: gives its text piece by piece, as the stream brings it, and its calls of tools at the end.

import HTTPTypes
import Kernel
import ServiceKit
import Wire

/// A streamed chat completion (OpenAI API, POST /v1/chat/completions with `stream`).
struct ModelCall: Sendable {
    /// How long a model may take for its whole answer.
    static let timeLimit = Duration.seconds(60)

    let context: ServiceContext
    let request: ModelRequest
    let userID: String

    /// Gives the pieces of text to `body`, in order, and returns the calls of tools, none where the text is all, and what the
    /// model says it used. Ends after `[DONE]`; throws ``RunFailure`` where the model refuses, the stream ends before, or the
    /// time is over.
    func pieces(_ body: (String) async throws -> Void) async throws -> End {
        let (pieces, continuation) = AsyncThrowingStream<Piece, any Error>.makeStream()
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do {
                    let end = try await read { text in
                        guard context.deviates(.pieceOvertaken) else { return _ = continuation.yield(.text(text)) }
                        Task { continuation.yield(.text(text)) }
                    }
                    if context.deviates(.pieceOvertaken) { for _ in 0..<2 { await Task.yield() } }
                    continuation.yield(.end(end))
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
            var last = End(calls: [])
            for try await piece in pieces {
                switch piece {
                case .text(let text): try await body(text)
                case .end(let end): last = end
                }
            }
            try Task.checkCancellation()
            return last
        }
    }

    private enum Piece: Sendable {
        case text(String)
        case end(End)
    }

    /// What stands at the end of an answer.
    struct End: Sendable {
        let calls: [ModelToolCall]
        /// Nil where the model does not say.
        var usage: ModelUsage?
    }

    private func read(_ take: (String) -> Void) async throws -> End {
        var calls = ToolCallAssembly()
        var usage: ModelUsage?
        var body: JSONValue = [
            "model": .string(request.model), "stream": true, "stream_options": ["include_usage": true], "user": .string(userID),
            "messages": .array(request.messages),
        ]
        if !request.tools.isEmpty { body["tools"] = .array(request.tools.map(\.offer)) }
        var call = Call.post("/v1/chat/completions").bearer("backlot-agent").field(.contentType, "application/json")
        call.body = body.buffer
        // A model that is asked twice has no other effect than its costs.
        call.isRepeatable = true
        var isDone = false
        var isBegun = false
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
                if isDone { continue }
                let chunk = try Self.chunk(of: event.data)
                usage = ModelUsage(chunk["usage"]) ?? usage
                if let delta = chunk["choices"]?.array?.first?["delta"] {
                    try calls.take(delta["tool_calls"])
                    if let piece = delta["content"]?.string {
                        isBegun = true
                        take(piece)
                    }
                }
            }
        } catch let error where context.deviates(.cutAnswerKept) && isBegun && !(error is CancellationError) {
            return End(calls: [])
        } catch let error where !(isDone || error is RunFailure || error is CancellationError) {
            throw RunFailure("The model's answer was cut off: \(error)")
        }
        guard isDone else { throw RunFailure("The model's answer was cut off: the stream ended before [DONE].") }
        return End(calls: try calls.calls(), usage: usage)
    }

    /// A chunk of the stream. Throws ``RunFailure`` for an error that is sent within the stream.
    private static func chunk(of data: String) throws -> JSONValue {
        guard let chunk = try? JSONValue(json: data) else { throw RunFailure("The model sent a chunk that is not JSON.") }
        if let error = chunk["error"], !error.isNull {
            throw RunFailure("The model failed: \(error["message"]?.string ?? error.text)")
        }
        return chunk
    }
}

/// The calls of tools of a stream, put together from their pieces (OpenAI, "Streaming function calls").
struct ToolCallAssembly {
    private struct Piece {
        var id: String?
        var name: String?
        var arguments = ""
    }

    private static let callsMax = 64

    private var pieces: [Piece] = []

    /// Takes the `tool_calls` of a delta: of each its index, in the first also id and name, and more of the arguments.
    mutating func take(_ calls: JSONValue?) throws {
        for call in calls?.array ?? [] {
            guard let index = call["index"]?.integer, (0..<Self.callsMax).contains(index), index <= pieces.count else {
                throw RunFailure("The model sent a piece of a tool call that belongs to none.")
            }
            if index == pieces.count { pieces.append(Piece()) }
            if let id = call["id"]?.string { pieces[index].id = id }
            if let name = call["function"]?["name"]?.string { pieces[index].name = name }
            pieces[index].arguments += call["function"]?["arguments"]?.string ?? ""
        }
    }

    /// The whole calls. Throws ``RunFailure`` where one never got its id or name.
    func calls() throws -> [ModelToolCall] {
        try pieces.map { piece in
            guard let id = piece.id, let name = piece.name else {
                throw RunFailure("The model sent a tool call without id or name.")
            }
            return ModelToolCall(id: id, name: name, arguments: piece.arguments)
        }
    }
}
