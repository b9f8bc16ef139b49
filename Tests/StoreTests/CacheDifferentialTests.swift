// Random commands, the same to the memory and to a real Redis: every reply must be the same.

import Kernel
import MemoryCache
import RedisStore
import StoreKit
import Testing
import Worlds

/// Makes commands by chance: few keys and members, so that they meet, and arguments that are wrong now and then.
private struct CommandMaker {
    let chance: Chance
    var drawn: UInt64 = 0

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        drawn += 1
        return elements[Int(chance.draw(site: "command", actor: "maker", occurrence: drawn).bits % UInt64(elements.count))]
    }

    private var key: CacheBytes { mutating get { pick(["a", "b", "c", "d", "e", "s", "h", "l", "z", "k:1"]) } }
    private var value: CacheBytes { mutating get { pick(["1", "2", "-3", "x", "y", "", "1.5", "10", "a\r\n\0b", "zz"]) } }
    private var number: CacheBytes {
        mutating get { pick(["0", "1", "2", "-1", "-2", "5", "100", "x", "01", "9223372036854775807"]) }
    }
    private var score: CacheBytes { mutating get { pick(["0", "1", "2.5", "-1", "+inf", "-inf", "nan", "1e3", "x", "0.1"]) } }
    private var bound: CacheBytes { mutating get { pick(["0", "(1", "-inf", "+inf", "2.5", "(x", "1"]) } }
    private var lexBound: CacheBytes { mutating get { pick(["-", "+", "[x", "(x", "[1", "y"]) } }
    private var seconds: CacheBytes { mutating get { pick(["100", "1000", "0", "-1", "x", "9223372036854775807"]) } }

    private static let names = [
        "get", "set", "setnx", "setex", "getset", "getdel", "getex", "mget", "mset", "msetnx", "append", "strlen", "setrange",
        "getrange", "incr", "decr", "incrby", "decrby", "incrbyfloat", "del", "exists", "type", "rename", "renamenx", "copy",
        "expire", "persist", "ttl", "hset", "hsetnx", "hget", "hmget", "hgetall", "hkeys", "hvals", "hlen", "hexists", "hdel",
        "hincrby", "hincrbyfloat", "hstrlen", "lpush", "rpush", "lpushx", "rpushx", "lpop", "rpop", "llen", "lrange", "lindex",
        "lset", "linsert", "lrem", "ltrim", "lmove", "rpoplpush", "lpos", "sadd", "srem", "smembers", "sismember",
        "smismember", "scard", "smove", "sinter", "sunion", "sdiff", "sinterstore", "sunionstore", "sdiffstore", "sintercard",
        "zadd", "zincrby", "zrem", "zscore", "zmscore", "zcard", "zrank", "zrevrank", "zpopmin", "zpopmax", "zrange",
        "zrevrange", "zrangebyscore", "zrevrangebyscore", "zcount", "zrangebylex", "zlexcount", "zremrangebyrank",
        "zremrangebyscore", "zrangestore", "keys", "dbsize", "ping", "echo", "nosuch", "object",
    ]

    mutating func next() -> CacheCommand {
        let name = pick(Self.names)
        var arguments: [CacheBytes] = [CacheBytes(name)]
        arguments += self.arguments(of: name)
        // Now and then one argument too many or too few.
        switch pick(Array(0..<40)) {
        case 0: arguments.append(value)
        case 1 where arguments.count > 1: arguments.removeLast()
        default: break
        }
        return CacheCommand(arguments)
    }

    private mutating func arguments(of name: String) -> [CacheBytes] {
        switch name {
        case "get", "strlen", "incr", "decr", "type", "persist", "ttl", "hgetall", "hkeys", "hvals", "hlen", "llen", "smembers",
            "scard", "zcard", "getdel":
            [key]
        case "set": [key, value] + pick([[], ["nx"], ["xx"], ["get"], ["ex", seconds], ["keepttl"], ["nx", "xx"], ["ex"]])
        case "getex": [key] + pick([[], ["persist"], ["ex", seconds], ["px"], ["nope"]])
        case "setex": [key, seconds, value]
        case "mget", "del", "exists", "sinter", "sunion", "sdiff", "rename", "renamenx", "rpoplpush": [key, key]
        case "mset", "msetnx": [key, value, key, value]
        case "setrange": [key, number == "9223372036854775807" ? "3" : pick(["0", "2", "-1", "x"]), value]
        case "getrange", "lrange", "ltrim": [key, number, number]
        case "incrby", "decrby", "lindex": [key, number]
        case "incrbyfloat": [key, score]
        case "copy": [key, key] + pick([[], ["replace"], ["db", "0"]])
        case "expire": [key, seconds] + pick([[], ["nx"], ["xx"], ["gt"], ["lt"], ["nx", "gt"], ["nope"]])
        case "hset", "hsetnx": [key, value, value]
        case "hget", "hexists", "hstrlen", "sismember", "zscore", "zrank", "zrevrank": [key, value]
        case "hmget", "hdel", "smismember", "zmscore", "zrem", "srem": [key, value, value]
        case "hincrby": [key, value, number]
        case "hincrbyfloat": [key, value, score]
        case "lpush", "rpush", "lpushx", "rpushx", "sadd": [key, value, value]
        case "lpop", "rpop", "zpopmin", "zpopmax": [key] + pick([[], [number]])
        case "lset", "lrem": [key, number, value]
        case "linsert": [key, pick(["before", "after", "x"]), value, value]
        case "lmove": [key, key, pick(["left", "right", "up"]), pick(["left", "right"])]
        case "lpos":
            [key, value] + pick([[], ["rank", number], ["count", number], ["rank", "-1", "count", "2"], ["maxlen", "2"]])
        case "smove": [key, key, value]
        case "sinterstore", "sunionstore", "sdiffstore": [key, key, key]
        case "sintercard": [number, key, key] + pick([[], ["limit", number]])
        case "zadd": [key] + pick([[], ["nx"], ["xx"], ["gt"], ["lt", "ch"], ["incr"], ["ch"], ["nx", "xx"]]) + [score, value]
        case "zincrby": [key, score, value]
        case "zrange":
            [key]
                + pick([
                    [number, number], [bound, bound, "byscore"], [lexBound, lexBound, "bylex"], [bound, bound, "byscore", "rev"],
                ])
                + pick([[], ["withscores"], ["limit", number, number], ["rev"]])
        case "zrevrange": [key, number, number] + pick([[], ["withscores"]])
        case "zrangebyscore", "zrevrangebyscore": [key, bound, bound] + pick([[], ["withscores"], ["limit", "1", "2"]])
        case "zcount", "zremrangebyscore": [key, bound, bound]
        case "zrangebylex", "zlexcount": [key, lexBound, lexBound]
        case "zremrangebyrank": [key, number, number]
        case "zrangestore": [key, key, number, number]
        case "keys": [pick(["*", "[a-c]", "?", "k:*", "[^a]", "\\k*"])]
        case "echo": [value]
        case "nosuch": [value, value]
        case "object": [pick(["nosuch", "nosuch"]), key]
        default: []
        }
    }
}

