// The cache on the wire, over simulated channels: RESP2 and RESP3, pipelining, transactions, channels, hostile input.

import CacheService
import Kernel
import Logging
import MemoryCache
import NIOCore
import ServiceKit
import SimulatedTransport
import StoreKit
import Synchronization
import Testing
import Wire

/// A cache service on a simulated network.
private struct CacheRig: Sendable {
    let network: SimulatedNetwork
    let host: ServiceHost
    let cache: any CacheStore

    static func run<Value: Sendable>(
        seed: UInt64 = 1, limits: RESPRequestParser.Limits = .init(), _ body: @escaping @Sendable (CacheRig) async throws -> Value
    ) throws -> Value {
        let outcome = Simulation.run(.init(seed: seed)) { simulation in
            let cache = MemoryKeyspace()
            let host = ServiceHost(
                FakeCache(context: try testContext(name: "cache", cache: cache), limits: limits), log: Logger(label: "cache"))
            let rig = CacheRig(network: SimulatedNetwork(simulation), host: host, cache: cache)
            let listener = try await rig.network.listen(on: Address(host: "cache", port: 6379)) { host.accept($0) }
            let value = try await body(rig)
            try await listener.close()
            await host.shutDown()
            return value
        }
        #expect(outcome.hungTasks == [])
        return try outcome.value
    }

    func client(_ name: String = "one") async throws -> WireClient {
        let opened = Mutex<ByteStream?>(nil)
        _ = try await network.connect(to: Address(host: "cache", port: 6379), as: name) { channel in
            channel.eventLoop.makeCompletedFuture {
                let stream = try ByteStream.install(on: channel)
                opened.withLock { $0 = stream }
            }
        }
        return WireClient(stream: opened.withLock { $0! })
    }
}

/// A client that speaks the protocol as text, `|` for the end of a line.
private struct WireClient: Sendable {
    let stream: ByteStream

    func send(_ text: String) { stream.send(ByteBuffer(string: text.replacing("|", with: "\r\n"))) }

    /// Reads as much as is expected, and returns it.
    func read(_ expected: String) async throws -> String {
        var read = ""
        while read.utf8.count < expected.replacing("|", with: "\r\n").utf8.count, let piece = try await stream.next() {
            read += String(buffer: piece)
        }
        return read.replacing("\r\n", with: "|")
    }

    /// Reads until the service closes the connection.
    func readToEnd() async throws -> String {
        var read = ""
        while let piece = try await stream.next() { read += String(buffer: piece) }
        return read.replacing("\r\n", with: "|")
    }

    func expect(_ sent: String, _ expected: String, _ place: SourceLocation = #_sourceLocation) async throws {
        send(sent)
        #expect(try await read(expected) == expected, sourceLocation: place)
    }
}

@Suite struct CacheServiceTests {
    @Test func answersBothForms() throws {
        try CacheRig.run { rig in
            let client = try await rig.client()
            try await client.expect("PING|", "+PONG|")
            try await client.expect("*3|$3|SET|$1|k|$3|a||", "+OK|")
            try await client.expect("*2|$3|GET|$1|k|", "$3|a||")
            try await client.expect("get nope|", "$-1|")
            try await client.expect("nosuch 'x y'|", "-ERR unknown command 'nosuch', with args beginning with: 'x y' |")
            #expect(try await rig.cache.get("k") == "a\r\n")
        }
    }

    @Test func answersAPipelineInOrder() throws {
        try CacheRig.run { rig in
            let client = try await rig.client()
            let sent = (0..<500).map { "incr n|get n|lpush n \($0)|" }.joined()
            let refused = "-WRONGTYPE Operation against a key holding the wrong kind of value|"
            let expected = (1...500).map { ":\($0)|$\(String($0).count)|\($0)|\(refused)" }.joined()
            try await client.expect(sent, expected)
        }
    }

