// backlot run

import ArgumentParser
import Fixtures
import Foundation
import Runner
import Suites
import Wire
import Worlds

/// Runs cases.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs cases in a world of their own, once per seed.",
        discussion: """
            Every run begins with its seed; the last line of a failing one is the command that replays it.
            Layers run one after the other: infrastructure, services, flows. What rests on a layer that failed is skipped.
            Exit codes: 0 passed, 1 failed, 2 could not run or nothing ran, 64 wrong usage.

            Faults: --faults none, light (mild and rare: retries absorb them), swarm (every seed its own mix), or a file; \
            --fault 'PLACE: FAULT(PARAMETER=VALUE)@N' for one alone. 'backlot faults' lists faults and places.

            Examples:
              backlot run
              backlot run --category e2e --no-docker --environment=staging
              backlot run --categories "multi_user,isolation" --concurrent-users=10
              backlot run -m "auth_flow and golden_path" -k "not refresh"
              backlot run --seeds 1000 --fault "client<-events: latency(mean=200ms, jitter=100ms)~10%"
              backlot run e2e/golden-path --seed 42 --fault "client->agent: reset@2" --tb=long
              backlot run --seeds 500 --faults light
              backlot run --seeds 100 --faults swarm --out failures
              backlot run --real postgres,redis
              backlot run --world local --json --junit report.xml
            """)

    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @OptionGroup(title: "World") var world: WorldOptions
    @OptionGroup(title: "World") var real: RealServerOptions
    @Option(help: "The seed: a number of at most 64 bits, decimal or 0x hexadecimal, or a commit hash.") var seed = "1"
    @Option(help: "How many seeds, beginning with --seed, or which: A..B.") var seeds: String?
    @Option(help: "How many worlds run at once: one for each core if not given, eight on loopback.") var jobs: Int?
    @Flag(name: [.customLong("collect-only"), .customLong("list")], help: "Lists the selected cases and runs nothing.")
    var collectOnly = false
    @Flag(name: .shortAndLong, help: "Shows every case run with its steps and faults; with one case, its trace.")
    var verbose = false
    @Flag(name: .shortAndLong, help: "Shows failures and the summary only.") var quiet = false
    @Option(help: "What is shown of a failure: 'short', 'long' (all findings and the trace) or 'no'.") var tb = "short"
    @Flag(help: "Writes JSON lines instead of text.") var json = false
    @Option(help: "Where to write a report as JUnit XML.") var junit: String?
    @Option(help: "A folder for failure files, one for each case run that failed; 'backlot replay' runs them again.")
    var out: String?

    mutating func run() async throws {
        let (collection, selection, chosen) = try selection.select()
        let errors = selection.errors(of: collection)
        if collectOnly { return try ListCommand.collect(collection, chosen, errors, isQuiet: quiet) }
        var plan = try makePlan(chosen, collection)
        var servers = RealServers()
        do {
            servers = try await real.start(isServed: false)
        } catch let error as InputError {
            plan.missingServers = error.description
            plan.notes.append("real servers are missing, and cases about stores are not run: \(error)")
        }
        plan.blueprint = servers.applied(to: plan.blueprint)
        let command = ReplayCommand(
            world.replayArguments + real.replayArguments, faults: [world.faults.faults] + world.faults.fault)
        let report = JUnitReport(plan, command: command)
        let failures = try FailureFolder(out, plan, command)
        for error in errors { FileHandle.standardError.write(Data("collection error: \(error)\n".utf8)) }
        let observe: @Sendable (CaseResult) -> Void = { result in
            report.observe(result)
            failures.observe(result)
        }
        let summary =
            json
            ? await runAsJSON(plan, command, observe, errors.count) : await runAsText(plan, command, observe, errors.count)
        await servers.stop()
        try failures.finish()
        if let junit { try OutputFile.write(report.text, to: junit) }
        if summary.exitCode != 0 { throw ExitCode(summary.exitCode) }
    }

    private func makePlan(_ chosen: [SuiteCase], _ collection: SuiteCatalogue.Collection) throws -> RunPlan {
        let users = try world.userCount()
        if let jobs, jobs < 1 { throw UsageError(description: "--jobs: \(jobs) is not at least 1.") }
        if quiet && verbose { throw UsageError(description: "--quiet and --verbose contradict each other: give one.") }
        guard let traceback = TerminalReport.Traceback(rawValue: tb) else {
            throw UsageError.unknown("traceback", tb, known: TerminalReport.Traceback.allCases.map(\.rawValue))
        }
        let first = try UsageError.from { try SeedText.seed(seed) }
        let all = try UsageError.from { try seeds.map { try SeedText.seeds($0, from: first) } ?? [first] }
        let fixtures = try Installation.fixtures()
        var (blueprint, notes) = try world.blueprint(seed: first, fixtures: fixtures)
        if blueprint.kind == .simulated { try Installation.proveDeterminism(fixtures) }
        blueprint.keepsTrace = verbose || traceback == .long
        var plan = RunPlan(
            cases: chosen, of: collection, seeds: all, setting: CaseSetting(users: users), blueprint: blueprint,
            width: jobs ?? (blueprint.kind == .local ? 8 : ProcessInfo.processInfo.activeProcessorCount))
        plan.notes = notes
        return plan
    }

    private func runAsText(
        _ plan: RunPlan, _ command: ReplayCommand, _ also: @escaping @Sendable (CaseResult) -> Void, _ errors: Int
    ) async -> RunSummary {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let isColoured = isTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
        let style = TerminalReport.Style(
            isLive: isTerminal, isColoured: isColoured, amount: quiet ? .quiet : verbose ? .verbose : .normal,
            traceback: TerminalReport.Traceback(rawValue: tb) ?? .short)
        let report = TerminalReport(plan, style: style, command: command, write: Output.write)
        report.begin(build: Installation.build)
        var summary = await SuiteRun.carryOut(plan) { result in
            report.observe(result)
            also(result)
        }
        summary.collectionErrors = errors
        report.end(summary)
        return summary
    }

    private func runAsJSON(
        _ plan: RunPlan, _ command: ReplayCommand, _ also: @escaping @Sendable (CaseResult) -> Void, _ errors: Int
    ) async -> RunSummary {
        let lines = JSONLines(write: Output.write)
        lines.begin(plan, build: Installation.build)
        var summary = await SuiteRun.carryOut(plan) { result in
            lines.observe(result)
            also(result)
        }
        summary.collectionErrors = errors
        lines.end(summary, command: command)
        return summary
    }
}
