// backlot run

import ArgumentParser
import Faults
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
            Exit codes: 0 passed, 1 failed, 2 could not run or nothing ran, 64 wrong usage.

            Faults: LINK: FAULT[(PARAMETER=VALUE, ...)][@N | @N..M | @N..][~PERCENT%]
              LINK is caller->callee (what the caller sends), caller<-callee (what comes back) or caller<->callee.
              An end is auth, llm, analytics, events, agent, client, one user (user-3) or *.
              @N is the N-th delivery that way on that link, from 1. 'backlot faults' lists the faults.

            Examples:
              backlot run
              backlot run --seed 42 --users 50
              backlot run --seeds 1000 --fault "client<-events: latency(mean=200ms, jitter=100ms)~10%"
              backlot run --fault "agent->llm: reset@2" -v
              backlot run --world local --json
            """)

    @Argument(help: "The ids of the cases to run; all, if none is given.") var cases: [String] = []
    @Option(help: "The seed: a number of at most 64 bits, decimal or 0x hexadecimal, or a commit hash.") var seed = "1"
    @Option(help: "How many seeds, beginning with --seed, or which: A..B.") var seeds: String?
    @Option(help: "How many users act at once.") var users = 10
    @Option(help: "The world: 'simulated' (virtual time, repeatable) or 'local' (loopback sockets, real time).")
    var world = "simulated"
    @Option(help: "A fault, as described above. May be given several times.") var fault: [String] = []
    @Option(help: "How many simulations run at once; all cores if not given.") var jobs: Int?
    @Flag(help: "Lists the selected cases and runs nothing.") var list = false
    @Flag(name: .shortAndLong, help: "Shows every result, fault and event.") var verbose = false
    @Flag(help: "Writes JSON lines instead of text.") var json = false

    mutating func run() async throws {
        let selected = try UsageError.from { try CaseSelection.select(cases) }
        if list { return ListCommand.print(selected) }
        let plan = try makePlan(selected)
        let build = Installation.build
        let command = ReplayCommand(replayArguments)
        let summary =
            json ? await runAsJSON(plan, build, command) : await runAsText(plan, build, command)
        if summary.exitCode != 0 { throw ExitCode(summary.exitCode) }
    }

    private func makePlan(_ selected: [SuiteCase]) throws -> RunPlan {
        guard (1...100_000).contains(users) else {
            throw UsageError(description: "--users: \(users) is not between 1 and 100000.")
        }
        guard let kind = WorldKind(rawValue: world) else {
            let known = WorldKind.allCases.map(\.rawValue)
            throw UsageError(description: InputError.unknown("world", world, known: known).description)
        }
        if let jobs, jobs < 1 { throw UsageError(description: "--jobs: \(jobs) is not at least 1.") }
        let first = try UsageError.from { try SeedText.seed(seed) }
        let all = try UsageError.from { try seeds.map { try SeedText.seeds($0, from: first) } ?? [first] }
        let faults = try UsageError.from {
            try fault.map { try FaultExpression.parse($0, endpoints: ServiceName.names + ["client"]) }
        }
        let fixtures = try Installation.fixtures()
        if kind == .simulated { try proveDeterminism(fixtures) }
        var blueprint = Blueprint(kind, seed: first, fixtures: fixtures)
        blueprint.faults = FaultPlan(faults)
        blueprint.keepsTrace = verbose
        return RunPlan(
            cases: selected, collected: SuiteCatalogue.cases.count, seeds: all, setting: CaseSetting(users: users),
            blueprint: blueprint, width: jobs ?? ProcessInfo.processInfo.activeProcessorCount)
    }

    private func proveDeterminism(_ fixtures: FixtureSet) throws {
        for check in SelfTest.determinism(fixtures) {
            if let problem = check.problem {
                throw InputError("The self-test failed (\(check.name): \(check.found)): \(problem)")
            }
        }
    }

    private func runAsText(_ plan: RunPlan, _ build: Build, _ command: ReplayCommand) async -> RunSummary {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let isColoured = isTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
        let style = TerminalReport.Style(isLive: isTerminal, isColoured: isColoured, isVerbose: verbose)
        let report = TerminalReport(plan, style: style, command: command, write: Output.write)
        report.begin(build: build)
        let summary = await SuiteRun.carryOut(plan) { report.observe($0) }
        report.end(summary)
        return summary
    }

    private func runAsJSON(_ plan: RunPlan, _ build: Build, _ command: ReplayCommand) async -> RunSummary {
        let lines = JSONLines(write: Output.write)
        lines.begin(plan, build: build)
        let summary = await SuiteRun.carryOut(plan) { lines.observe($0) }
        lines.end(summary, command: command)
        return summary
    }

    /// What a replay must say again, besides the seed.
    private var replayArguments: [String] {
        var arguments = cases + ["--users", "\(users)"]
        if world != "simulated" { arguments += ["--world", world] }
        for fault in fault { arguments += ["--fault", fault] }
        return arguments
    }
}