    @Test func aPieceMayEndAnywhere() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            try CacheRig.run(seed: seed) { rig in
                let client = try await rig.client()
                let bytes = Array("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\nabc\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n".utf8)
                for byte in bytes {
                    client.stream.send(ByteBuffer(bytes: [byte]))
                    if byte % UInt8(seed + 1) == 0 { try await Task.sleep(for: .milliseconds(1)) }
                }
                #expect(try await client.read("+OK|$3|abc|") == "+OK|$3|abc|")
            }
        }
    }

    @Test func greetsInVersionThree() throws {
        try CacheRig.run { rig in
            let client = try await rig.client()
            try await client.expect("HELLO 4|", "-NOPROTO unsupported protocol version|")
            client.send("HELLO 3 SETNAME me|")
            let greeting = try await client.read(
                "%7|$6|server|$5|redis|$7|version|$6|7.0.15|$5|proto|:3|$2|id|:1|$4|mode|$10|standalone|$4|role|$6|master|$7|modules|*0|"
            )
            #expect(greeting.hasPrefix("%7|$6|server|$5|redis|") && greeting.hasSuffix("|$7|modules|*0|"))
            try await client.expect("get nope|", "_|")
            try await client.expect("hset h f 1|hgetall h|", ":1|%1|$1|f|$1|1|")
            try await client.expect("zadd z 1.5 a|zscore z a|zrange z 0 -1 withscores|", ":1|,1.5|*1|*2|$1|a|,1.5|")
            try await client.expect("sadd s a|smembers s|", ":1|~1|$1|a|")
            // In version 3 a subscriber may do everything else as well, and messages are told from replies.
            try await client.expect("subscribe c|get nope|", ">3|$9|subscribe|$1|c|:1|_|")
            #expect(try await rig.cache.publish("c", "hi") == 1)
            #expect(try await client.read(">3|$7|message|$1|c|$2|hi|") == ">3|$7|message|$1|c|$2|hi|")
            try await client.expect("reset|get nope|", "+RESET|$-1|")
        }
    }

    @Test func keepsTransactionsOfConnectionsApart() throws {
        try CacheRig.run { rig in
            let (one, two) = (try await rig.client("one"), try await rig.client("two"))
            try await one.expect("watch k|multi|set k 1|", "+OK|+OK|+QUEUED|")
            try await two.expect("get k|set k 2|", "$-1|+OK|")
            try await one.expect("exec|get k|", "*-1|$1|2|")
            try await one.expect(
                "multi|incr k|nosuch|exec|",
                "+OK|+QUEUED|-ERR unknown command 'nosuch', with args beginning with: |-EXECABORT Transaction discarded because of previous errors.|"
            )
            try await one.expect(
                "multi|incr k|lpush k x|exec|",
                "+OK|+QUEUED|+QUEUED|*2|:3|-WRONGTYPE Operation against a key holding the wrong kind of value|")
            try await two.expect("select 1|get k|select 16|", "+OK|$-1|-ERR DB index is out of range|")
        }
    }

    @Test func messagesComeInOrderAndStopAtTheEnd() throws {
        try CacheRig.run { rig in
            let (one, two) = (try await rig.client("one"), try await rig.client("two"))
            try await one.expect("subscribe c|psubscribe c*|", "*3|$9|subscribe|$1|c|:1|*3|$10|psubscribe|$2|c*|:2|")
            try await two.expect("publish c a|publish cc b|pubsub numsub c|", ":2|:1|*2|$1|c|:1|")
            let expected = "*3|$7|message|$1|c|$1|a|*4|$8|pmessage|$2|c*|$1|c|$1|a|*4|$8|pmessage|$2|c*|$2|cc|$1|b|"
            #expect(try await one.read(expected) == expected)
            one.stream.close()
            try await Task.sleep(for: .seconds(1))
            try await two.expect("publish c a|", ":0|")
            #expect(rig.host.connectionCount == 1)
        }
    }

    @Test(arguments: [
        ("*1|$-5|", "-ERR Protocol error: invalid bulk length|"), ("*1|$600000000|", "-ERR Protocol error: invalid bulk length|"),
        ("*99999999|", "-ERR Protocol error: invalid multibulk length|"),
        ("get 'x|", "-ERR Protocol error: unbalanced quotes in request|"),
        ("*1|+OK|", "-ERR Protocol error: expected '$', got '+'|"),
    ]) func whatIsNoCommandEndsTheConnection(sent: String, answer: String) throws {
        try CacheRig.run { rig in
            let client = try await rig.client()
            client.send("PING|" + sent + "PING|")
            #expect(try await client.readToEnd() == "+PONG|" + answer)
        }
    }

    @Test func quitIsAnsweredAndEndsTheConnection() throws {
        try CacheRig.run { rig in
            let client = try await rig.client()
            client.send("set k v|quit|set k w|")
            #expect(try await client.readToEnd() == "+OK|+OK|")
            #expect(try await rig.cache.get("k") == "v")
        }
    }

    @Test func randomBytesNeverBringItDown() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            try CacheRig.run(seed: seed) { rig in
                let client = try await rig.client()
                let chance = Chance(seed: seed)
                let alphabet = Array("*$+-:0123456789\r\nGETSET \"'\\x\0".utf8)
                let bytes = (0..<400 as Range<UInt64>).map { index in
                    alphabet[Int(chance.draw(site: "byte", actor: "fuzz", occurrence: index).bits % UInt64(alphabet.count))]
                }
                client.stream.send(ByteBuffer(bytes: bytes))
                try await Task.sleep(for: .milliseconds(10))
                let other = try await rig.client("two")
                try await other.expect("PING|", "+PONG|")
            }
        }
    }
}
