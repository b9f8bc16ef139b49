// backlot verify-suites

import ArgumentParser
import Foundation
import Runner
import ServiceKit
import Suites
import Worlds

/// Runs cases against the bugs that they must catch.
struct VerifySuitesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-suites", abstract: "Proves that cases can fail: each against the planted bugs that it names.",
        discussion: """
            Every case runs once without a bug, and must pass; then once with each bug that it names, and must fail.
            Without a selection, a bug that no case names is reported as well.
            Exit codes: 0 all is as it must be; 1 a bug was not caught, or a case fails without one; 64 wrong usage.

            Examples:
              backlot verify-suites
              backlot verify-suites --category isolation
            """)

    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @Option(help: "The seed of all runs.") var seed = "1"
    @Option(help: "How many users act at once.") var users = 3
    @Option(help: "How many simulations run at once; all cores if not given.") var jobs: Int?

    func run() async throws {
        let (_, _, chosen) = try selection.select()
        guard !chosen.isEmpty else {
            throw ExitCode(2)
        }
        let seed = try UsageError.from { try SeedText.seed(self.seed) }
        let fixtures = try Installation.fixtures()
        let begun = ContinuousClock.now
        var trials: [BugTrial] = []
        let isTerminal = isatty(STDOUT_FILENO) == 1
        try await SuiteVerification.carryOut(
            chosen, blueprint: Blueprint(.simulated, seed: seed, fixtures: fixtures), setting: CaseSetting(users: users),
            width: jobs ?? ProcessInfo.processInfo.activeProcessorCount
        ) { trial in
            trials.append(trial)
            if isTerminal { Output.write("\r\u{1B}[K") }
            Output.write(VerificationReport.line(trial) + "\n")
            if isTerminal { Output.write("\(trials.count) of \(SuiteVerification.trials(chosen).count)") }
        }
        if isTerminal { Output.write("\r\u{1B}[K") }
        let isWhole = chosen.count == SuiteCatalogue.collect().cases.count
        let report = VerificationReport(
            trials, bugs: isWhole ? DeviationCatalogue.all.filter { $0.needs == .nothing }.map(\.name) : [])
        Output.write(report.lines(took: ContinuousClock.now - begun).map { $0 + "\n" }.joined())
        if !report.isRight { throw ExitCode(1) }
    }
}
