// How a client's commands are taken: refused, queued in its transaction, or performed.

import Kernel
import StoreKit

extension Keyspace {
    /// Adds a client.
    mutating func connect() -> Int {
        lastClient += 1
        clients[lastClient] = Client(id: lastClient)
        return lastClient
    }

    /// Removes a client: its watches and subscriptions go with it.
    mutating func disconnect(_ id: Int) {
        guard var client = clients[id] else { return }
        unwatch(&client)
        clients[id] = nil
    }

    /// Answers a client's command; a SUBSCRIBE has one reply for each channel.
    mutating func answer(_ command: CacheCommand, from id: Int, at now: Instant) -> [CacheReply] {
        guard var client = clients[id] else { return [.error(CacheError("ERR this session was closed"))] }
        arrive(at: now)
        // The client is kept in a place of its own while its command works on the keyspace.
        let replies: [CacheReply]
        do {
            replies = try take(command, &client)
        } catch {
            replies = [.error(error as? CacheError ?? CacheError("ERR \(error)"))]
        }
        clients[id] = client
        return replies
    }

    /// Performs a command that needs no client.
    mutating func answer(_ command: CacheCommand, at now: Instant) -> CacheReply {
        arrive(at: now)
        do {
            let found = try check(command)
            if case .client = found.body {
                if command.needsSession { throw CacheError.sessionNeeded(found.name) }
                var client = Client(id: 0)
                return try perform(found, Arguments(all: command.arguments), for: &client).first ?? .null
            }
            return try perform(found, Arguments(all: command.arguments), in: 0)
        } catch {
            return .error(error as? CacheError ?? CacheError("ERR \(error)"))
        }
    }

    /// The command of that name, if it takes so many arguments.
    private func check(_ command: CacheCommand) throws -> Command {
        guard let found = CommandTable.command(command.name) else { throw CommandTable.unknown(command) }
        guard found.takes(command.arguments.count) else { throw Command.wrongNumber(found.name) }
        return found
    }

    private mutating func take(_ command: CacheCommand, _ client: inout Client) throws -> [CacheReply] {
        let found: Command
        do { found = try check(command) } catch {
            if client.queue != nil { client.isFlawed = true }
            throw error
        }
        if client.protocolVersion == 2, client.subscriptionCount > 0, !ConnectionCommands.whileSubscribed.contains(found.name) {
            throw CacheError(
                "ERR Can't execute '\(found.name)': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
            )
        }
        if client.queue != nil, !ConnectionCommands.unqueued.contains(found.name) {
            client.queue!.append(command)
            return [.status("QUEUED")]
        }
        return try perform(found, Arguments(all: command.arguments), for: &client)
    }

    /// Performs a command for a client at once.
    private mutating func perform(
        _ command: Command, _ arguments: Arguments, for client: inout Client
    ) throws -> [CacheReply] {
        guard case .client = command.body else { return [try perform(command, arguments, in: client.database)] }
        switch command.name {
        case "multi":
            guard client.queue == nil else { throw CacheError("ERR MULTI calls can not be nested") }
            client.queue = []
            return [.ok]
        case "exec": return [try execute(&client)]
        case "discard":
            guard client.queue != nil else { throw CacheError("ERR DISCARD without MULTI") }
            endTransaction(&client)
            return [.ok]
        case "watch":
            guard client.queue == nil else { throw CacheError("ERR WATCH inside MULTI is not allowed") }
            watch(arguments.from(1), &client)
            return [.ok]
        case "unwatch":
            unwatch(&client)
            return [.ok]
        case "subscribe", "psubscribe", "unsubscribe", "punsubscribe": return changeSubscriptions(arguments, &client)
        case "publish": return [.integer(publish(arguments[1], arguments[2], by: client))]
        case "pubsub": return [try describeChannels(arguments)]
        default: return [try converse(arguments, &client)]
        }
    }

    // MARK: Transactions

    private mutating func execute(_ client: inout Client) throws -> CacheReply {
        guard let queue = client.queue else { throw CacheError("ERR EXEC without MULTI") }
        let (isFlawed, isStale) = (client.isFlawed, client.watches.contains { hasChanged($0) })
        endTransaction(&client)
        if isFlawed { throw CacheError("EXECABORT Transaction discarded because of previous errors.") }
        if isStale { return .nullArray }
        var replies: [CacheReply] = []
        for command in queue {
            do {
                replies += try perform(try check(command), Arguments(all: command.arguments), for: &client)
            } catch {
                replies.append(.error(error as? CacheError ?? CacheError("ERR \(error)")))
            }
        }
        return .array(replies)
    }

    private mutating func endTransaction(_ client: inout Client) {
        client.queue = nil
        client.isFlawed = false
        unwatch(&client)
    }

    private mutating func watch(_ keys: ArraySlice<CacheBytes>, _ client: inout Client) {
        let index = client.database
        databases[index].now = millisecond
        for key in keys where !client.watches.contains(where: { $0.key == key && $0.database == index }) {
            client.watches.append(.init(database: index, key: key, version: databases[index].watch(key)))
        }
    }

    private mutating func hasChanged(_ watch: Client.Watch) -> Bool {
        databases[watch.database].now = millisecond
        return databases[watch.database].version(of: watch.key) != watch.version
    }

    mutating func unwatch(_ client: inout Client) {
        for watch in client.watches { databases[watch.database].unwatch(watch.key) }
        client.watches = []
    }
}
