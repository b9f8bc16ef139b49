// Searching for failures: how fast, after how many seeds each planted bug shows, and what is left of it when it is shrunk.

import Benchmark
import Faults
import Foundation
import Kernel
import Runner
import ServiceKit
import Suites
import Synchronization
import Worlds

/// A search of services without bugs, and one for each planted bug.
func addSearchBenchmarks() {
    let speed = Figure("explore, no bug: seeds/s")
    Benchmark.figures("Search", [speed]) { benchmark in
        let found = try await search(nil, through: 150).summary
        try WrongResult.unless(found.failures.isEmpty, "\(found.failures.count) failures in services without bugs")
        benchmark.note(speed, found.seedsPerSecond)
    }

    let figures = SearchFigures()
    Benchmark.figures("Planted bugs", figures.all, warmups: 0, maxIterations: 1) { benchmark in
        var hunts: [Hunt] = []
        for bug in DeviationCatalogue.all {
            hunts.append(try await Hunt(bug, through: 20_000))
            try note(hunts)
        }
        try figures.note(hunts, on: benchmark)
        let unequal = 10_000 - (try await equalRepeats(of: hunts, count: 10_000))
        benchmark.note(figures.unequal, Double(unequal))
    }
}

/// Writes what came of each hunt beside the figures, for the report: the harness keeps what is printed to itself.
private func note(_ hunts: [Hunt]) throws {
    let folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).appending(path: ".build/benchmarks")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(hunts.map { $0.line + "\n" }.joined().utf8).write(to: folder.appending(path: "planted-bugs.txt"))
}

/// A search as `backlot explore` does it unless told otherwise, that ends with the first failure; and the last run before it.
private func search(
    _ bug: Deviation?, through last: UInt64
) async throws -> (summary: ExploreSummary, plan: RunPlan, passed: CaseResult?) {
    let cases = SuiteCatalogue.cases
    var blueprint = Blueprint(.simulated, seed: 1, fixtures: try fixtures())
    blueprint.deviations = bug.map { [$0] } ?? []
    blueprint.faults = try FaultPlan.from(argument: "swarm")
    let run = RunPlan(
        cases: cases, of: SuiteCatalogue.collect(cases), seeds: [1], setting: CaseSetting(users: 3), blueprint: blueprint,
        width: 2)
    var plan = ExplorePlan(run, from: 1, through: last)
    plan.mildFaults = try FaultPlan.from(argument: "light")
    plan.failureLimit = 1
    let summary = ExploreSummary(plan)
    let begun = ContinuousClock.now
    // Off the harness's queue, where events would wait in memory.
    return await Task.detached { [plan, summary] in
        var summary = summary
        var passed: CaseResult?
        for await event in SeedSearch.events(plan) {
            summary.add(event)
            if case .ran(let result) = event, result.verdict == .passed { passed = result }
        }
        summary.took = ContinuousClock.now - begun
        return (summary, run, passed)
    }.value
}

/// The search for one planted bug.
private struct Hunt {
    let bug: Deviation
    let failure: DistinctFailure?
    let seeds: UInt64
    /// Runs that are to repeat: a passed one, and the failure as it was found and as it was shrunk.
    private(set) var runs: [RecordedRun] = []

    init(_ bug: Deviation, through last: UInt64) async throws {
        self.bug = bug
        let (summary, plan, passed) = try await search(bug, through: last)
        failure = summary.failures.first
        seeds = summary.seeds
        for result in [passed, failure?.result].compactMap({ $0 }) {
            runs.append(RecordedRun(result, of: plan, result.decisions, plan.setting, result.fingerprint))
        }
        if let failure, let shrunk = failure.shrunk {
            let setting = CaseSetting(users: shrunk.users, steps: shrunk.steps)
            runs.append(RecordedRun(failure.result, of: plan, shrunk.list, setting, shrunk.fingerprint))
        }
    }

