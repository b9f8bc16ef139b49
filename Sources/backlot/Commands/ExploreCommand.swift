// backlot explore

import ArgumentParser
import Faults
import Fixtures
import Foundation
import Runner
import Suites
import Worlds

/// Searches seeds for failures.
struct ExploreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explore", abstract: "Searches seeds for failures, and shrinks each to the fewest faults that still fail.",
        discussion: """
            Under every seed the world has other faults, the tasks another order, and the users do other things. Cases that \
            survive every fault run under every seed; of the others one runs under each, with the faults of 'light', which they \
            absorb. With --fault or a file of faults, all cases run under every seed with those.

            Failures that say the same count once. The first of each is shrunk: fewer faults, smaller parameters, fewer users, \
            and an order of tasks that is first-in-first-out but for a few departures. It is written to a file that \
            'backlot replay' runs again.
            With --against, the case and the faults of a failure file are searched for that failure, under as many seeds as it \
            takes to say with 99 % confidence that it is gone.
            With --until-covered the search ends when every kind of fault was seen at every service where it could happen, and \
            all that cases say happens sometimes: a search that never saw these has shown less than it seems.
            Exit codes: 0 no failure, 1 failures, 2 could not run or nothing ran, 64 wrong usage.

            Examples:
              backlot explore
              backlot explore --seeds 1..20000 --max-failures 1
              backlot explore --minutes 10 --out failures
              backlot explore --bug refresh-reuse
              backlot explore --against failures/e2e-golden-path-17.json
              backlot explore -k chaos --users 5 --faults Fixtures/faults/rough.yaml
            """)

    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @Option(help: "The first seed: a number of at most 64 bits, decimal or 0x hexadecimal, or a commit hash.") var seed = "1"
    @Option(
        help:
            "How many seeds, beginning with --seed, or which: A..B. 1000 if neither this nor --minutes is given; with --until-covered 20000."
    )
    var seeds: String?
    @Option(help: "How long to search, in minutes.") var minutes: Double?
    @Option(help: "After how many distinct failures to stop.") var maxFailures: Int?
    @Option(help: "The folder for failure files, one for each distinct failure; made when there is one.") var out = "failures"
    @Option(help: ArgumentHelp("A failure file: searches for that failure, to show that it is gone.", valueName: "file"))
    var against: String?
    @Flag(help: "Stops when every mark of the cases and every kind of fault at every service where it could happen was seen.")
    var untilCovered = false
    @Flag(help: "Writes failures as they were found, and does not shrink them.") var noShrink = false
    @Option(help: "How many users act at once.") var users = 3
    @Option(help: "A plan of faults: 'swarm', 'light', 'none', a YAML file, or a decision list.") var faults = "swarm"
    @Option(help: "A fault in one line, PLACE: FAULT(...)@N; 'backlot faults' tells more. May be given several times.")
    var fault: [String] = []
    @OptionGroup(title: "World") var deviations: DeviationOptions
    @Option(help: "How many worlds run at once: one for each core if not given.") var jobs: Int?
    @Flag(help: "Writes JSON lines instead of text.") var json = false

    mutating func run() async throws {
        let replay = try against.map { try aim(at: $0) }
        let plan = try makePlan()
        let folder = try ExploreFolder(
            replay == nil ? out : out + "/against", command(faults), mildCommand: command("light"))
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let isColoured = isTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
        let report = ExploreReport(plan, isLive: isTerminal, isColoured: isColoured, write: Output.write)
        let lines = JSONLines(write: Output.write)
        json ? lines.begin(plan, build: Installation.build) : report.begin(build: Installation.build, faults: faultsSpoken)
        let begun = ContinuousClock.now
        var summary = ExploreSummary(plan)
        for await event in SeedSearch.events(plan) {
            summary.add(event)
            summary.took = ContinuousClock.now - begun
            let file = try folder.write(event)
            json ? lines.observe(event, file: file) : report.observe(event, summary, file: file)
        }
        try folder.finish(summary)
        json ? lines.end(summary, files: folder.files) : report.end(summary, files: folder.files)
        if let replay, !json { Output.write(verdict(on: replay.failure, summary) + "\n") }
        if summary.exitCode != 0 { throw ExitCode(summary.exitCode) }
    }

    /// Takes case, faults, users and the number of seeds from a failure file.
    private mutating func aim(at file: String) throws -> FailureReplay {
        let replay = try FailureReplay(file)
        let failure = replay.failure
        guard let first = failure.plan.first else {
            throw InputError("This file does not name its plan of faults: write it anew with 'backlot explore'.", at: Place(file))
        }
        selection.cases = [failure.id]
        (faults, fault) = (first, Array(failure.plan.dropFirst()))
        users = failure.found.users
        if seeds == nil, minutes == nil {
            guard let findability = failure.findability else {
                throw InputError(
                    "This file does not say how often the failure showed, so that the number of seeds is yours to choose: give --seeds.",
                    at: Place(file))
            }
            seeds = "\(findability.seedsNeeded())"
            Output.write(
                "it showed under \(findability.failed) of \(findability.seeds) seeds: 99 % confidence takes \(seeds ?? "") seeds without it\n"
            )
        }
        return replay
    }

    private func verdict(on failure: FailureFile, _ summary: ExploreSummary) -> String {
        let again = summary.failures.first { $0.signature == failure.signature }
        if let again { return "it is still there: seed \(again.result.seed) fails in the same way" }
        guard let findability = failure.findability else { return "it did not show under \(summary.seeds) seeds" }
        let isEnough = summary.seeds >= findability.seedsNeeded()
        return isEnough
            ? "it is gone, with 99 % confidence: it did not show under \(summary.seeds) seeds"
            : "it did not show under \(summary.seeds) seeds; 99 % confidence takes \(findability.seedsNeeded())"
    }

    private func makePlan() throws -> ExplorePlan {
        let (collection, _, chosen) = try selection.select()
        guard (1...100_000).contains(users) else {
            throw UsageError(description: "--users: \(users) is not between 1 and 100000.")
        }
        if let jobs, jobs < 1 { throw UsageError(description: "--jobs: \(jobs) is not at least 1.") }
        if let minutes, !(minutes > 0) { throw UsageError(description: "--minutes: \(minutes) is not more than 0.") }
        if let maxFailures, maxFailures < 1 {
            throw UsageError(description: "--max-failures: \(maxFailures) is not at least 1.")
        }
        let first = try UsageError.from { try SeedText.seed(seed) }
        let range = try UsageError.from { try seeds.map { try SeedText.seeds($0, from: first) } }
        let fixtures = try Installation.fixtures()
        try Installation.proveDeterminism(fixtures)
        var blueprint = Blueprint(.simulated, seed: first, fixtures: fixtures)
        blueprint.deviations = try UsageError.from { try deviations.chosen() }
        blueprint.faults = try UsageError.from { try FaultPlan.from(argument: faults).adding(fault) }
        var run = RunPlan(
            cases: chosen, of: collection, seeds: [first], setting: CaseSetting(users: users), blueprint: blueprint,
            width: jobs ?? ProcessInfo.processInfo.activeProcessorCount)
        if let note = deviations.note { run.notes.append(note) }
        let low = range?.first ?? first
        let last = range?.last ?? (minutes == nil ? low + (untilCovered ? 19_999 : 999) : nil)
        var plan = ExplorePlan(run, from: low, through: last)
        plan.patience = minutes.map { .seconds($0 * 60) }
        plan.failureLimit = maxFailures
        plan.shrinks = !noShrink
        if FaultPlan.names.contains(faults), fault.isEmpty, faults != "none" { plan.mildFaults = try .named("light") }
        plan.stopsWhenCovered = untilCovered
        return plan
    }

    private var faultsSpoken: String { ([faults] + fault).joined(separator: ", ") }

    private func command(_ faults: String) -> ReplayCommand {
        let arguments = ["--users", "\(users)", "--faults", faults] + fault.flatMap { ["--fault", $0] }
        return ReplayCommand(arguments + deviations.replayArguments, faults: [faults] + fault)
    }
}
