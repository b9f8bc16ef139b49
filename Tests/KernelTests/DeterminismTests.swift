// The promise of the kernel: the seed decides everything, and nothing else does.

import Dispatch
import Foundation
import Kernel
import Testing

@Suite struct DeterminismTests {
    @Test func sameSeedGivesTheSameRunAThousandTimes() throws {
        let first = try WorkloadRun(seed: 42)
        for _ in 0..<1000 { #expect(try WorkloadRun(seed: 42) == first) }
    }

    @Test func seedsGiveDifferentRuns() throws {
        let fingerprints = Set(try (0..<1000).map { try WorkloadRun(seed: $0).fingerprint })
        #expect(fingerprints.count > 990)
        let texts = Set(try (0..<100).map { try WorkloadRun(seed: $0).text.split(separator: "|")[0] })
        #expect(texts.count > 50, "the order of ordinary tasks must depend on the seed")
    }

    @Test(arguments: [1, 2, 4]) func simulationsAtOnceDoNotDisturbEachOther(width: Int) throws {
        let seeds: [UInt64] = Array(0..<64)
        let alone = try seeds.map { try WorkloadRun(seed: $0) }
        let together = Journal<(UInt64, WorkloadRun)>()
        let group = DispatchGroup()
        for lane in 0..<width {
            DispatchQueue.global().async(group: group) {
                for seed in seeds where Int(seed) % width == lane {
                    if let run = try? WorkloadRun(seed: seed) { together.append((seed, run)) }
                }
            }
        }
        group.wait()
        #expect(together.entries.count == seeds.count)
        for (seed, run) in together.entries { #expect(run == alone[Int(seed)]) }
    }

    @Test func timeJumpsAndCostsNothing() throws {
        let outcome = Simulation.run(.init(seed: 1)) { _ in
            let begun = ContinuousClock.now
            try await Task.sleep(for: .seconds(86_400))
            return ContinuousClock.now - begun
        }
        #expect(try outcome.value == .seconds(86_400))
        #expect(outcome.elapsed == .seconds(86_400))
    }

    @Test func blockingSleepsPassVirtualTime() throws {
        let outcome = Simulation.run(.init(seed: 1)) { _ in
            let begun = Date()
            usleep(1_500_000)
            return Date().timeIntervalSince(begun)
        }
        #expect(try outcome.value == 1.5)
    }

    @Test func firstInFirstOutIsTheNeutralOrder() throws {
        var configuration = Simulation.Configuration(seed: 9)
        configuration.order = .firstInFirstOut
        let outcome = Simulation.run(configuration) { _ in
            let order = Journal<Int>()
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<20 { group.addTask { order.append(index) } }
            }
            return order.entries
        }
        #expect(try outcome.value == Array(0..<20))
    }

    @Test func stepsAreTheSameInEveryBuild() throws {
        // A change of the kernel's order or hash changes this on purpose; debug, release and every machine agree on it.
        let outcome = Simulation.run(.init(seed: 7)) { _ in
            let order = Journal<Int>()
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<12 {
                    group.addTask {
                        try? await Task.sleep(for: .milliseconds(index % 3))
                        order.append(index)
                    }
                }
            }
            return order.entries
        }
        #expect(try outcome.value == [6, 9, 0, 3, 4, 7, 10, 1, 5, 8, 11, 2])
        #expect(outcome.steps == 45)
        #expect(outcome.fingerprint.description == "441c2012e3fa973c")
    }
}