    /// What came of it, in a line.
    var line: String {
        guard let failure else { return "\(bug.name): not found in \(seeds) seeds" }
        guard let shrunk = failure.shrunk else { return "\(bug.name): seed \(failure.result.seed), not shrunk" }
        return "\(bug.name) (\(bug.needs.rawValue)): seed \(failure.result.seed), \(shrunk.list.decisions.count) faults, "
            + "\(shrunk.list.order.departures.count) departures, \(shrunk.users) users, \(shrunk.trials) runs, "
            + "\(shrunk.took.milliseconds.rounded()) ms"
    }
}

/// What all hunts together are measured by.
private struct SearchFigures {
    let shrunk = Figure("planted bugs found and shrunk, %")
    let seedsMedian = Figure("seeds to find a bug, median")
    let seedsMax = Figure("seeds to find a bug, most")
    let faultsMedian = Figure("faults left of a bug, median")
    let faultsMax = Figure("faults left of a bug, most")
    let departuresMax = Figure("departures left of a bug of order, most")
    let time = Figure("shrinking, most, ms")
    let unequal = Figure("unequal repeats, of 10,000")

    var all: [Figure] {
        [shrunk, seedsMedian, seedsMax, faultsMedian, faultsMax, departuresMax, time, unequal]
    }

    func note(_ hunts: [Hunt], on benchmark: Benchmark) throws {
        let seeds = hunts.compactMap { $0.failure.map { Int($0.result.seed) } }.sorted()
        let left = hunts.compactMap { hunt in hunt.failure?.shrunk.map { (hunt.bug, $0) } }
        try WrongResult.unless(!left.isEmpty, "no planted bug was found and shrunk")
        let faults = left.map { $0.1.list.decisions.count }.sorted()
        benchmark.note(shrunk, 100 * Double(left.count) / Double(hunts.count))
        benchmark.note(seedsMedian, Double(seeds[seeds.count / 2]))
        benchmark.note(seedsMax, Double(seeds.last ?? 0))
        benchmark.note(faultsMedian, Double(faults[faults.count / 2]))
        benchmark.note(faultsMax, Double(faults.last ?? 0))
        let departures = left.filter { $0.0.needs == .order }.map { $0.1.list.order.departures.count }
        benchmark.note(departuresMax, Double(departures.max() ?? 0))
        benchmark.note(time, left.map { $0.1.took.milliseconds }.max() ?? 0)
    }
}

/// A run that is to repeat.
private struct RecordedRun {
    let suiteCase: SuiteCase
    let seed: UInt64
    let setting: CaseSetting
    private var blueprint: Blueprint
    let fingerprint: Fingerprint?

    init(
        _ result: CaseResult, of plan: RunPlan, _ list: DecisionList, _ setting: CaseSetting, _ fingerprint: Fingerprint?
    ) {
        (suiteCase, seed, self.setting, self.fingerprint) = (result.suiteCase, result.seed, setting, fingerprint)
        blueprint = plan.blueprint
        blueprint.faults = FaultPlan(repeating: list)
    }

    /// How many of so many repetitions are equal to what was recorded.
    func equalRepeats(_ count: Int) async -> Int {
        let plan = RunPlan(
            cases: [suiteCase], of: SuiteCatalogue.collect([suiteCase]), seeds: Array(repeating: seed, count: count),
            setting: setting, blueprint: blueprint, width: 2)
        let equal = Atomic(0)
        _ = await SuiteRun.carryOut(plan) { result in
            if fingerprint != nil, result.fingerprint == fingerprint { equal.add(1, ordering: .relaxed) }
        }
        return equal.load(ordering: .relaxed)
    }
}

/// How many of `count` repetitions are equal: of every failure, as it was found and as it was shrunk, and of runs that passed.
private func equalRepeats(of hunts: [Hunt], count: Int) async throws -> Int {
    let runs = hunts.flatMap(\.runs)
    var equal = 0
    for (index, run) in runs.enumerated() {
        equal += await run.equalRepeats(count / runs.count + (index < count % runs.count ? 1 : 0))
    }
    return equal
}
