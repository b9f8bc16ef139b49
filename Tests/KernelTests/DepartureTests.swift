// A seeded order can be written down as departures from first-in-first-out, taken again, and taken back.

import Kernel
import Testing

private func run(_ order: Simulation.Order, seed: UInt64 = 5, records: Bool = false) throws -> (
    entries: [String], outcome: Simulation.Outcome<[String]>
) {
    var configuration = Simulation.Configuration(seed: seed)
    configuration.order = order
    configuration.recordsSchedule = records
    let outcome = Simulation.run(configuration) { _ in
        let journal = Journal<String>()
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<6 {
                group.addTask {
                    for round in 0..<3 {
                        try? await Task.sleep(for: .milliseconds(round + index % 2))
                        await Task.yield()
                        journal.append("\(index).\(round)")
                    }
                }
            }
        }
        return journal.entries
    }
    return (try outcome.value, outcome)
}

struct DepartureTests {
    @Test func allContestedStepsListedAreTheSeededOrder() throws {
        for seed in 0..<50 as Range<UInt64> {
            let seeded = try run(.seeded, seed: seed, records: true)
            let listed = try run(.departing(seeded.outcome.contestedSteps.map(\.departure)), seed: seed)
            #expect(listed.entries == seeded.entries)
            #expect(listed.outcome.fingerprint == seeded.outcome.fingerprint)
        }
    }

    @Test func noneListedIsTheNeutralOrder() throws {
        let neutral = try run(.firstInFirstOut)
        #expect(try run(.departing([])).outcome.fingerprint == neutral.outcome.fingerprint)
        #expect(try run(.seeded).entries != neutral.entries)
    }

    @Test func recordingChangesNothing() throws {
        #expect(try run(.seeded, records: true).outcome.fingerprint == run(.seeded).outcome.fingerprint)
        #expect(try run(.seeded).outcome.contestedSteps.isEmpty)
    }

    @Test func oneDepartureMovesOneStep() throws {
        let neutral = try run(.firstInFirstOut, records: true)
        let steps = neutral.outcome.contestedSteps
        #expect(steps.allSatisfy { $0.overtook == nil })
        // A step that was not the oldest when it became ready, put ahead of all others.
        var moved = 0
        for step in steps {
            let ahead = try run(.departing([step.departure.at(rank: 0)]), records: true)
            #expect(ahead.entries.sorted() == neutral.entries.sorted())
            if ahead.entries != neutral.entries {
                moved += 1
                #expect(ahead.outcome.contestedSteps.contains { $0.departure.step == step.departure.step && $0.overtook != nil })
            }
        }
        #expect(moved > 0)
    }

    @Test func listsMeanTheSameStepsUnderEverySeed() throws {
        let steps = try run(.seeded, seed: 1, records: true).outcome.contestedSteps.map(\.departure)
        let first = try run(.departing(steps), seed: 1)
        #expect(try run(.departing(steps), seed: 2).entries == first.entries)
    }
}
