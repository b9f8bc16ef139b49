// Carries a plan out: all cases under all seeds, on as many threads as asked for.

import Dispatch
import Kernel
import Suites
import Worlds

/// Carries plans out.
public enum SuiteRun {
    /// Runs every case under every seed and hands each result to `observe`, in the plan's order whatever the number
    /// of threads, so that output and fingerprint do not depend on it.
    public static func carryOut(
        _ plan: RunPlan, observe: @escaping @Sendable (CaseResult) -> Void
    ) async -> RunSummary {
        let begun = ContinuousClock.now
        var summary = RunSummary(plan)
        switch plan.blueprint.kind {
        case .simulated:
            for await result in results(plan) {
                summary.add(result)
                observe(result)
            }
        case .local:
            var ledgers: [UInt64: LayerLedger] = [:]
            for run in plan.runs {
                let result: CaseResult
                if case .broken(let reason) = ledgers[run.seed]?.gate(run.suiteCase.layer) {
                    result = run.skipped(reason)
                } else {
                    result = await run.runLocally()
                }
                ledgers[run.seed, default: LayerLedger(plan.cases)].add(result)
                summary.add(result)
                observe(result)
            }
        }
        summary.took = ContinuousClock.now - begun
        return summary
    }

    /// The results of simulations on `plan.width` threads, in order.
    static func results(_ plan: RunPlan) -> AsyncStream<CaseResult> {
        let (stream, continuation) = AsyncStream.makeStream(of: CaseResult.self)
        let queue = RunQueue(plan, continuation)
        for _ in 0..<max(1, min(plan.width, plan.count)) {
            // Threads of Dispatch: a simulation blocks the thread that waits for it.
            DispatchQueue.global().async { queue.work { $0.simulate() } }
        }
        return stream
    }
}
