// backlot replay

import ArgumentParser
import Faults
import Fixtures
import Foundation
import Runner
import Suites
import Worlds

/// Runs a failure file again.
struct ReplayFileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Runs the failure of a file again: the same case, seed and faults.",
        discussion: """
            The faults are those that the file lists, and nothing else: the seed decides order and ids, no fault.
            Exit codes: 1 it fails as recorded, 0 it passes, 2 it fails otherwise or could not run.

            Examples:
              backlot run --faults swarm --seeds 100 --out failures
              backlot replay failures/e2e-golden-path-17.json
            """)

    @Argument(help: "The failure file.") var file: String
    @Option(help: "What is shown of a failure: 'short', 'long' (all findings and the trace) or 'no'.") var tb = "short"

    func run() async throws {
        let failure = try FailureFile(URL(fileURLWithPath: file), name: file)
        guard let traceback = TerminalReport.Traceback(rawValue: tb) else {
            throw UsageError.unknown("traceback", tb, known: TerminalReport.Traceback.allCases.map(\.rawValue))
        }
        let collection = SuiteCatalogue.collect()
        guard let suiteCase = collection.cases.first(where: { $0.id == failure.id }) else {
            throw InputError.unknown("case", failure.id, known: collection.cases.map(\.id), at: Place(file))
        }
        var blueprint = Blueprint(.simulated, seed: failure.seed, fixtures: try Installation.fixtures())
        blueprint.faults = FaultPlan(repeating: failure.decisions)
        blueprint.deviations = Set(try failure.deviations.map { try DeviationCatalogue.deviation(named: $0, at: Place(file)) })
        blueprint.keepsTrace = traceback == .long
        let plan = RunPlan(
            cases: [suiteCase], of: collection, seeds: [failure.seed], setting: CaseSetting(users: failure.users),
            blueprint: blueprint, width: 1)
        let style = TerminalReport.Style(isLive: false, isColoured: false, amount: .normal, traceback: traceback)
        let report = TerminalReport(plan, style: style, command: ReplayCommand([]), write: Output.write)
        report.begin(build: Installation.build)
        let summary = await SuiteRun.carryOut(plan) { report.observe($0) }
        try judge(summary.shown.first, failure)
    }

    private func judge(_ result: CaseResult?, _ failure: FailureFile) throws {
        guard let result else { throw ExitCode(2) }
        let isSame = result.fingerprint.map { "\($0)" } == failure.fingerprint
        switch result.verdict {
        case .passed: Output.write("it passes now\n")
        case .failed(let findings) where findings.first.map(FailureFile.signature) == failure.signature:
            Output.write("it fails as recorded\(isSame ? ", to the byte (fingerprint \(failure.fingerprint ?? "none"))" : "")\n")
            throw ExitCode(1)
        case .failed:
            Output.write("it fails otherwise: recorded was \(failure.signature)\n")
            throw ExitCode(2)
        case .notRun, .skipped: throw ExitCode(2)
        }
    }
}
