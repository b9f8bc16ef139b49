// The ready queue against a sorted list: every entry comes out once, by rank and then by age.

import Testing

@testable import Kernel

@Suite struct ReadyQueueTests {
    @Test(arguments: [1, 2, 5, 64, 65, 1000]) func givesEntriesByRankAndAge(size: Int) {
        var queue = ReadyQueue()
        var expected: [(rank: UInt64, record: Int)] = []
        let chance = Chance(seed: UInt64(size))
        var taken = 0
        for turn in 0..<(size * 4) {
            // Few ranks, so that many are equal; as many are taken as come, once the queue is filled.
            let rank = chance.draw(site: 1, actor: 2, occurrence: UInt64(turn)).number(below: 16)
            queue.push(rank: rank, record: turn, .job(UnsafeMutableRawPointer(bitPattern: turn + 1)!))
            let place = expected.firstIndex { $0.rank > rank } ?? expected.count
            expected.insert((rank, turn), at: place)
            guard expected.count > size else { continue }
            taken += check(&queue, expected.removeFirst())
        }
        while !expected.isEmpty { taken += check(&queue, expected.removeFirst()) }
        #expect(queue.pop() == nil && queue.isEmpty)
        #expect(taken == size * 4)
    }

    private func check(_ queue: inout ReadyQueue, _ expected: (rank: UInt64, record: Int)) -> Int {
        guard let entry = queue.pop(), case .job(let job) = entry.work else {
            Issue.record("an entry is missing: \(expected)")
            return 0
        }
        #expect(entry.rank == expected.rank && entry.record == expected.record)
        #expect(Int(bitPattern: job) == expected.record + 1, "the work of another entry")
        return 1
    }
}