/// Replies whose order means nothing, in one order.
private func settled(_ reply: CacheReply, to command: CacheCommand) -> CacheReply {
    guard case .array(let parts) = reply.resp2 else { return reply.resp2 }
    switch command.name.text {
    case "smembers", "sinter", "sunion", "sdiff", "keys", "hkeys", "hvals":
        return .array(parts.sorted { "\($0)" < "\($1)" })
    case "hgetall":
        let pairs = stride(from: 0, to: parts.count - 1, by: 2).map { "\(parts[$0])=\(parts[$0 + 1])" }
        return .array(pairs.sorted().map { .text($0) })
    default: return reply.resp2
    }
}

@Suite struct CacheDifferentialTests {
    /// Commands a seed, and how many seeds.
    private static let length = 400
    private static let seeds: ClosedRange<UInt64> = 1...60

    @Test(
        .enabled(if: EphemeralRedis.missing == nil, "not run: nothing to compare with, since redis-server is missing"),
        arguments: seeds)
    func theMemoryAnswersAsRedis(seed: UInt64) async throws {
        let server = try await TestServers.redis.value.server
        let differences = try await Simulation.start(.init(seed: seed)) { _ in
            let (memory, redis) = (MemoryKeyspace(), try await server.makeCache(time: .world(WorldClock())))
            var maker = CommandMaker(chance: Chance(seed: seed))
            var differences: [String] = []
            for index in 0..<Self.length where differences.isEmpty {
                let command = maker.next()
                let mine = settled(try await memory.perform(command), to: command)
                let theirs = settled(try await redis.perform(command), to: command)
                if mine != theirs {
                    differences.append(
                        "\(index): \(command.arguments.map { $0.text.debugDescription }): \(mine) is not \(theirs)")
                }
                if index % 50 == 49 { try await Task.sleep(for: .seconds(90)) }
            }
            try await redis.close()
            return differences
        }.value
        #expect(differences == [])
    }
}
