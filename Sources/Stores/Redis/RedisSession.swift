// A session on a Redis server: a connection of its own, and the messages that come by it.

import Kernel
import StoreKit
import Synchronization

/// One session of a ``RedisCache``.
final class RedisSession: Sendable {
    private struct State {
        var subscriptions: Int64 = 0
        /// What the replies to the queued commands of a transaction mean.
        var queued: [@Sendable (CacheReply) -> CacheReply]?
    }

    /// How long the lane waits for messages before it looks for commands, in milliseconds.
    private static let patience: CInt = 20

    private let cache: RedisCache
    private let line: RedisCache.Line
    private let deliver: @Sendable (CacheReply) -> Void
    private let state = Mutex(State())

    init(_ cache: RedisCache, _ deliver: @escaping @Sendable (CacheReply) -> Void) {
        self.cache = cache
        self.deliver = deliver
        line = cache.makeLine()
    }

    func send(_ command: CacheCommand) async throws -> [CacheReply] {
        switch command.name.lowercased.text {
        case "subscribe", "unsubscribe", "psubscribe", "punsubscribe": return try await changeSubscriptions(command)
        // The library knows version 2 of the protocol only.
        case "hello" where command.arguments.count > 1 && command.arguments[1] != "2":
            return [.error(CacheError("NOPROTO unsupported protocol version"))]
        case "quit": return [.ok]
        default: break
        }
        if state.withLock({ $0.subscriptions > 0 }) { return try await performWhileSubscribed(command) }
        let (reply, rewritten) = try await cache.perform(command, on: line)
        return [note(reply, to: command, rewritten)]
    }

    /// Keeps account of an open transaction, whose replies come with EXEC.
    private func note(
        _ reply: CacheReply, to command: CacheCommand, _ rewritten: VirtualExpiry.Rewritten
    ) -> CacheReply {
        state.withLock { state in
            switch command.name.lowercased.text {
            case "multi" where reply == .ok: state.queued = []
            case "discard", "reset": state.queued = nil
            case "exec":
                defer { state.queued = nil }
                guard case .array(let parts) = reply, let queued = state.queued, queued.count == parts.count else { return reply }
                return .array(zip(queued, parts).map { reading, part in reading(part) })
            default: if reply == .status("QUEUED") { state.queued?.append(rewritten.reading) }
            }
            return reply
        }
    }

    // MARK: Subscriptions

    private func changeSubscriptions(_ command: CacheCommand) async throws -> [CacheReply] {
        let (namespace, names) = (cache.namespace, command.arguments.count - 1)
        let sent = try namespace.rewrite(command)
        // Without names, all subscriptions of the kind end, each with a reply, and one comes where there is none.
        let (replies, messages) = try await line.run { connection -> ([CacheReply], [CacheReply]) in
            try connection.send(sent)
            var (replies, messages): ([CacheReply], [CacheReply]) = ([], [])
            if names > 0 {
                while replies.count < names { Self.sort(try connection.receive(), &replies, &messages) }
            } else {
                try connection.send(["PING", "end of unsubscribing"])
                while true {
                    let reply = try connection.receive()
                    if Self.isPong(reply, "end of unsubscribing") { break }
                    Self.sort(reply, &replies, &messages)
                }
            }
            return (replies, messages)
        }
        for message in messages { deliver(namespace.read(message, to: nil)) }
        if case .array(let parts)? = replies.last, case .integer(let count)? = parts.last {
            state.withLock { $0.subscriptions = count }
            listen(count > 0)
        }
        return replies.map { namespace.read($0, to: command) }
    }

    /// Outside simulations, has the lane wait for messages.
    private func listen(_ isListening: Bool) {
        guard Simulation.current == nil else { return }
        guard isListening else { return line.lane.whileIdle(nil) }
        let (connection, namespace, deliver, lane) = (line.connection, cache.namespace, deliver, line.lane)
        lane.whileIdle {
            do {
                if let message = try connection.receive(within: Self.patience) { deliver(namespace.read(message, to: nil)) }
            } catch {
                // The server is gone: whoever uses the session is told when it sends its next command.
                lane.whileIdle(nil)
            }
        }
    }

    private func performWhileSubscribed(_ command: CacheCommand) async throws -> [CacheReply] {
        let namespace = cache.namespace
        let (replies, messages) = try await line.run { connection -> ([CacheReply], [CacheReply]) in
            try connection.send(command)
            var (replies, messages): ([CacheReply], [CacheReply]) = ([], [])
            while replies.isEmpty { Self.sort(try connection.receive(), &replies, &messages) }
            return (replies, messages)
        }
        for message in messages { deliver(namespace.read(message, to: nil)) }
        return replies
    }

    /// Delivers the messages that the server has for the session now.
    func drain() async throws {
        guard state.withLock({ $0.subscriptions > 0 }) else { return }
        let messages = try await line.run { connection -> [CacheReply] in
            try connection.send(["PING", "end of messages"])
            var messages: [CacheReply] = []
            while true {
                let reply = try connection.receive()
                if Self.isPong(reply, "end of messages") { return messages }
                messages.append(reply)
            }
        }
        for message in messages { deliver(cache.namespace.read(message, to: nil)) }
    }

    private static func sort(_ reply: CacheReply, _ replies: inout [CacheReply], _ messages: inout [CacheReply]) {
        if case .array(let parts) = reply, parts.first == .text("message") || parts.first == .text("pmessage") {
            messages.append(reply)
        } else {
            replies.append(reply)
        }
    }

    private static func isPong(_ reply: CacheReply, _ text: String) -> Bool {
        reply == .array([.text("pong"), .text(text)]) || reply == .text(text)
    }

    func close() async {
        line.lane.whileIdle(nil)
        try? await line.run { $0.close() }
        line.lane.stop()
    }
}
