// Searches seeds for failures on all cores: one simulation a thread, one shrinking for each distinct failure.

import Dispatch
import Foundation
import Kernel
import Suites

/// Searches seeds for failures.
///
/// Events come in the order of the seeds, whatever the number of threads; a search that is ended by its limit of failures,
/// or because it has seen all, tells nothing of what ran beyond. Only a limit of time makes two searches of equal plans differ.
public final class SeedSearch: @unchecked Sendable {  // because every access to what changes is under the lock
    private enum Work {
        case run(Int, CaseRun)
        case shrink(DistinctFailure)
    }

    private let plan: ExplorePlan
    private let continuation: AsyncStream<ExploreEvent>.Continuation
    private let condition = NSCondition()
    private let deadline: ContinuousClock.Instant?
    private var nextSeed: UInt64?
    private var waiting: [CaseRun] = []
    private var begun = 0
    private var active = 0
    private var results: [Int: (CaseRun, CaseResult)] = [:]
    private var emitted = 0
    private var isStopped = false
    private var shrinkings: [DistinctFailure] = []
    private var known: Set<String> = []
    private var coverage: SearchCoverage

    private init(_ plan: ExplorePlan, _ continuation: AsyncStream<ExploreEvent>.Continuation) {
        self.plan = plan
        self.continuation = continuation
        coverage = SearchCoverage(plan.run.cases)
        deadline = plan.patience.map { .now.advanced(by: $0) }
        nextSeed = plan.run.cases.isEmpty ? nil : plan.firstSeed
    }

    /// Carries a search out; the stream ends with it.
    public static func events(_ plan: ExplorePlan) -> AsyncStream<ExploreEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: ExploreEvent.self)
        let search = SeedSearch(plan, continuation)
        let width = max(1, plan.run.width)
        for _ in 0..<width {
            // Threads of Dispatch: a simulation blocks the thread that waits for it.
            DispatchQueue.global().async { search.work() }
        }
        return stream
    }

    private func work() {
        while let work = take() {
            switch work {
            case .run(let index, let run): put(run, run.simulate(), at: index)
            case .shrink(var failure):
                failure.shrunk = Shrinker.shrink(failure.result, of: failure.plan)
                put(failure)
            }
        }
    }

    /// What is to be done next: failures are shrunk before further seeds are tried. Nil when all is done.
    private func take() -> Work? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if !shrinkings.isEmpty {
                active += 1
                return .shrink(shrinkings.removeFirst())
            }
            if let run = nextRun() {
                active += 1
                begun += 1
                return .run(begun - 1, run)
            }
            if active == 0 {
                continuation.finish()
                condition.broadcast()
                return nil
            }
            condition.wait()
        }
    }

    private func nextRun() -> CaseRun? {
        if isStopped { return nil }
        if let deadline, ContinuousClock.now >= deadline { return nil }
        while waiting.isEmpty {
            guard let seed = nextSeed else { return nil }
            waiting = plan.runs(under: seed).reversed()
            nextSeed = seed == plan.lastSeed || seed == .max ? nil : seed + 1
        }
        return waiting.removeLast()
    }

    private func put(_ run: CaseRun, _ result: CaseResult, at index: Int) {
        condition.lock()
        defer { condition.unlock() }
        active -= 1
        results[index] = (run, result)
        while !isStopped, let (run, result) = results.removeValue(forKey: emitted) {
            emitted += 1
            continuation.yield(.ran(result))
            judge(run, result)
            if plan.stopsWhenCovered {
                coverage.add(result)
                isStopped = isStopped || coverage.isComplete
            }
        }
        condition.broadcast()
    }

    private func judge(_ run: CaseRun, _ result: CaseResult) {
        guard let signature = FailureSignature.all(of: result.verdict).first,
            known.insert(result.id + " " + signature).inserted
        else { return }
        let isMild = plan.mildFaults != nil && result.suiteCase.survives == .mild
        let failure = DistinctFailure(result: result, signature: signature, plan: run.plan, hasMildFaults: isMild)
        continuation.yield(.failed(failure))
        if plan.shrinks { shrinkings.append(failure) }
        if known.count == plan.failureLimit { isStopped = true }
    }

    private func put(_ failure: DistinctFailure) {
        condition.lock()
        defer { condition.unlock() }
        active -= 1
        continuation.yield(.shrunk(failure))
        condition.broadcast()
    }
}
