// Commands by command: what each cache answers, in Redis' own words. The same lines run on the memory and on Redis.

import Kernel
import StoreKit
import Testing

/// A command line, and its reply as `redis-cli` would show it, in one line.
private let lines: [(String, String)] = [
    ("get", "ERR wrong number of arguments for 'get' command"),
    ("nosuch x y", "ERR unknown command 'nosuch', with args beginning with: 'x' 'y' "),
    ("set k v", "OK"), ("get k", "v"), ("lpush k a", "WRONGTYPE Operation against a key holding the wrong kind of value"),
    ("set k v ex 0", "ERR invalid expire time in 'set' command"), ("set k v nx xx", "ERR syntax error"),
    ("set k w get", "v"), ("set k x nx", "(nil)"), ("getset k y", "w"), ("append k zz", "3"), ("getrange k -2 -1", "zz"),
    ("setrange n 3 ab", "5"), ("strlen n", "5"), ("set c 10", "OK"), ("incr c", "11"), ("incrbyfloat c 0.1", "11.1"),
    ("incr c", "ERR value is not an integer or out of range"), ("mset a 1 b 2", "OK"), ("mget a nope b", "[1 (nil) 2]"),
    ("msetnx a 1 z 2", "0"), ("exists a b nope a", "3"), ("type a", "string"), ("object encoding a", "int"),
    ("rename nope x", "ERR no such key"), ("rename a a2", "OK"), ("renamenx a2 b", "0"), ("getdel a2", "1"),
    ("hset h f 1 g 2", "2"), ("hset h f 3", "0"), ("hset h f", "ERR wrong number of arguments for 'hset' command"),
    ("hincrby h f 4", "7"), ("hgetall h", "[f 7 g 2]"), ("hmget h g x", "[2 (nil)]"), ("hdel h f g", "2"), ("exists h", "0"),
    ("rpush l a b c b", "4"), ("lrange l 0 -1", "[a b c b]"), ("linsert l before c x", "5"), ("lrem l -1 b", "1"),
    ("lindex l -1", "c"), ("lset l 9 q", "ERR index out of range"), ("lpop l 2", "[a b]"), ("lpop nope 2", "(nil)"),
    ("lmove l m left right", "x"), ("ltrim l 5 9", "OK"), ("exists l", "0"),
    (
        "lpos m x rank 0",
        "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list"
    ),
    ("sadd s b a b", "2"), ("sismember s a", "1"), ("smove s t a", "1"), ("sinter s t", "[]"), ("sunionstore u s t", "2"),
    ("zadd z 1 a 2 b 1.5 c", "3"), ("zrange z 0 -1 withscores", "[a 1 c 1.5 b 2]"), ("zadd z xx ch 5 a 6 q", "1"),
    ("zrangebyscore z (1.5 +inf", "[b a]"), ("zrevrank z a", "0"), ("zincrby z 0.5 b", "2.5"), ("zpopmin z", "[c 1.5]"),
    ("zadd z nx gt 1 a", "ERR GT, LT, and/or NX options at the same time are not compatible"), ("zscore z nope", "(nil)"),
    ("zrange z 0 1 limit 0 1", "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"),
    ("zadd lex 0 a 0 b 0 c", "3"), ("zrangebylex lex [a (c", "[a b]"), ("zremrangebyrank lex 0 0", "1"),
    ("expire nope 10", "0"), ("ttl nope", "-2"), ("ttl b", "-1"), ("expire b 100", "1"), ("ttl b", "100"), ("persist b", "1"),
    ("expire b 5 nx gt", "ERR NX and XX, GT or LT options at the same time are not compatible"),
    ("expire b -1", "1"), ("exists b", "0"), ("setex q -1 v", "ERR invalid expire time in 'setex' command"),
    ("getex k px 0", "ERR invalid expire time in 'getex' command"),
    ("copy k k2", "1"), ("copy k k2", "0"), ("object nosuch k", "ERR unknown subcommand 'nosuch'. Try OBJECT HELP."),
    ("sintercard 0 s", "ERR numkeys should be greater than 0"), ("scan x", "ERR invalid cursor"), ("flushdb", "OK"),
    ("dbsize", "0"), ("ping", "PONG"), ("ping a b", "ERR wrong number of arguments for 'ping' command"), ("echo x", "x"),
]

/// A reply in one line.
func shown(_ reply: CacheReply) -> String {
    switch reply.resp2 {
    case .status(let text): text
    case .error(let error): error.message
    case .integer(let number): String(number)
    case .bytes(let bytes): bytes.text
    case .array(let parts): "[" + parts.map(shown).joined(separator: " ") + "]"
    default: "(nil)"
    }
}

extension CacheCommand {
    /// A command of words between spaces.
    init(line: String) { self.init(line.split(separator: " ").map { CacheBytes(String($0)) }) }
}

@Suite struct CacheCommandTests {
    @Test(arguments: CacheKind.all) func answersAsRedisDoes(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            for (line, expected) in lines {
                let reply = shown(try await cache.perform(CacheCommand(line: line)))
                #expect(reply == expected, "\(line)")
            }
        }
    }

    @Test(arguments: CacheKind.all) func keepsBytesOfAnyKind(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            let all = CacheBytes((0...255).map { UInt8($0) })
            _ = try await cache.perform(["SET", all, all])
            #expect(try await cache.perform(["GET", all]) == .bytes(all))
            _ = try await cache.perform(["HSET", "h", all, all])
            #expect(try await cache.perform(["HGETALL", "h"]).elements() == [.bytes(all), .bytes(all)])
            #expect(try await cache.perform(["KEYS", "\u{0}\u{1}*"]).elements() == [.bytes(all)])
        }
    }

    @Test(arguments: CacheKind.all) func scansWhileKeysComeAndGo(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            for index in 0..<200 { try await cache.set("stay-\(index)", "v", expiry: nil) }
            var (seen, cursor, round): ([String], String, Int) = ([], "0", 0)
            repeat {
                let page = try await cache.perform(["SCAN", CacheBytes(cursor), "MATCH", "stay-*", "COUNT", "7"]).elements()
                cursor = try page[0].bytes()!.text
                seen += try page[1].texts()
                try await cache.set("come-\(round)", "v", expiry: nil)
                try await cache.delete("come-\(round - 3)")
                round += 1
                try #require(round < 1000)
            } while cursor != "0"
            #expect(Set(seen).count == 200)
        }
    }
}
