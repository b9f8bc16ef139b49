// Order is keyed, not streamed: one thing more leaves the order of all others as it was.

import Kernel
import Testing

/// The order in which named tasks take their steps, with some extra ones between them that nobody else waits for.
private func order(seed: UInt64, extras: Int) throws -> [String] {
    let outcome = Simulation.run(.init(seed: seed)) { _ in
        let log = Journal<String>()
        let base = (0..<8).map { index in
            Task {
                for round in 0..<4 {
                    await Task.yield()
                    log.append("\(index).\(round)")
                }
            }
        }
        // Created after the others, so that the others' lineages are the same in both runs.
        let more = (0..<extras).map { _ in Task { for _ in 0..<5 { await Task.yield() } } }
        for task in base { await task.value }
        for task in more { await task.value }
        return log.entries
    }
    return try outcome.value
}

@Test func oneMoreTaskLeavesTheOrderOfAllOthers() throws {
    for seed in 0..<40 as Range<UInt64> {
        let without = try order(seed: seed, extras: 0)
        #expect(try order(seed: seed, extras: 1) == without)
        #expect(try order(seed: seed, extras: 7) == without)
    }
}

@Test func theOrderIsNotTheNeutralOne() throws {
    let orders = Set(try (0..<50).map { try order(seed: $0, extras: 0) })
    #expect(orders.count > 45)
}

@Test func oneMoreDrawLeavesTheChanceOfAllOthers() throws {
    func numbers(extra: Bool) throws -> [Int] {
        let outcome = Simulation.run(.init(seed: 3)) { _ in
            let first = Task { Int.random(in: 0..<1_000_000) }
            let middle = Task {
                if extra { _ = Int.random(in: 0..<10) }
                return Int.random(in: 0..<1_000_000)
            }
            let last = Task { Int.random(in: 0..<1_000_000) }
            return (await first.value, await middle.value, await last.value)
        }
        let (first, _, last) = try outcome.value
        return [first, last]
    }
    #expect(try numbers(extra: true) == numbers(extra: false))
}
