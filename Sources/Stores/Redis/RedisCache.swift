// A cache on a Redis server: some connections for single commands, and one for each session.

public import Kernel
public import StoreKit
import Synchronization

/// A cache on a Redis server, speaking RESP2 by hiredis.
///
/// In a simulation every command is sent and answered at one virtual instant, and deadlines follow virtual time. What
/// Redis chooses by chance (SPOP, RANDOMKEY, the order of SCAN) does not follow the seed.
public final class RedisCache: CacheStore {
    /// Which clock deadlines follow.
    public enum Time: Sendable {
        /// The server's own.
        case server
        /// The world's, whatever the server's clock says.
        case world(WorldClock)
    }

    /// How many connections single commands share.
    private static let width = 4

    private struct State {
        var expiry = VirtualExpiry()
        var next = 0
        var sessions: [Int: RedisSession] = [:]
        var lastSession = 0
        var isClosed = false
    }

    /// One connection with its lane.
    struct Line: Sendable {
        let connection: RedisConnection
        let lane = BlockingLane("backlot-redis")

        func run<Result: Sendable>(_ body: @escaping @Sendable (RedisConnection) throws -> Result) async throws -> Result {
            try await lane.run { [connection] in try body(connection) }
        }
    }

    let server: RedisServer
    let namespace: RedisNamespace
    private let time: Time
    private let lines: [Line]
    private let state = Mutex(State())
    private let onClose: @Sendable () -> Void

    init(_ server: RedisServer, first: Int, count: Int, time: Time, onClose: @escaping @Sendable () -> Void) {
        self.server = server
        self.time = time
        self.onClose = onClose
        namespace = RedisNamespace(first: first, count: count)
        lines = (0..<Self.width).map { _ in Line(connection: RedisConnection(to: server.address, database: first)) }
    }

    deinit { for line in lines { line.lane.stop() } }

    func makeLine() -> Line { Line(connection: RedisConnection(to: server.address, database: namespace.first)) }

    public func perform(_ command: CacheCommand) async throws -> CacheReply {
        if command.needsSession { return .error(.sessionNeeded(command.name.lowercased.text)) }
        // One connection in a simulation: the order of commands is the order of calls.
        let line = state.withLock { state in
            state.next = Simulation.current == nil ? (state.next + 1) % Self.width : 0
            return lines[state.next]
        }
        return try await perform(command, on: line).reply
    }

    /// Performs a command on a line, with what is due removed before and messages delivered after it.
    func perform(_ command: CacheCommand, on line: Line) async throws -> (reply: CacheReply, read: VirtualExpiry.Rewritten) {
        if state.withLock({ $0.isClosed }) { throw CacheError("ERR this cache was closed") }
        let sent: CacheCommand
        do { sent = try namespace.rewrite(command) } catch let error as CacheError {
            return (.error(error), .init(command: command))
        }
        try await removeDue()
        let rewritten = rewrite(sent)
        let reply = try await line.run { try $0.perform(rewritten.command) }
        if let key = rewritten.movedTo, case .world = time { try await noteDeadline(of: key, on: line) }
        if ["publish", "exec"].contains(command.name.lowercased.text) { try await deliverAll() }
        return (rewritten.reading(namespace.read(reply, to: command)), rewritten)
    }

    private func rewrite(_ command: CacheCommand) -> VirtualExpiry.Rewritten {
        guard case .world(let clock) = time else { return .init(command: command) }
        return state.withLock { $0.expiry.rewrite(command, at: clock.now) }
    }

    /// Removes the keys whose time has come on the world's clock.
    private func removeDue() async throws {
        guard case .world(let clock) = time else { return }
        let now = clock.now
        while let key = state.withLock({ $0.expiry.takeDue(now) }) {
            try await lines[0].run { connection in
                let deadline = try connection.perform(["PEXPIRETIME", key]).integer()
                if VirtualExpiry.isDue(deadline, now) { _ = try connection.perform(["DEL", key]) }
            }
        }
    }

    private func noteDeadline(of key: CacheBytes, on line: Line) async throws {
        let deadline = try? await line.run { try $0.perform(["PEXPIRETIME", key]).integer() }
        guard let deadline, deadline >= 0 else { return }
        state.withLock { $0.expiry.note(key, serverTime: deadline) }
    }

    // MARK: Sessions

    public func connect(_ deliver: @escaping @Sendable (CacheReply) -> Void) async throws -> CacheSession {
        let (session, id) = try state.withLock { state in
            if state.isClosed { throw CacheError("ERR this cache was closed") }
            state.lastSession += 1
            let session = RedisSession(self, deliver)
            state.sessions[state.lastSession] = session
            return (session, state.lastSession)
        }
        return CacheSession(
            perform: { try await session.send($0) },
            end: { [self] in
                state.withLock { _ = $0.sessions.removeValue(forKey: id) }
                await session.close()
            })
    }

    /// In a simulation, brings every session the messages that the server has for it. Elsewhere they come by themselves.
    private func deliverAll() async throws {
        guard Simulation.current != nil else { return }
        let sessions = state.withLock { $0.sessions.sorted { $0.key < $1.key }.map(\.value) }
        for session in sessions { try await session.drain() }
    }

    // MARK: The end

    /// Whether none of its databases has a key.
    func isEmpty() async throws -> Bool {
        let (first, count) = (namespace.first, namespace.count)
        return try await lines[0].run { connection in
            var isEmpty = true
            for database in first..<first + count where isEmpty {
                try connection.perform(["SELECT", CacheBytes(Int64(database))]).checked()
                isEmpty = try connection.perform(["DBSIZE"]).integer() == 0
            }
            try connection.perform(["SELECT", CacheBytes(Int64(first))]).checked()
            return isEmpty
        }
    }

    /// Ends the connections and leaves the databases as they are.
    func abandon() async {
        guard
            !state.withLock({ state in
                defer { state.isClosed = true }
                return state.isClosed
            })
        else { return }
        let sessions = state.withLock { state in
            defer { state.sessions = [:] }
            return state.sessions.sorted { $0.key < $1.key }.map(\.value)
        }
        for session in sessions { await session.close() }
        for line in lines {
            try? await line.run { $0.close() }
            line.lane.stop()
        }
    }

    /// Empties its databases, and ends the connections. A shared database is left as it is.
    public func close() async throws {
        if state.withLock({ $0.isClosed }) { return }
        let (first, count) = (namespace.first, namespace.count)
        if count > 0 {
            try await lines[0].run { connection in
                for database in first..<first + count {
                    try connection.perform(["SELECT", CacheBytes(Int64(database))]).checked()
                    try connection.perform(["FLUSHDB"]).checked()
                }
            }
        }
        await abandon()
        onClose()
    }
}
