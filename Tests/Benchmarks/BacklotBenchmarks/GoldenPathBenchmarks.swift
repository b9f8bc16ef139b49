// Whole golden paths: a world is built, users walk through it, it is taken down, seed after seed.

import Benchmark
import Foundation
import Kernel
import Runner
import Suites
import Worlds

/// Golden paths on one thread, and what a second thread adds.
func addGoldenPathBenchmarks() {
    for (users, worlds) in [(1, 100), (10, 20)] {
        let paths = Figure("golden paths/s, \(users) user\(users == 1 ? "" : "s") a world")
        Benchmark.figures("Golden path, \(users) user\(users == 1 ? "" : "s")", [paths]) { benchmark in
            let plan = try goldenPaths(users: users, seeds: 1...UInt64(worlds), width: 1)
            let seconds = try timed { try walk(plan) }.seconds
            benchmark.note(paths, Double(users * worlds) / seconds)
        }
    }

    let one = Figure("runs/s, width 1")
    let two = Figure("runs/s, width 2")
    let speedUp = Figure("width 2:width 1 x100")
    Benchmark.figures("Golden paths on two threads", [one, two, speedUp]) { benchmark in
        let count = 300
        let narrow = try await carryOut(goldenPaths(users: 1, seeds: 1...UInt64(count), width: 1))
        let wide = try await carryOut(goldenPaths(users: 1, seeds: 1...UInt64(count), width: 2))
        benchmark.note(one, Double(count) / narrow)
        benchmark.note(two, Double(count) / wide)
        benchmark.note(speedUp, ratio: narrow / wide)
    }
}

/// The fixtures of this repository.
func fixtures() throws -> FixtureSet {
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    let directory = try FixtureSet.find(
        environment: ProcessInfo.processInfo.environment, workingDirectory: here,
        program: URL(fileURLWithPath: "/proc/self/exe"))
    return try FixtureSet.load(directory)
}

private func goldenPaths(users: Int, seeds: ClosedRange<UInt64>, width: Int) throws -> RunPlan {
    let cases = [SuiteCatalogue.goldenPath]
    let blueprint = Blueprint(.simulated, seed: 1, fixtures: try fixtures())
    return RunPlan(
        cases: cases, of: SuiteCatalogue.collect(cases), seeds: Array(seeds), setting: CaseSetting(users: users),
        blueprint: blueprint, width: width)
}

/// Walks the plan's only case under every seed, one world after the other, on a simulation's thread at a time.
private func walk(_ plan: RunPlan) throws {
    let (golden, setting) = (plan.cases[0], plan.setting)
    for seed in plan.seeds {
        var blueprint = plan.blueprint
        blueprint.seed = seed
        let report = try SimulatedWorld.run(blueprint) { try await golden.run(in: $0, setting) }.value
        try WrongResult.unless(report.checks > 0 && report.findings.isEmpty, "seed \(seed): \(report.findings)")
    }
}

/// Carries a plan out and returns the seconds it took.
private func carryOut(_ plan: RunPlan) async throws -> Double {
    let summary = await SuiteRun.carryOut(plan) { _ in }
    try WrongResult.unless(summary.passed == plan.count, "\(summary.passed) of \(plan.count) runs passed")
    return summary.took.milliseconds / 1000
}
