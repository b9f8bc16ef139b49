// backlot replay

import ArgumentParser
import Fixtures
import Foundation
import Kernel
import Runner

/// Runs a failure file again.
struct ReplayFileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Runs the failure of a file again: the same case, seed and faults.",
        discussion: """
            The faults are those that the file lists, and nothing else: the seed decides ids and what users do, no fault; it \
            decides the order of tasks where the file does not list that too. The run must be the recorded one to the byte:
            where the same failure comes with another fingerprint, and the build is the one that wrote the file, that is an \
            error.
            --until stops the run at a virtual time and --verbose-from prints the trace from one on: both look at what happens, \
            and a run that was stopped is not judged (exit code 0).
            Exit codes: 1 it fails as recorded, 0 it passes, 2 it fails otherwise or could not run.

            Examples:
              backlot run --faults swarm --seeds 100 --out failures
              backlot replay failures/e2e-golden-path-17.json
              backlot replay failures/e2e-golden-path-17.json --shrunk --tb=long
              backlot replay failures/e2e-golden-path-17.json --verbose-from 2.9s --until 3.1s
            """)

    @Argument(help: "The failure file.") var file: String
    @Flag(help: "Runs what is left of the failure after shrinking, and not the failure as it was found.") var shrunk = false
    @Option(help: "Stops the run at a virtual time, such as 3.1s.") var until: String?
    @Option(help: "Prints what happens from a virtual time on, such as 2.9s.") var verboseFrom: String?
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
        let (limit, first) = try (time(until, "--until"), time(verboseFrom, "--verbose-from"))
        let plan = replay.plan(form, keepsTrace: traceback == .long || limit != nil || first != nil, until: limit)
        let style = TerminalReport.Style(
            isLive: false, isColoured: false, amount: .normal, traceback: first == nil ? traceback : .short)
        let report = TerminalReport(plan, style: style, command: ReplayCommand([]), write: Output.write)
        report.begin(build: Installation.build)
        let summary = await SuiteRun.carryOut(plan) { if limit == nil { report.observe($0) } }
        if limit != nil || first != nil {
            let events = summary.shown.first?.events ?? []
            Output.write(events.filter { $0.offset >= first ?? .zero }.map { "\($0.spoken)\n" }.joined())
        }
        if let until { return Output.write("stopped at \(until) of virtual time, and not judged\n") }
        try judge(summary.shown.first, failure, form)
    }

    private func time(_ text: String?, _ option: String) throws -> Duration? {
        try text.map { text in
            guard let time = Duration(text: text) else {
                throw UsageError(description: "\(option): '\(text)' is no duration: write 250ms, 3.1s or 2m.")
            }
            return time
        }
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
