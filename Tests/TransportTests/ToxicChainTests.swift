// The chain of toxics as a value: bytes and times in, actions out, each toxic for itself and together.

import NIOCore
import Testing

@testable import LoopbackTransport

/// A chain on a clock that the test sets.
struct ChainRig {
    var chain: ToxicChain
    var now = NIODeadline.uptimeNanoseconds(1_000_000_000)
    var isWritable = true
    let draw: ToxicDraw
    let connection: UInt64

    init(_ effects: ToxicEffect..., toxicity: Float = 1, connection: UInt64 = 1, draw: @escaping ToxicDraw = { _, _, _ in 0 }) {
        self.draw = draw
        self.connection = connection
        let toxics = effects.enumerated().map { Self.toxic($1, "t\($0)", toxicity) }
        chain = ToxicChain(toxics, now: now) { ToxicChance(draw, proxy: "p", toxic: $0, connection: connection) }
    }

    static func toxic(_ effect: ToxicEffect, _ name: String = "t0", _ toxicity: Float = 1) -> Toxic {
        Toxic(name: name, stream: .upstream, toxicity: toxicity, effect: effect)
    }

    mutating func send(_ text: String) { chain.receive(ByteBuffer(string: text), now: now) }

    mutating func add(_ toxic: Toxic) {
        chain.add(toxic, now: now, chance: ToxicChance(draw, proxy: "p", toxic: toxic, connection: connection))
    }

    mutating func update(_ toxic: Toxic) { chain.update(toxic, now: now) }

    /// What happens now: texts that are written, and `.finished`, `.closed` or `.reset`.
    mutating func happens() -> [String] {
        var seen: [String] = []
        while let action = chain.next(now: now, isWritable: isWritable) {
            switch action {
            case .write(let bytes): seen.append(String(buffer: bytes))
            case .end(let end): seen.append(".\(end)")
            }
        }
        return seen
    }

    /// What happens until the chain wants to be asked no more: milliseconds from the start, and what.
    mutating func passes() -> [String] {
        let start = now
        var seen = happens().map { "0 \($0)" }
        while let deadline = chain.nextDeadline(after: now) {
            now = deadline
            seen += happens().map { "\((now - start).nanoseconds / 1_000_000) \($0)" }
        }
        return seen
    }
}

@Suite struct ToxicChainTests {
    @Test func withoutToxicsEverythingPasses() {
        var rig = ChainRig()
        rig.send("a")
        #expect(rig.happens() == ["a"])
        rig.send("b")
        rig.chain.finish()
        #expect(rig.happens() == ["b", ".finished"])
        #expect(rig.chain.isDone)
        rig.send("c")
        #expect(rig.happens() == [])
    }

    @Test func latencyDelaysEachChunkAndKeepsTheirOrder() {
        var rig = ChainRig(.latency(.init(latency: 100)))
        rig.send("a")
        rig.now = rig.now + .milliseconds(30)
        rig.send("b")
        rig.chain.finish()
        #expect(rig.passes() == ["70 a", "100 b", "100 .finished"])
    }

    @Test func latenciesAddUp() {
        var rig = ChainRig(.latency(.init(latency: 100)), .latency(.init(latency: 50)))
        for text in ["a", "b", "c"] { rig.send(text) }
        #expect(rig.passes() == ["150 a", "150 b", "150 c"])
    }

    @Test func jitterIsDrawnForEachChunkAndIsNeverNegativeInSum() {
        let largest: ToxicDraw = { site, _, occurrence in site == "jitter" && occurrence == 0 ? .max : 0 }
        var rig = ChainRig(.latency(.init(latency: 100, jitter: 20)), draw: largest)
        rig.send("a")
        rig.send("b")
        #expect(rig.passes() == ["119 a", "119 b"], "119 and 80, but no byte overtakes another")
        var early = ChainRig(.latency(.init(latency: 10, jitter: 50)))
        early.send("a")
        #expect(early.passes() == ["0 a"])
    }

    @Test func bandwidthSendsLongChunksInPiecesOf100Milliseconds() {
        var rig = ChainRig(.bandwidth(.init(rate: 1)))
        rig.send(String(repeating: "x", count: 250))
        rig.send("y")
        let seen = rig.passes()
        #expect(seen.map { $0.count } == [104, 104, 54, 5])
        #expect(seen.map { $0.split(separator: " ")[0] } == ["100", "200", "250", "251"])
    }

    @Test func bandwidth0HoldsEverythingUntilItChanges() {
        var rig = ChainRig(.bandwidth(.init(rate: 0)))
        rig.send("a")
        #expect(rig.passes() == [])
        #expect(rig.chain.nextDeadline(after: rig.now) == nil)
        rig.update(ChainRig.toxic(.bandwidth(.init(rate: 1000))))
        #expect(rig.happens() == ["a"])
    }

