// The retry budget: a minimum, a share of the calls, and a memory of ten seconds.

import Kernel
import Mesh
import Testing

@Suite struct RetryBudgetTests {
    private func at(_ seconds: Double) -> Instant { Instant(nanoseconds: 0).advanced(by: .seconds(seconds)) }

    private func spend(_ budget: inout RetryBudget, at second: Double) -> Int {
        var count = 0
        while budget.withdraw(at: at(second)) { count += 1 }
        return count
    }

    @Test func aFewAreAlwaysAllowed() {
        var budget = RetryBudget(RetryBudget.Settings())
        #expect(spend(&budget, at: 0) == 10)
        #expect(spend(&budget, at: 9.9) == 0)
        #expect(spend(&budget, at: 10) == 10)
    }

    @Test func callsAllowMore() {
        var budget = RetryBudget(RetryBudget.Settings())
        for call in 0..<1000 { budget.deposit(at: at(Double(call) / 1000)) }
        #expect(spend(&budget, at: 1) == 210)
        #expect(spend(&budget, at: 9) == 0)
        // The calls of the first second are forgotten, the retries of the next not yet.
        #expect(spend(&budget, at: 10.5) == 0)
        #expect(spend(&budget, at: 12) == 10)
    }

    @Test func inTheLongRunItIsTheShare() {
        var budget = RetryBudget(RetryBudget.Settings())
        var retries = 0
        for call in 0..<100_000 {
            let now = Double(call) / 100
            budget.deposit(at: at(now))
            // Every call fails, and so does every retry.
            while budget.withdraw(at: at(now)) { retries += 1 }
        }
        #expect((20_000...22_000).contains(retries), "\(retries)")
    }
}
