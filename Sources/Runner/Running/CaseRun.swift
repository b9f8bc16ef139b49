// Runs one case under one seed, in a world of its own.

import Faults
import Kernel
import Suites
import Worlds

/// One case under one seed.
struct CaseRun {
    let suiteCase: SuiteCase
    let seed: UInt64
    let plan: RunPlan
    /// Whether the result tells which steps could have run in another order.
    var recordsSchedule = false

    private var blueprint: Blueprint {
        var blueprint = plan.blueprint
        blueprint.seed = seed
        return suiteCase.blueprint(from: blueprint)
    }

    /// The same case in a simulated world, under the same plan and seed.
    var simulatedBlueprint: Blueprint {
        var blueprint = plan.blueprint.simulated
        blueprint.seed = seed
        return suiteCase.blueprint(from: blueprint)
    }

    /// The result of not being tried.
    func skipped(_ reason: String) -> CaseResult { CaseResult(suiteCase: suiteCase, seed: seed, verdict: .skipped(reason)) }

    /// Runs the case in a simulation. Blocks the calling thread.
    func simulate() -> CaseResult {
        if let reason = plan.missingServers, suiteCase.concernsStores { return result(.notRun(reason)) }
        if let reason = lacking { return skipped(reason) }
        let begun = ContinuousClock.now
        let (suiteCase, setting) = (suiteCase, plan.setting)
        let outcome = SimulatedWorld.run(blueprint, recordsSchedule: recordsSchedule) { world in
            let report = try await suiteCase.run(in: world, setting)
            return (
                report: report, faults: world.faultLines, decisions: world.decisions, possible: world.possibleFaults
            )
        }
        var result: CaseResult
        switch outcome.result {
        case .success(let value):
            let hung = outcome.hungTasks.map { Finding(user: "world", step: "tear-down", "\($0) and did not end") }
            result = self.result(Self.verdict(value.report.findings + hung, value.report))
            result.timings = value.report.timings
            result.marks = value.report.marks
            result.faults = value.faults
            result.decisions = value.decisions
            result.possibleFaults = value.possible
        case .failure(let error): result = self.result(Self.verdict(of: error))
        }
        result.fingerprint = outcome.fingerprint
        result.elapsed = outcome.elapsed
        result.took = ContinuousClock.now - begun
        result.events = outcome.trace.events
        result.contestedSteps = outcome.contestedSteps
        return result
    }

    /// Runs the case on loopback.
    func runLocally() async -> CaseResult {
        if let reason = plan.missingServers, suiteCase.concernsStores { return result(.notRun(reason)) }
        if let reason = lacking { return skipped(reason) }
        let begun = ContinuousClock.now
        do {
            let (suiteCase, setting) = (suiteCase, plan.setting)
            let value = try await LocalWorld.run(blueprint) { world in
                let report = try await suiteCase.run(in: world, setting)
                return (
                    report: report, faults: world.faultLines, events: world.trace.events, decisions: world.decisions
                )
            }
            let took = ContinuousClock.now - begun
            let twin = blueprint.faults.isEmpty ? nil : await compareWithTwin(value.decisions)
            var result = result(Self.verdict(value.report.findings + (twin?.findings ?? []), value.report))
            (result.timings, result.faults, result.events) = (value.report.timings, value.faults, value.events)
            (result.marks, result.decisions, result.twin) = (value.report.marks, value.decisions, twin)
            (result.took, result.elapsed) = (took, took)
            return result
        } catch {
            var result = result(.notRun("\(error)"))
            result.took = ContinuousClock.now - begun
            result.elapsed = result.took
            return result
        }
    }

    /// What the case needs and the plan's world has not; nil if it has all.
    private var lacking: String? {
        let lacking = suiteCase.needs.filter { need in
            switch need {
            case .virtualTime, .simulation: plan.blueprint.kind != .simulated
            }
        }
        return lacking.first.map { "the \(plan.blueprint.kind.rawValue) world lacks what it needs: \($0.rawValue)" }
    }

    private func result(_ verdict: CaseVerdict) -> CaseResult { CaseResult(suiteCase: suiteCase, seed: seed, verdict: verdict) }

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
