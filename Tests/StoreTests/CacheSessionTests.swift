// Sessions of a cache: transactions, watches, databases, channels.

import Kernel
import StoreKit
import Testing

@Suite struct CacheSessionTests {
    @Test(arguments: CacheKind.all) func performsATransactionAsOneStep(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            let replies = try await cache.transaction([["SET", "a", "1"], ["LPUSH", "a", "x"], ["INCR", "a"]])
            #expect(replies[0] == .ok)
            #expect(replies[1] == .error(.wrongType))
            #expect(replies[2] == .integer(2))
            await #expect(throws: CacheError("EXECABORT Transaction discarded because of previous errors.")) {
                _ = try await cache.transaction([["SET", "a", "7"], ["NOSUCH"]])
            }
            #expect(try await cache.get("a") == "2")
        }
    }

    @Test(arguments: CacheKind.all) func aWatchedKeyThatChangesStopsTheTransaction(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            try await cache.set("n", "1", expiry: nil)
            for changes in [true, false] {
                let outcome = try await cache.transaction(watching: ["n"]) { session in
                    let read = try await session.perform(["GET", "n"]).bytes()
                    // Another client comes in between.
                    if changes { try await cache.increment("n", by: 10) }
                    return [["SET", "n", CacheBytes((read?.text ?? "") + "!")]]
                }
                #expect(outcome == (changes ? nil : [.ok]))
            }
            #expect(try await cache.get("n") == "11!")
            // A key that was not there and comes, and one that goes by its deadline, have changed as well.
            let missing = try await cache.transaction(watching: ["new"]) { _ in
                try await cache.set("new", "v", expiry: .milliseconds(5))
                return [["PING"]]
            }
            #expect(missing == nil)
        }
    }

    @Test(arguments: CacheKind.all) func sessionsHaveTransactionsAndDatabasesOfTheirOwn(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            let (one, two) = (try await cache.connect { _ in }, try await cache.connect { _ in })
            func say(_ session: CacheSession, _ line: String) async throws -> String {
                shown(try await session.perform(CacheCommand(line: line)))
            }
            #expect(try await say(one, "multi") == "OK")
            #expect(try await say(one, "multi") == "ERR MULTI calls can not be nested")
            #expect(try await say(one, "set k 1") == "QUEUED")
            #expect(try await say(two, "get k") == "(nil)")
            #expect(try await say(one, "discard") == "OK")
            #expect(try await say(one, "exec") == "ERR EXEC without MULTI")
            #expect(try await say(one, "discard") == "ERR DISCARD without MULTI")
            #expect(try await say(one, "client setname a:b") == "OK")
            #expect(try await say(one, "client getname") == "a:b")
            #expect(try await say(two, "client getname") == "(nil)")
            await one.close()
            await two.close()
        }
    }

    @Test(arguments: CacheKind.all) func deliversMessagesInOrder(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            let all = try await cache.subscribe(["news"], patterns: ["n*", "[x-z]"])
            #expect(try await cache.publish("news", "one") == 2)
            #expect(try await cache.publish("y", "two") == 1)
            #expect(try await cache.publish("q", "nobody") == 0)
            #expect(try await cache.publish("news", "three") == 2)
            var seen: [String] = []
            for await message in all {
                seen.append("\(message.pattern?.text ?? "-") \(message.channel) \(message.payload)")
                if seen.count == 5 { break }
            }
            #expect(seen == ["- news one", "n* news one", "[x-z] y two", "- news three", "n* news three"])
            await all.cancel()
            #expect(try await cache.publish("news", "late") == 0)
        }
    }

    @Test(arguments: CacheKind.all) func aSubscriberMayOnlySubscribe(_ kind: CacheKind) async throws {
        try await kind.run { cache in
            let session = try await cache.connect { _ in }
            let confirmed = try await session.send(["SUBSCRIBE", "a", "b"]).map(shown)
            #expect(confirmed == ["[subscribe a 1]", "[subscribe b 2]"])
            #expect(
                shown(try await session.perform(["GET", "k"]))
                    == "ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
            )
            #expect(shown(try await session.perform(["PING"])) == "[pong ]")
            // Redis names them in no order that means anything.
            let ended = try await session.send(["UNSUBSCRIBE"]).map { try $0.elements() }
            #expect(Set(ended.map { shown($0[1]) }) == ["a", "b"])
            #expect(ended.map { $0[2] } == [.integer(1), .integer(0)])
            #expect(shown(try await session.perform(["GET", "k"])) == "(nil)")
            await session.close()
        }
    }
}
