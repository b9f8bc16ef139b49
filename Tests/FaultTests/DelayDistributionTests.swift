// Delays are spread as their distributions say, and alike on every machine.

import Glibc
import Kernel
import Testing

@testable import Faults

@Suite struct DelayDistributionTests {
    private func delays(_ distribution: DelayDistribution, jitter: Duration = .zero) -> [Double] {
        (0..<20_000 as Range<UInt64>).map { occurrence in
            let draw = Chance(seed: 7).draw(site: "delay", actor: "a", occurrence: occurrence)
            return distribution.delay(mean: .milliseconds(100), jitter: jitter, draw).milliseconds
        }
    }

    @Test func uniform() {
        let delays = delays(.uniform, jitter: .milliseconds(30))
        #expect(delays.allSatisfy { (70...130).contains($0) })
        #expect(abs(mean(delays) - 100) < 1)
        #expect(Set(self.delays(.uniform)) == [100])
    }

    @Test func normal() {
        let delays = delays(.normal, jitter: .milliseconds(20))
        #expect(abs(mean(delays) - 100) < 1)
        #expect((0.66...0.70).contains(Double(delays.count { abs($0 - 100) < 20 }) / 20_000))
        #expect((0.94...0.965).contains(Double(delays.count { abs($0 - 100) < 40 }) / 20_000))
        #expect(self.delays(.normal, jitter: .seconds(1)).allSatisfy { $0 >= 0 })
    }

    @Test func exponential() {
        let delays = delays(.exponential)
        #expect(abs(mean(delays) - 100) < 3)
        // The median is the mean times ln 2.
        #expect((0.48...0.52).contains(Double(delays.count { $0 < 69.3 }) / 20_000))
    }

    @Test func pareto() {
        let delays = delays(.pareto)
        #expect(delays.allSatisfy { $0 >= 50 && $0 <= 10_000 })
        // P(X > x) = (50 / x)^2
        #expect((0.23...0.27).contains(Double(delays.count { $0 > 100 }) / 20_000))
        #expect((0.007...0.013).contains(Double(delays.count { $0 > 500 }) / 20_000))
    }

    @Test func theLogarithmIsOne() {
        for number in [1, 0.5, 0.1, 0x1p-53, 0.9999999, 3.7] {
            #expect(abs(DelayDistribution.naturalLogarithm(number) - log(number)) < 1e-12, "\(number)")
        }
    }

    private func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }
}
