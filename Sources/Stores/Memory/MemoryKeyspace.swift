// The embedded cache: one keyspace behind one lock, on the world's clock.

public import Kernel
public import StoreKit
import Synchronization

/// A cache in this process, with the commands of Redis 7 as far as `CommandTable` lists them.
///
/// Every command is one step under one lock, so commands never interleave. Expiry follows the world's clock in whole
/// milliseconds, as Redis counts; a key is gone from its deadline on (Redis keeps it for that millisecond).
public final class MemoryKeyspace: CacheStore {
    private struct State {
        var keyspace: Keyspace
        /// Where the messages of each session go.
        var deliveries: [Int: @Sendable (CacheReply) -> Void] = [:]
        var isClosed = false
    }

    private let clock: WorldClock
    private let state: Mutex<State>

    /// An empty cache. `chanceKey` decides what commands choose that choose by chance (SPOP, SRANDMEMBER, RANDOMKEY).
    public init(clock: WorldClock = WorldClock(), chanceKey: UInt64 = 0) {
        self.clock = clock
        state = Mutex(State(keyspace: Keyspace(chanceKey: chanceKey)))
    }

    /// How many keys take memory: those that are there, and those that expired but were not removed yet.
    public var heldCount: Int { state.withLock { $0.keyspace.databases.reduce(0) { $0 + $1.heldCount } } }

    public func perform(_ command: CacheCommand) async throws -> CacheReply {
        try act { keyspace, now in keyspace.answer(command, at: now) }
    }

    public func connect(_ deliver: @escaping @Sendable (CacheReply) -> Void) async throws -> CacheSession {
        let id = try state.withLock { state in
            if state.isClosed { throw Self.closed }
            let id = state.keyspace.connect()
            state.deliveries[id] = deliver
            return id
        }
        return CacheSession(
            perform: { [self] command in try act { keyspace, now in keyspace.answer(command, from: id, at: now) } },
            end: { [self] in
                state.withLock { state in
                    state.keyspace.disconnect(id)
                    state.deliveries[id] = nil
                }
            })
    }

    public func close() async throws { state.withLock { $0.isClosed = true } }

    /// Does something to the keyspace, and delivers what it sends to others before anything else is done to it.
    private func act<Result: Sendable>(_ body: (inout Keyspace, Instant) -> Result) throws -> Result {
        let now = clock.now
        return try state.withLock { state in
            if state.isClosed { throw Self.closed }
            let result = body(&state.keyspace, now)
            if !state.keyspace.outbox.isEmpty {
                for (client, message) in state.keyspace.outbox { state.deliveries[client]?(message) }
                state.keyspace.outbox = []
            }
            return result
        }
    }

    private static let closed = CacheError("ERR this cache was closed")
}
