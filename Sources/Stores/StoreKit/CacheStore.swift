// The contract of a cache: one primitive, which the keyspace in memory, Redis and the server of the wire share.

/// A cache that takes Redis' commands. All else that callers have stands on this in extensions.
public protocol CacheStore: Sendable {
    /// Performs one command that needs no connection of its own, and returns its reply. A refusal is a reply
    /// (``CacheReply/error(_:)``); throws a ``CacheError`` only where the cache cannot be reached.
    func perform(_ command: CacheCommand) async throws -> CacheReply

    /// Opens a session: what a connection to Redis is, with a database, a transaction and subscriptions of its own.
    /// Messages of its subscriptions come to `deliver`, in order, which must neither block nor call the store.
    func connect(_ deliver: @escaping @Sendable (CacheReply) -> Void) async throws -> CacheSession

    /// Gives up what the store holds. Later calls throw.
    func close() async throws
}

/// One session with a cache. Its commands are to be sent one after the other.
public struct CacheSession: Sendable {
    private let perform: @Sendable (CacheCommand) async throws -> [CacheReply]
    private let end: @Sendable () async -> Void

    /// A session that `perform` and `end` carry out.
    public init(
        perform: @escaping @Sendable (CacheCommand) async throws -> [CacheReply], end: @escaping @Sendable () async -> Void
    ) {
        self.perform = perform
        self.end = end
    }

    /// Sends a command and returns what is answered at once: one reply, or one for each channel of a SUBSCRIBE.
    public func send(_ command: CacheCommand) async throws -> [CacheReply] { try await perform(command) }

    /// Sends a command with one reply. A refusal is a reply.
    public func perform(_ command: CacheCommand) async throws -> CacheReply { try await send(command).first ?? .null }

    /// Ends the session: its transaction is discarded, its subscriptions are gone.
    public func close() async { await end() }
}
