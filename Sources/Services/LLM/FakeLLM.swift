// The fake language model: scripted replies at a scripted pace, in the shapes of OpenAI's API.

import HTTPTypes
import Hummingbird
import Kernel
import NIOCore
public import ServiceKit
import Wire

/// Serves `POST /v1/chat/completions`, `GET /v1/models` and `GET /health`.
public final class FakeLLM: Service {
    public let name: String
    private let context: ServiceContext
    private let scripts: LLMScripts

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
        routes.post("/v1/chat/completions") { model, request, _ in
            try model.requireKey(request)
            return try await model.complete(request)
        }
    }

    /// Any key is right, but there must be one.
    private func requireKey(_ request: Request) throws {
        guard request.headers.bearerToken != nil else { throw LLMError.missingKey }
    }

    private var models: JSONValue {
        let created = Instant.simulatedEpoch.seconds
        let list = scripts.models.map { name -> JSONValue in
            ["id": .string(name), "object": "model", "created": .integer(created), "owned_by": "backlot"]
        }
        return ["object": "list", "data": .array(list)]
    }

    private func complete(_ request: Request) async throws -> Response {
        let chat = try ChatRequest(try await Self.body(of: request))
        let script = scripts.script(model: chat.model, user: chat.userText)
        // Named by what was asked, so that other conversations leave this one's chance as it is.
        let subject = Fingerprint(value: StableHash.of(chat.model + "\u{0}" + chat.userText)).description
        let completion = Completion(
            chat, reply: script.reply.filled(user: chat.userText),
            id: "chatcmpl-" + context.chance.hex("completion", for: subject, digits: 16),
            created: context.clock.now.seconds)
        if chat.isStreamed { return stream(completion, pace: script.pace, includesUsage: chat.includesUsage) }
        for index in completion.tokens.indices {
            try await context.clock.sleep(for: script.pace.delay(before: index, of: completion.id, context.chance.chance))
        }
        return .json(value: completion.whole)
    }

    private func stream(_ completion: Completion, pace: Pace, includesUsage: Bool) -> Response {
        let (clock, chance) = (context.clock, context.chance.chance)
        let body = ResponseBody { writer in
            let frame = completion.chunkFrame(includesUsage: includesUsage)
            for (index, token) in completion.tokens.enumerated() {
                try await clock.sleep(for: pace.delay(before: index, of: completion.id, chance))
                var buffer = ByteBuffer()
                if index == 0 { Self.write(completion.opening(includesUsage: includesUsage), into: &buffer) }
                frame.write(token, into: &buffer)
                try await writer.write(buffer)
            }
            var buffer = ByteBuffer()
            if completion.tokens.isEmpty { Self.write(completion.opening(includesUsage: includesUsage), into: &buffer) }
            Self.write(completion.closing(includesUsage: includesUsage), into: &buffer)
            if includesUsage { Self.write(completion.counting, into: &buffer) }
            buffer.writeStaticString("data: [DONE]\n\n")
            try await writer.write(buffer)
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"], body: body)
    }

    private static func write(_ chunk: JSONValue, into buffer: inout ByteBuffer) {
        buffer.writeStaticString("data: ")
        buffer.writeImmutableBuffer(chunk.buffer)
        buffer.writeStaticString("\n\n")
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
