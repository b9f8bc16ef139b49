// The typed caller of the language model: a conversation in, pieces of text out.

import HTTPTypes
public import Wire

/// Calls a model by OpenAI's chat completions.
public struct LLMClient: Sendable {
    /// One message of a conversation.
    public struct Message: Sendable, Hashable {
        /// `system`, `user` or `assistant`.
        public let role: String
        /// The text.
        public let content: String

        /// A message from its parts.
        public init(role: String, content: String) {
            self.role = role
            self.content = content
        }

        /// A message of the user.
        public static func user(_ content: String) -> Message { Message(role: "user", content: content) }
        /// An instruction to the model.
        public static func system(_ content: String) -> Message { Message(role: "system", content: content) }
    }

    private let caller: Caller
    private let key: String
    private let path = "/v1/chat/completions"

    /// A client that calls through `caller` with an API key.
    public init(_ caller: Caller, key: String) {
        self.caller = caller
        self.key = key
    }

    /// The whole reply, once it is complete. Throws ``Wire/CallError``.
    public func complete(model: String, _ messages: [Message]) async throws -> String {
        try await caller.result(of: call(model, messages, streamed: false)) { whole in
            guard let choices = Self.choices(whole, "message") else { return nil }
            return choices.first?["content"]?.string ?? ""
        }
    }

    /// The whole reply to a request that may offer tools: text, calls, why it ended, and what it cost. Throws
    /// ``Wire/CallError``.
    public func answer(_ request: LLMRequest) async throws -> LLMAnswer {
        try await caller.result(of: call(request, streamed: false), as: LLMAnswer.init)
    }

    /// The same as a stream, put together from its pieces. Throws ``Wire/CallError``: of a stream that ends before `[DONE]`,
    /// or whose pieces do not make a whole.
    public func streamedAnswer(_ request: LLMRequest) async throws -> LLMAnswer {
        let call = call(request, streamed: true)
        let reply = try await caller.send(call)
        guard reply.status.kind == .successful else {
            throw CallError.unexpectedStatus(
                service: caller.service, request: call.summary, status: reply.status.code,
                body: try await reply.collected().text)
        }
        var assembly = LLMAnswerAssembly()
        var isDone = false
        for try await event in ServerSentEvents(reply.body) {
            if event.data == "[DONE]" { isDone = true }
            guard !isDone else { continue }
            guard let chunk = try? JSONValue(json: event.data), assembly.take(chunk) else {
                throw CallError.unexpectedBody(
                    service: caller.service, request: call.summary, reason: "an event is no chunk: \(event.data.prefix(200))")
            }
        }
        guard isDone else {
            throw CallError.connectionLost(
                service: caller.service, request: call.summary, reason: "the stream ended before [DONE]")
        }
        guard let answer = assembly.answer else {
            throw CallError.unexpectedBody(
                service: caller.service, request: call.summary, reason: "the chunks do not make a whole answer")
        }
        return answer
    }

    /// GET `/v1/models`: the names of the models. Throws ``Wire/CallError``.
    public func models() async throws -> [String] {
        try await caller.result(of: Call.get("/v1/models").bearer(key), status: .ok) { json in
            guard json["object"] == "list", let items = json["data"]?.array else { return nil }
            let names = items.compactMap { $0["id"]?.string }
            return names.count == items.count ? names : nil
        }
    }

    private func call(_ request: LLMRequest, streamed: Bool) -> Call {
        var body = request.body
        body["stream"] = .bool(streamed)
        if streamed { body["stream_options"] = ["include_usage": true] }
        return Call.post(path, value: body).bearer(key)
    }

    /// The pieces of the reply as they come. Throws ``Wire/CallError``, from the sequence too: a stream that ends
    /// before `[DONE]` is a lost connection, never a short reply.
    public func stream(model: String, _ messages: [Message]) async throws -> Deltas {
        let call = call(model, messages, streamed: true)
        let reply = try await caller.send(call)
        guard reply.status.kind == .successful else {
            throw CallError.unexpectedStatus(
                service: caller.service, request: call.summary, status: reply.status.code,
                body: try await reply.collected().text)
        }
        return Deltas(events: ServerSentEvents(reply.body), service: caller.service, request: call.summary)
    }

    /// The messages or deltas of all choices; nil where one has none, or one whose content is no text.
    fileprivate static func choices(_ answer: JSONValue, _ name: String) -> [JSONValue]? {
        guard let choices = answer["choices"]?.array else { return nil }
        let contents = choices.compactMap { $0[name] }.filter { $0.object != nil && $0.isOptional("content", \.string) }
        return contents.count == choices.count ? contents : nil
    }

    private func call(_ model: String, _ messages: [Message], streamed: Bool) -> Call {
        let list = messages.map { message -> JSONValue in ["role": .string(message.role), "content": .string(message.content)] }
        return Call.post(path, value: ["model": .string(model), "messages": .array(list), "stream": .bool(streamed)]).bearer(key)
    }

    /// The pieces of text of a streamed reply.
    public struct Deltas: AsyncSequence, Sendable {
        public typealias Element = String
        public typealias Failure = any Error

        fileprivate let events: ServerSentEvents
        fileprivate let service: String
        fileprivate let request: String

        public func makeAsyncIterator() -> Iterator {
            Iterator(events: events.makeAsyncIterator(), service: service, request: request)
        }

        /// Reads pieces one by one.
        public struct Iterator: AsyncIteratorProtocol {
            fileprivate var events: ServerSentEvents.Iterator
            fileprivate let service: String
            fileprivate let request: String
            private var isDone = false

            fileprivate init(events: ServerSentEvents.Iterator, service: String, request: String) {
                self.events = events
                self.service = service
                self.request = request
            }

            /// The next piece that is not empty; nil after the last.
            public mutating func next() async throws -> String? {
                while !isDone {
                    guard let event = try await events.next() else {
                        throw CallError.connectionLost(
                            service: service, request: request, reason: "the stream ended before [DONE]")
                    }
                    if event.data == "[DONE]" {
                        isDone = true
                        // What follows is read to its end, so that the connection can be used again.
                        while try await events.next() != nil {}
                        return nil
                    }
                    if let text = try text(of: event), !text.isEmpty { return text }
                }
                return nil
            }

            private func text(of event: ServerSentEvent) throws -> String? {
                guard let deltas = (try? JSONValue(json: event.data)).flatMap({ LLMClient.choices($0, "delta") }) else {
                    throw CallError.unexpectedBody(
                        service: service, request: request, reason: "an event is no chunk: \(event.data.prefix(200))")
                }
                return deltas.first?["content"]?.string
            }
        }
    }
}
