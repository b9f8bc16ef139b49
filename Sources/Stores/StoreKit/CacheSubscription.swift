// Subscriptions of a cache: the messages of channels and patterns as a sequence.

/// A message that somebody published.
public struct CacheMessage: Sendable, Hashable {
    /// The pattern by which it was subscribed to, nil where by its channel.
    public let pattern: CacheBytes?
    /// The channel it was published to.
    public let channel: CacheBytes
    /// What was published.
    public let payload: CacheBytes

    /// The message in what a session delivers; nil for a confirmation.
    init?(_ reply: CacheReply) {
        guard let parts = try? reply.elements().map({ (part) throws(CacheError) in try part.bytes() }) else { return nil }
        switch (parts.first??.text, parts.count) {
        case ("message", 3): (pattern, channel, payload) = (nil, parts[1] ?? "", parts[2] ?? "")
        case ("pmessage", 4): (pattern, channel, payload) = (parts[1], parts[2] ?? "", parts[3] ?? "")
        default: return nil
        }
    }
}

/// The messages of some channels, until it is cancelled.
public struct CacheSubscription: AsyncSequence, Sendable {
    public typealias Element = CacheMessage
    public typealias Failure = Never

    let messages: AsyncStream<CacheMessage>
    let session: CacheSession

    public func makeAsyncIterator() -> AsyncStream<CacheMessage>.Iterator { messages.makeAsyncIterator() }

    /// Ends the subscription, and with it the sequence.
    public func cancel() async { await session.close() }
}

extension CacheStore {
    /// Subscribes to channels and patterns; the messages that are published from then on wait until they are read.
    public func subscribe(_ channels: [CacheBytes], patterns: [CacheBytes] = []) async throws -> CacheSubscription {
        let (messages, continuation) = AsyncStream.makeStream(of: CacheMessage.self)
        let session = try await connect { reply in
            if let message = CacheMessage(reply) { continuation.yield(message) }
        }
        for (name, names) in [("SUBSCRIBE", channels), ("PSUBSCRIBE", patterns)] where !names.isEmpty {
            for reply in try await session.send(CacheCommand([CacheBytes(name)] + names)) { try reply.checked() }
        }
        let ending = CacheSession(perform: { try await session.send($0) }) {
            await session.close()
            continuation.finish()
        }
        return CacheSubscription(messages: messages, session: ending)
    }

    /// Publishes a message; how many subscriptions got it.
    @discardableResult
    public func publish(_ channel: CacheBytes, _ payload: CacheBytes) async throws -> Int64 {
        try await perform(["PUBLISH", channel, payload]).integer()
    }
}
