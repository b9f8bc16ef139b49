// Toxics that come, change and go while bytes are under way; what waits for whom; what chance decides.

import NIOCore
import Testing

@testable import LoopbackTransport

@Suite struct ToxicChangeTests {
    @Test func noByteIsLostWhenALatencyGoes() {
        var rig = ChainRig(.latency(.init(latency: 1000)))
        for text in ["a", "b", "c"] {
            rig.send(text)
            #expect(rig.happens() == [])
        }
        rig.chain.remove(ChainRig.toxic(.noop))
        #expect(rig.happens() == ["a", "b", "c"])
        rig.send("d")
        #expect(rig.happens() == ["d"])
    }

    @Test func whatALatencyHoldsGoesOnWhenItChanges() {
        var rig = ChainRig(.latency(.init(latency: 1000)))
        rig.send("a")
        #expect(rig.happens() == [])
        rig.update(ChainRig.toxic(.latency(.init(latency: 10))))
        #expect(rig.happens() == ["a"])
        rig.send("b")
        #expect(rig.passes() == ["10 b"])
    }

    @Test func aToxicThatComesMeetsWhatComesAfterIt() {
        var rig = ChainRig(.latency(.init(latency: 100)))
        rig.send("a")
        rig.add(ChainRig.toxic(.latency(.init(latency: 50)), "late"))
        rig.add(ChainRig.toxic(.latency(.init(latency: 50)), "late"))
        #expect(rig.passes() == ["150 a"], "it was in the chain before 'a' left it, once")
    }

    @Test func removingAMiddleToxicKeepsTheOrder() {
        var rig = ChainRig(.bandwidth(.init(rate: 0)), .latency(.init(latency: 20)), .noop)
        rig.send("a")
        #expect(rig.passes() == [])
        rig.chain.remove(ChainRig.toxic(.noop, "t1"))
        rig.chain.remove(ChainRig.toxic(.noop, "t0"))
        #expect(rig.happens() == ["a"])
        rig.chain.remove(ChainRig.toxic(.noop, "nobody"))
    }

    @Test func aCutDropsWhatIsBehindAndLetsGoWhatIsAhead() {
        var rig = ChainRig(.latency(.init(latency: 30)), .limitData(.init(bytes: 2)), .latency(.init(latency: 100)))
        rig.send("ab")
        rig.send("cd")
        #expect(rig.passes() == ["130 ab", "130 .closed"])
    }

    @Test func anEndThatAToxicMadeIsDelayedByASlowClose() {
        var rig = ChainRig(.limitData(.init(bytes: 1)), .slowClose(.init(delay: 70)))
        rig.send("ab")
        #expect(rig.passes() == ["0 a", "70 .closed"])
    }

    @Test func whereTheReceiverDoesNotReadTheSenderWaits() {
        var rig = ChainRig(.noop)
        rig.isWritable = false
        var sent = 0
        while rig.chain.wantsInput, sent < 100 {
            rig.send("\(sent)")
            #expect(rig.happens() == [])
            sent += 1
        }
        #expect(sent == 3, "one waits for the peer, one is held, one waits for the toxic")
        rig.isWritable = true
        #expect(rig.happens() == ["0", "1", "2"])
        #expect(rig.chain.wantsInput)
    }

    @Test func aLatencyHoldsManyChunksButNotWithoutEnd() {
        var rig = ChainRig(.latency(.init(latency: 1000)))
        let chunk = String(repeating: "x", count: 32 * 1024)
        var sent = 0
        while rig.chain.wantsInput, sent < 10_000 {
            rig.send(chunk)
            _ = rig.happens()
            sent += 1
        }
        #expect(sent == 129, "4 MiB and what is held")
        var small = ChainRig(.latency(.init(latency: 1000)))
        sent = 0
        while small.chain.wantsInput, sent < 10_000 {
            small.send("x")
            _ = small.happens()
            sent += 1
        }
        #expect(sent == 1025)
    }

    @Test func aReceiverThatIsGoneTakesNothing() {
        var rig = ChainRig(.latency(.init(latency: 10)))
        rig.send("a")
        rig.chain.abandon()
        #expect(rig.passes() == [])
        #expect(!rig.chain.wantsInput)
    }

    @Test func toxicityIsKeyedByProxyStreamToxicAndConnection() {
        let keys = Recorder()
        let draw: ToxicDraw = { site, actor, occurrence in
            keys.note("\(site) \(actor) \(occurrence)")
            return occurrence % 2 == 0 ? 0 : .max
        }
        for connection: UInt64 in 1...4 {
            var rig = ChainRig(.timeout(.init(timeout: 0)), toxicity: 0.5, connection: connection, draw: draw)
            rig.send("a")
            #expect(rig.happens() == (connection % 2 == 0 ? [] : ["a"]))
        }
        #expect(keys.notes == (1...4).map { "toxicity p/upstream/t0 \($0)" })
    }

    @Test func aChangedToxicitySpoilsMoreOrFewerOfTheSameConnections() {
        let half: ToxicDraw = { _, _, _ in 1 << 63 }
        var rig = ChainRig(.timeout(.init(timeout: 0)), toxicity: 0.4, draw: half)
        rig.send("a")
        #expect(rig.happens() == ["a"])
        rig.update(ChainRig.toxic(.timeout(.init(timeout: 0)), "t0", 0.6))
        rig.send("b")
        #expect(rig.happens() == [])
    }

    @Test(arguments: [(Float(0), false), (-1, false), (1, true), (2, true), (.nan, false)])
    func theEndsOfToxicityAreSure(toxicity: Float, isHit: Bool) {
        for bits in [UInt64.min, .max] {
            var rig = ChainRig(.limitData(.init(bytes: 0)), toxicity: toxicity, draw: { _, _, _ in bits })
            rig.send("a")
            #expect(rig.happens() == (isHit ? [".closed"] : ["a"]))
        }
    }
}

/// What was asked, in order.
final class Recorder: @unchecked Sendable {  // because one test uses it from one thread
    private(set) var notes: [String] = []
    func note(_ text: String) { notes.append(text) }
}
