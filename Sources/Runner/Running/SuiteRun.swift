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
            await runLocally(plan) { result in
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

    /// Local worlds wait more than they work: `plan.width` of them run at once, seed by seed and layer by layer.
    private static func runLocally(_ plan: RunPlan, _ emit: (CaseResult) -> Void) async {
        for seed in plan.seeds {
            var ledger = LayerLedger(plan, seed: seed)
            for layer in CaseLayer.allCases {
                let runs = plan.cases(under: seed).filter { $0.layer == layer }.map {
                    CaseRun(suiteCase: $0, seed: seed, plan: plan)
                }
                if case .broken(let reason) = ledger.gate(layer) {
                    runs.forEach { emit($0.skipped(reason)) }
                    continue
                }
                await runAtOnce(runs, width: plan.width) { result in
                    ledger.add(result)
                    emit(result)
                }
            }
        }
    }

    private static func runAtOnce(_ runs: [CaseRun], width: Int, _ emit: (CaseResult) -> Void) async {
        await withTaskGroup(of: (Int, CaseResult).self) { group in
            var next = 0
            func begin() {
                guard next < runs.count else { return }
                let (index, run) = (next, runs[next])
                group.addTask { (index, await run.runLocally()) }
                next += 1
            }
            for _ in 0..<max(1, width) { begin() }
            var waiting: [Int: CaseResult] = [:]
            var emitted = 0
            for await (index, result) in group {
                begin()
                waiting[index] = result
                while let ready = waiting.removeValue(forKey: emitted) {
                    emit(ready)
                    emitted += 1
                }
            }
        }
    }
}