    @Test func slowCloseDelaysTheEndAlone() {
        var rig = ChainRig(.slowClose(.init(delay: 80)))
        rig.send("a")
        rig.chain.finish()
        #expect(rig.happens() == ["a"])
        rig.update(ChainRig.toxic(.slowClose(.init(delay: 30))))
        #expect(rig.passes() == ["30 .finished"], "the new delay counts from the change")
        var removed = ChainRig(.slowClose(.init(delay: 80)))
        removed.chain.finish()
        #expect(removed.happens() == [])
        removed.chain.remove(ChainRig.toxic(.noop))
        #expect(removed.happens() == [".finished"])
    }

    @Test func timeoutDropsDataAndClosesWhenNothingComes() {
        var rig = ChainRig(.timeout(.init(timeout: 100)))
        rig.send("a")
        #expect(rig.happens() == [])
        rig.now = rig.now + .milliseconds(60)
        rig.send("b")
        #expect(rig.passes() == ["100 .closed"])
        #expect(!rig.chain.wantsInput)
    }

    @Test func timeout0StaysUntilItIsRemovedWhichCloses() {
        var rig = ChainRig(.timeout(.init(timeout: 0)))
        rig.send("a")
        #expect(rig.passes() == [])
        #expect(rig.chain.wantsInput)
        rig.chain.remove(ChainRig.toxic(.noop))
        #expect(rig.happens() == [".closed"])
        var spared = ChainRig(.timeout(.init(timeout: 0)), toxicity: 0)
        spared.chain.remove(ChainRig.toxic(.noop))
        spared.send("a")
        #expect(spared.happens() == ["a"], "a connection that it spared is not closed")
    }

    @Test func resetComesAfterTheFirstData() {
        var rig = ChainRig(.resetPeer(.init(timeout: 40)))
        #expect(rig.passes() == [])
        rig.send("a")
        #expect(rig.passes() == ["40 .reset"])
        var ended = ChainRig(.resetPeer(.init(timeout: 0)))
        ended.chain.finish()
        #expect(ended.happens() == [".reset"])
    }

    @Test func limitDataClosesWhenTheLastByteHasPassed() {
        var rig = ChainRig(.limitData(.init(bytes: 5)))
        rig.send("abc")
        #expect(rig.happens() == ["abc"])
        rig.send("defg")
        #expect(rig.happens() == ["de", ".closed"])
        var exact = ChainRig(.limitData(.init(bytes: 3)))
        exact.send("abc")
        #expect(exact.happens() == ["abc", ".closed"])
        var none = ChainRig(.limitData(.init(bytes: 0)))
        none.send("a")
        #expect(none.happens() == [".closed"])
    }

    @Test func limitDataRemembersWhatPassedBeforeAChange() {
        var rig = ChainRig(.limitData(.init(bytes: 100)))
        rig.send("abcd")
        #expect(rig.happens() == ["abcd"])
        rig.update(ChainRig.toxic(.limitData(.init(bytes: 6))))
        rig.send("efgh")
        #expect(rig.happens() == ["ef", ".closed"])
    }

    @Test func slicerCutsWithoutLosingAByte() {
        let chance: ToxicDraw = { site, actor, occurrence in (occurrence &+ 3) &* 0x9e37_79b9_7f4a_7c15 }
        var rig = ChainRig(.slicer(.init(averageSize: 10, sizeVariation: 4, delay: 1000)), draw: chance)
        let text = String((0..<200).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
        rig.send(text)
        let seen = rig.passes().map { $0.split(separator: " ") }
        #expect(seen.map { String($0[1]) }.joined() == text)
        #expect(seen.count > 10)
        #expect(seen.allSatisfy { (1...14).contains($0[1].count) })
        #expect(seen.map { Int($0[0]) } == Array(0..<seen.count), "a millisecond between pieces")
    }

    @Test(arguments: [(0, 0), (1, 0), (0, 100), (-5, -5), (Int64.max, Int64.max)])
    func slicersThatMakeNoSenseEnd(size: Int64, variation: Int64) {
        var rig = ChainRig(
            .slicer(.init(averageSize: size, sizeVariation: variation, delay: -1)),
            draw: { _, _, n in n &* 0x9e37_79b9_7f4a_7c15 })
        rig.send("abcdefgh")
        #expect(rig.happens().joined() == "abcdefgh")
    }

    @Test(arguments: [Int64.max, Int64.min])
    func parametersWithoutBoundsDoNotTrap(value: Int64) {
        var rig = ChainRig(
            .latency(.init(latency: value, jitter: value)), .bandwidth(.init(rate: value)), .slowClose(.init(delay: value)),
            .timeout(.init(timeout: value)), .resetPeer(.init(timeout: value)), .limitData(.init(bytes: value)))
        rig.send("abc")
        rig.chain.finish()
        _ = rig.happens()
    }
}
