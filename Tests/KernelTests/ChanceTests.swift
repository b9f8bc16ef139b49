// Keyed chance, its shapes, and the hash below it.

import Kernel
import Testing

@Suite struct ChanceTests {
    @Test func aDecisionHangsOnItsKeyAlone() {
        let chance = Chance(seed: 5)
        let draw = chance.draw(site: "drop", actor: "agent->llm", occurrence: 3)
        #expect(draw == chance.draw(site: "drop", actor: "agent->llm", occurrence: 3))
        #expect(draw != chance.draw(site: "drop", actor: "agent->llm", occurrence: 4))
        #expect(draw != chance.draw(site: "drop", actor: "agent->auth", occurrence: 3))
        #expect(draw != chance.draw(site: "reset", actor: "agent->llm", occurrence: 3))
        #expect(draw != Chance(seed: 6).draw(site: "drop", actor: "agent->llm", occurrence: 3))
    }

    @Test func fractionsAreEven() {
        let chance = Chance(seed: 1)
        let count = 100_000
        var buckets = Array(repeating: 0, count: 10)
        for occurrence in 0..<UInt64(count) {
            buckets[Int(chance.draw(site: "s", actor: "a", occurrence: occurrence).number(below: 10))] += 1
        }
        // Chi square with 9 degrees of freedom: above 27.9 in one case of 1,000.
        let expected = Double(count) / 10
        let chiSquare = buckets.map { (Double($0) - expected) * (Double($0) - expected) / expected }.reduce(0, +)
        #expect(chiSquare < 27.9)
    }

    @Test func ratiosHoldOverMany() {
        let chance = Chance(seed: 2)
        let hits = (0..<100_000 as Range<UInt64>).count {
            chance.draw(site: "s", actor: "a", occurrence: $0).happens(Ratio(1, in: 20))
        }
        #expect((4_700...5_300).contains(hits))
        #expect(Draw(bits: 0).happens(.never) == false)
        #expect(Draw(bits: .max).happens(.always))
    }

    @Test func durationsStayInTheirRange() {
        let range = Duration.milliseconds(5)...Duration.milliseconds(7)
        for bits in [0, 1, UInt64.max / 2, .max] { #expect(range.contains(Draw(bits: bits).duration(in: range))) }
        #expect(Draw(bits: .max).duration(in: .zero ... .zero) == .zero)
    }

    @Test func sourcesCountPerSubject() {
        let source = ChanceSource(Chance(seed: 1), actor: "agent")
        let other = ChanceSource(Chance(seed: 1), actor: "agent")
        let first = source.uuid("run", for: "user-1")
        _ = source.uuid("run", for: "user-2")
        let second = source.uuid("run", for: "user-1")
        #expect(first != second)
        #expect(other.uuid("run", for: "user-1") == first)
        #expect(other.uuid("run", for: "user-1") == second)
        #expect(Array(first)[14] == "4" && "89ab".contains(Array(first)[19]))
        #expect(first.count == 36)
    }

    @Test func hashesTellTextsApart() {
        let texts = ["", "a", "b", "ab", "ba", "abcdefgh", "abcdefghi", "abcdefg\u{0}", "a\u{0}"]
        #expect(Set(texts.map(StableHash.of)).count == texts.count)
    }
}
