// The fake language model: scripted replies at a scripted pace, in the shapes of OpenAI's API.

import Fixtures
import HTTPTypes
import Hummingbird
import Kernel
import NIOCore
public import ServiceKit
import Synchronization
import Wire

/// Serves `POST /v1/chat/completions`, `GET /v1/models`, `GET /v1/models/{id}` and `GET /health`.
public final class FakeLLM: Service {
    public let name: String
    private let context: ServiceContext
    private let scripts: LLMScripts
    /// How often each script has given its error.
    private let failures = Mutex<[Place: Int]>([:])

    /// A fake model that follows `scripts`.
    public init(context: ServiceContext, scripts: LLMScripts) {
        name = context.name
        self.context = context
        self.scripts = scripts
    }

    public var routes: ServiceRoutes { Self.sharedRoutes }

    /// The routes of all instances.
    public static let sharedRoutes = ServiceRoutes(of: FakeLLM.self) { routes in
        routes.add(middleware: LLMFrame())
        routes.get("/health") { model, _, _ in .json(value: ["status": "healthy", "service": .string(model.name)]) }
        routes.get("/v1/models") { model, request, _ in
            try model.requireKey(request)
            return .json(value: model.models)
        }
        routes.get("/v1/models/{id}") { model, request, context in
            try model.requireKey(request)
            let id = try context.parameters.require("id")
            guard model.scripts.models.contains(id) else { throw LLMError.unknownModel(id) }
            return .json(value: model.description(of: id))
        }
        routes.post("/v1/chat/completions") { model, request, _ in
            try model.requireKey(request)
            return try await model.complete(request)
        }
    }

    /// Any key is right, but there must be one.
    private func requireKey(_ request: Request) throws {
        guard request.headers.bearerToken != nil else { throw LLMError.missingKey }
    }

    private var models: JSONValue { ["object": "list", "data": .array(scripts.models.map(description))] }

    private func description(of model: String) -> JSONValue {
        [
            "id": .string(model), "object": "model", "created": .integer(Instant.simulatedEpoch.seconds),
            "owned_by": "backlot",
        ]
    }

    private func complete(_ request: Request) async throws -> Response {
        let chat = try ChatRequest(try await Self.body(of: request))
        guard let script = scripts.script(for: chat, isOpen: isOpen) else { throw LLMError.noScript(chat) }
        if case .failure(let failure) = script.outcome {
            failures.withLock { $0[script.place, default: 0] += 1 }
            try await context.clock.sleep(for: script.pace.delay(before: 0, of: chat.model, context.chance.chance))
            throw LLMError.scripted(failure)
        }
        let completion = completion(of: script, for: chat)
        if chat.isStreamed { return stream(completion, pace: script.pace, includesUsage: chat.includesUsage) }
        for index in 0..<completion.pieceCount {
            try await context.clock.sleep(for: script.pace.delay(before: index, of: completion.id, context.chance.chance))
        }
        return .json(value: completion.whole)
    }

    /// Whether a script may still be taken: its error may be only for the first requests.
    private func isOpen(_ script: LLMScript) -> Bool {
        guard case .failure(let failure) = script.outcome, let times = failure.times else { return true }
        return failures.withLock { $0[script.place, default: 0] } < times
    }

    private func completion(of script: LLMScript, for chat: ChatRequest) -> Completion {
        let user = chat.messages.userText
        // Named by what was asked, so that other conversations leave this one's chance as it is.
        let subject = Fingerprint(value: StableHash.of(chat.model + "\u{0}" + user)).description
        var tokens: [String] = []
        var calls: [Completion.ToolCall] = []
        switch script.outcome {
        case .reply(let reply): tokens = Tokens.split(text(reply.filled(user: user), for: chat))
        case .chunks(let pieces):
            tokens = pieces.map { $0.filled(user: user) }
            // What must be cut or wrapped is no longer the script's pieces.
            let whole = tokens.joined()
            let text = text(whole, for: chat)
            if text != whole { tokens = Tokens.split(text) }
        case .toolCalls(let list, let reply):
            if let reply { tokens = Tokens.split(text(reply.filled(user: user), for: chat)) }
            calls = list.map { call in
                let arguments = call.arguments.filled(user: user).text
                let isBroken = context.deviates(.llmToolArgumentsBroken)
                return Completion.ToolCall(
                    id: "call_" + context.chance.hex("tool call", for: subject, digits: 16), name: call.name,
                    arguments: Tokens.split(isBroken ? String(arguments.prefix(arguments.count / 2)) : arguments))
            }
        case .failure: preconditionFailure("an error is thrown before")
        }
        var completion = Completion(
            chat, tokens: tokens, toolCalls: calls, id: "chatcmpl-" + context.chance.hex("completion", for: subject, digits: 16),
            created: context.clock.now.seconds)
        if context.deviates(.llmUsageWrong) { completion.totalError = 7 }
        return completion
    }

    /// The text of a reply, up to a stop. Where JSON was asked for, a text that is no object becomes one.
    private func text(_ reply: String, for chat: ChatRequest) -> String {
        var text = reply
        if chat.isJSON, (try? JSONValue(json: text))?.object == nil { text = (["answer": .string(reply)] as JSONValue).text }
        return Completion.cut(text, before: chat.stops)
    }

    private func stream(_ completion: Completion, pace: Pace, includesUsage: Bool) -> Response {
        var completion = completion
        if context.deviates(.llmCutUnmarked) { completion.loseHalf() }
        let stream = CompletionStream(
            completion: completion, pace: pace, includesUsage: includesUsage,
            doublesPieces: context.deviates(.llmChunkDoubled), context: context)
        let body = ResponseBody { writer in try await stream.write(to: &writer) }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"], body: body)
    }

    private static func body(of request: Request) async throws -> JSONValue {
        do {
            return try await JSONValue(json: request.body.collect(upTo: 1 << 20))
        } catch is NIOTooManyBytesError {
            throw LLMError(status: .contentTooLarge, message: "The request body is larger than 1048576 bytes.")
        } catch is JSONSyntaxError {
            throw LLMError.invalid(
                "We could not parse the JSON body of your request. The API expects a JSON payload, but what was sent is none.")
        }
    }
}
