// Delta debugging: what is left still fails, and fails no more without any of its elements.

import Kernel
import Testing

@testable import Suites

@Suite struct DeltaDebuggingTests {
    private func minimize(_ count: Int, _ fails: ([Int]) -> Bool) -> (left: [Int], trials: Int) {
        var trials = 0
        let left = DeltaDebugging.minimize(Array(0..<count)) { candidate, before in
            trials += 1
            #expect(Set(candidate).isStrictSubset(of: before))
            return fails(candidate)
        }
        return (left, trials)
    }

    @Test func aSingleCulpritIsFoundInLogarithmicTime() {
        for culprit in [0, 1, 499, 1000, 1023] {
            let (left, trials) = minimize(1024) { $0.contains(culprit) }
            #expect(left == [culprit])
            #expect(trials <= 2 * 10 + 4)
        }
    }

    @Test func oneIsLeftOfWhatFailsAnyway() {
        #expect(minimize(100) { _ in true }.left == [0])
        #expect(minimize(0) { _ in false }.left == [])
        #expect(minimize(1) { !$0.isEmpty }.left == [0])
    }

    @Test func whatIsLeftIsNeededAndEnough() {
        for seed in 0..<1000 as Range<UInt64> {
            let chance = Chance(seed: seed)
            func number(_ site: String, _ n: Int, below bound: Int) -> Int {
                Int(chance.draw(site: site, actor: "", occurrence: UInt64(n)).number(below: UInt64(bound)))
            }
            let count = 2 + number("count", 0, below: 60)
            // Fails with all of one group, and, so that smaller is not always weaker, not with an odd rest of another.
            let group = Set((0..<1 + number("size", 0, below: 4)).map { number("group", $0, below: count) })
            let spoilers = Set((0..<number("spoilers", 0, below: 3)).map { number("spoiler", $0, below: count) })
            func fails(_ part: [Int]) -> Bool {
                group.isSubset(of: part) && (part.count == count || part.count { spoilers.contains($0) } != 1)
            }
            let left = minimize(count, fails).left
            #expect(fails(left) && left == left.sorted(), "seed \(seed)")
            for index in left.indices where left.count > 1 {
                var without = left
                without.remove(at: index)
                #expect(!fails(without), "seed \(seed): \(left) without \(left[index])")
            }
        }
    }

    @Test func numbersGetSmall() {
        #expect(DeltaDebugging.minimize(from: 0, to: 1000) { $0 >= 0 } == 0)
        #expect(DeltaDebugging.minimize(from: 0, to: 1000) { $0 >= 1000 } == 1000)
        for threshold in [1, 2, 3, 17, 250, 999] as [Int64] {
            let least = DeltaDebugging.minimize(from: 0, to: 1000) { $0 >= threshold }
            #expect(least >= threshold && least <= threshold + threshold / 15 + 1)
        }
        #expect(DeltaDebugging.minimize(from: 0, to: 0) { _ in false } == 0)
    }
}
