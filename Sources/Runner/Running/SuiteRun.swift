// Carries a plan out: all cases under all seeds, on as many threads as asked for.

import Dispatch
public import Kernel
import Synchronization
import Worlds

/// What came of a whole run.
public struct RunSummary: Sendable {
    /// Case runs that the plan declared.
    public var declared = 0
    /// Cases that there are.
    public var collected = 0
    /// Cases that were selected.
    public var selected = 0
    /// Case runs that were carried out.
    public var executed = 0
    /// Case runs that found nothing wrong.
    public var passed = 0
    /// Case runs that found something wrong.
    public var failed = 0
    /// Case runs that could not be carried out.
    public var notRun = 0
    /// Real time.
    public var took = Duration.zero
    /// The world's time, added up.
    public var elapsed = Duration.zero
    /// The fingerprints of all case runs together; nil where there is none.
    public var fingerprint: Fingerprint?
    /// The results to show: all that did not pass, and the first that did.
    public var shown: [CaseResult] = []

    /// How many results are kept to be shown.
    static let shownLimit = 20

    /// The exit code: 0 passed, 1 failed, 2 could not run or nothing ran.
    public var exitCode: Int32 {
        if failed > 0 { return 1 }
        return executed == 0 || notRun > 0 ? 2 : 0
    }

    mutating func add(_ result: CaseResult) {
        switch result.verdict {
        case .passed:
            passed += 1
            executed += 1
            if shown.isEmpty { shown.append(result) }
        case .failed:
            failed += 1
            executed += 1
            if shown.count < Self.shownLimit { shown.append(result) }
        case .notRun:
            notRun += 1
            if shown.count < Self.shownLimit { shown.append(result) }
        }
        elapsed += result.elapsed
        if let next = result.fingerprint { fingerprint = fingerprint?.combined(with: next) ?? next }
    }
}

/// Carries plans out.
public enum SuiteRun {
    /// Runs every case under every seed and hands each result to `observe`, in the plan's order whatever the number
    /// of threads, so that output and fingerprint do not depend on it.
    public static func carryOut(
        _ plan: RunPlan, observe: @escaping @Sendable (CaseResult) -> Void
    ) async -> RunSummary {
        let begun = ContinuousClock.now
        var summary = RunSummary()
        summary.declared = plan.count
        summary.collected = plan.collected
        summary.selected = plan.cases.count
        let runs = plan.cases.flatMap { suiteCase in
            plan.seeds.map { CaseRun(suiteCase: suiteCase, seed: $0, plan: plan) }
        }
        switch plan.blueprint.kind {
        case .simulated:
            for await result in simulate(runs, width: plan.width) {
                summary.add(result)
                observe(result)
            }
        case .local:
            for run in runs {
                let result = await run.runLocally()
                summary.add(result)
                observe(result)
            }
        }
        summary.took = ContinuousClock.now - begun
        return summary
    }

    /// The results of simulations on `width` threads, in order.
    private static func simulate(_ runs: [CaseRun], width: Int) -> AsyncStream<CaseResult> {
        let (stream, continuation) = AsyncStream.makeStream(of: CaseResult.self)
        let queue = ResultQueue(count: runs.count, continuation)
        for _ in 0..<max(1, min(width, runs.count)) {
            // Threads of Dispatch: a simulation blocks the thread that waits for it.
            DispatchQueue.global().async {
                while let index = queue.takeIndex() { queue.put(runs[index].simulate(), at: index) }
            }
        }
        if runs.isEmpty { continuation.finish() }
        return stream
    }
}

/// Hands out indices, and hands results on in the order of their indices.
private final class ResultQueue: Sendable {
    private struct State {
        var next = 0
        var emitted = 0
        var waiting: [Int: CaseResult] = [:]
    }

    private let state = Mutex(State())
    private let count: Int
    private let continuation: AsyncStream<CaseResult>.Continuation

    init(count: Int, _ continuation: AsyncStream<CaseResult>.Continuation) {
        self.count = count
        self.continuation = continuation
    }

    func takeIndex() -> Int? {
        state.withLock { state in
            guard state.next < count else { return nil }
            state.next += 1
            return state.next - 1
        }
    }

    func put(_ result: CaseResult, at index: Int) {
        state.withLock { state in
            state.waiting[index] = result
            while let ready = state.waiting.removeValue(forKey: state.emitted) {
                state.emitted += 1
                continuation.yield(ready)
            }
            if state.emitted == count { continuation.finish() }
        }
    }
}
