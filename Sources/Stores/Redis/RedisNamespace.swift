// A world's own part of a Redis server: some databases, and channels with a prefix.

import StoreKit

/// Rewrites what would reach beyond a world's own databases and channels.
struct RedisNamespace: Sendable {
    /// The first database, and how many follow; none of its own where the server is shared.
    let first: Int
    let count: Int

    private var isShared: Bool { count == 0 }
    private var prefix: [UInt8] { Array("backlot:\(first):".utf8) }

    /// A command as the server is to be sent it. Throws a ``StoreKit/CacheError`` for what is not the world's own.
    func rewrite(_ command: CacheCommand) throws -> CacheCommand {
        if isShared { return command }
        var arguments = command.arguments
        switch command.name.lowercased.text {
        case "select" where arguments.count == 2: arguments[1] = try database(arguments[1])
        case "move" where arguments.count == 3: arguments[2] = try database(arguments[2])
        case "copy":
            for place in 3..<max(3, arguments.count - 1) where arguments[place].lowercased == "db" {
                arguments[place + 1] = try database(arguments[place + 1])
            }
        case "flushall": arguments[0] = "FLUSHDB"
        case "swapdb", "shutdown", "debug", "replicaof", "slaveof":
            throw CacheError("ERR '\(command.name.text)' is not for a server that worlds share")
        case "publish" where arguments.count == 3, "spublish" where arguments.count == 3: arguments[1] = own(arguments[1])
        case "subscribe", "unsubscribe": for place in 1..<arguments.count { arguments[place] = own(arguments[place]) }
        case "psubscribe", "punsubscribe": for place in 1..<arguments.count { arguments[place] = own(arguments[place]) }
        case "pubsub" where arguments.count >= 2:
            if arguments.count == 2, arguments[1].lowercased == "channels" { arguments.append("*") }
            for place in 2..<max(2, arguments.count) { arguments[place] = own(arguments[place]) }
        default: break
        }
        return CacheCommand(arguments)
    }

    /// A reply or message with the prefix of channels taken off again.
    func read(_ reply: CacheReply, to command: CacheCommand?) -> CacheReply {
        if isShared { return reply }
        guard case .array(let parts) = reply else { return reply }
        if let command {
            guard ["pubsub", "subscribe", "unsubscribe", "psubscribe", "punsubscribe"].contains(command.name.lowercased.text)
            else { return reply }
        }
        return .array(parts.map(strip))
    }

    private func strip(_ part: CacheReply) -> CacheReply {
        guard case .bytes(let bytes) = part, bytes.bytes.starts(with: prefix) else { return part }
        return .bytes(CacheBytes(Array(bytes.bytes.dropFirst(prefix.count))))
    }

    private func own(_ channel: CacheBytes) -> CacheBytes { CacheBytes(prefix + channel.bytes) }

    private func database(_ number: CacheBytes) throws -> CacheBytes {
        guard let index = CacheNumber.integer(number) else { throw CacheError.notAnInteger }
        guard (0..<Int64(count)).contains(index) else { throw CacheError("ERR DB index is out of range") }
        return CacheBytes(Int64(first) + index)
    }
}
