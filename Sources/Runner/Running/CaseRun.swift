// Runs one case under one seed, in a world of its own.

import Kernel
import Suites
import Worlds

/// One case under one seed.
struct CaseRun {
    let suiteCase: SuiteCase
    let seed: UInt64
    let plan: RunPlan

    private var blueprint: Blueprint {
        var blueprint = plan.blueprint
        blueprint.seed = seed
        return blueprint
    }

    /// Runs the case in a simulation. Blocks the calling thread.
    func simulate() -> CaseResult {
        let begun = ContinuousClock.now
        let (suiteCase, setting) = (suiteCase, plan.setting)
        let outcome = SimulatedWorld.run(blueprint) { world in
            let report = try await suiteCase.run(in: world, setting)
            return (report: report, faults: world.faultLines)
        }
        var report = CaseReport()
        var faults: [String] = []
        let verdict: CaseVerdict
        switch outcome.result {
        case .success(let value):
            (report, faults) = (value.report, value.faults)
            let hung = outcome.hungTasks.map { Finding(user: "world", step: "tear-down", "\($0) and did not end") }
            verdict = Self.verdict(report.findings + hung, report)
        case .failure(let error): verdict = Self.verdict(of: error)
        }
        return CaseResult(
            id: suiteCase.id, seed: seed, verdict: verdict, timings: report.timings, fingerprint: outcome.fingerprint,
            elapsed: outcome.elapsed, took: ContinuousClock.now - begun, faults: faults, events: outcome.trace.events)
    }

    /// Runs the case on loopback.
    func runLocally() async -> CaseResult {
        let begun = ContinuousClock.now
        var report = CaseReport()
        var faults: [String] = []
        var events: [Trace.Event] = []
        let verdict: CaseVerdict
        do {
            let (suiteCase, setting) = (suiteCase, plan.setting)
            let value = try await LocalWorld.run(blueprint) { world in
                let report = try await suiteCase.run(in: world, setting)
                return (report: report, faults: world.faultLines, events: world.trace.events)
            }
            (report, faults, events) = value
            verdict = Self.verdict(report.findings, report)
        } catch {
            verdict = .notRun("\(error)")
        }
        let took = ContinuousClock.now - begun
        return CaseResult(
            id: suiteCase.id, seed: seed, verdict: verdict, timings: report.timings, fingerprint: nil, elapsed: took,
            took: took, faults: faults, events: events)
    }

    private static func verdict(_ findings: [Finding], _ report: CaseReport) -> CaseVerdict {
        if !findings.isEmpty { return .failed(findings) }
        return report.checks > 0 ? .passed : .notRun("the case checked nothing")
    }

    private static func verdict(of error: any Error) -> CaseVerdict {
        switch error {
        case let error as SimulationError:
            switch error {
            case .stuck, .timeLimit, .stepLimit: .failed([Finding(user: "world", step: "run", error.description)])
            case .leak, .unresponsive, .nested, .noThread: .notRun(error.description)
            }
        default: .notRun("\(error)")
        }
    }
}
