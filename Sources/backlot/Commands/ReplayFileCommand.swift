// backlot replay

import ArgumentParser
import Fixtures
import Foundation
import Runner

/// Runs a failure file again.
struct ReplayFileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Runs the failure of a file again: the same case, seed and faults.",
        discussion: """
            The faults are those that the file lists, and nothing else: the seed decides ids and what users do, no fault; it
            decides the order of tasks where the file does not list that too. The run must be the recorded one to the byte:
            where the same failure comes with another fingerprint, and the build is the one that wrote the file, that is an
            error.
            Exit codes: 1 it fails as recorded, 0 it passes, 2 it fails otherwise or could not run.

            Examples:
              backlot run --faults swarm --seeds 100 --out failures
              backlot replay failures/e2e-golden-path-17.json
              backlot replay failures/e2e-golden-path-17.json --shrunk --tb=long
            """)

    @Argument(help: "The failure file.") var file: String
    @Flag(help: "Runs what is left of the failure after shrinking, and not the failure as it was found.") var shrunk = false
    @Option(help: "What is shown of a failure: 'short', 'long' (all findings and the trace) or 'no'.") var tb = "short"

    func run() async throws {
        let replay = try FailureReplay(file)
        let failure = replay.failure
        guard let traceback = TerminalReport.Traceback(rawValue: tb) else {
            throw UsageError.unknown("traceback", tb, known: TerminalReport.Traceback.allCases.map(\.rawValue))
        }
        guard let form = shrunk ? failure.shrunk : failure.found else {
            throw InputError("This failure was not shrunk: leave out --shrunk.", at: Place(file))
        }
        let plan = replay.plan(form, keepsTrace: traceback == .long)
        let style = TerminalReport.Style(isLive: false, isColoured: false, amount: .normal, traceback: traceback)
        let report = TerminalReport(plan, style: style, command: ReplayCommand([]), write: Output.write)
        report.begin(build: Installation.build)
        let summary = await SuiteRun.carryOut(plan) { report.observe($0) }
        try judge(summary.shown.first, failure, form)
    }

    private func judge(_ result: CaseResult?, _ failure: FailureFile, _ form: FailureFile.Form) throws {
        guard let result else { throw ExitCode(2) }
        let fingerprint = result.fingerprint.map { "\($0)" }
        let isSameBuild = failure.commit != nil && failure.commit == Installation.build.commit
        switch result.verdict {
        case .passed: Output.write("it passes now\n")
        case .failed where FailureSignature.all(of: result.verdict).contains(failure.signature):
            if let fingerprint, fingerprint == form.fingerprint {
                Output.write("it fails as recorded, to the byte (fingerprint \(fingerprint))\n")
                throw ExitCode(1)
            }
            let difference = "the fingerprint is \(fingerprint ?? "none"), recorded was \(form.fingerprint ?? "none")"
            if isSameBuild {
                Output.write("it fails in the same way, but the run is another one: \(difference)\n")
                throw ExitCode(2)
            }
            Output.write("it fails as recorded, under another build (\(difference))\n")
            throw ExitCode(1)
        case .failed:
            Output.write("it fails otherwise: recorded was \(failure.signature)\n")
            throw ExitCode(2)
        case .notRun, .skipped: throw ExitCode(2)
        }
    }
}
