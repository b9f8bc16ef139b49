// Hands out case runs to threads, layer by layer, and their results in the plan's order.

import Foundation
import Kernel
import Suites

/// The runs of a plan, between the threads that carry them out and the one that reads the results.
///
/// A run begins when the layers below it are finished under its seed. Where one of them has a failure, it is not begun:
/// what rests on it would show nothing.
final class RunQueue: @unchecked Sendable {  // because every access is under the lock
    private let runs: [CaseRun]
    private let continuation: AsyncStream<CaseResult>.Continuation
    private let condition = NSCondition()
    private var isStarted: [Bool]
    private var results: [Int: CaseResult] = [:]
    private var firstNotStarted = 0
    private var emitted = 0
    private var ledgers: [UInt64: LayerLedger]

    init(_ plan: RunPlan, _ continuation: AsyncStream<CaseResult>.Continuation) {
        runs = plan.runs
        self.continuation = continuation
        isStarted = Array(repeating: false, count: runs.count)
        ledgers = Dictionary(uniqueKeysWithValues: Set(plan.seeds).map { ($0, LayerLedger(plan, seed: $0)) })
        if runs.isEmpty { continuation.finish() }
    }

    /// Carries runs out until none is left, by `carryOut`. Blocks the calling thread.
    func work(_ carryOut: (CaseRun) -> CaseResult) {
        while let index = take() { put(carryOut(runs[index]), at: index) }
    }

    /// The next run, once one may begin; nil when all have begun.
    private func take() -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            while firstNotStarted < runs.count, isStarted[firstNotStarted] { firstNotStarted += 1 }
            guard firstNotStarted < runs.count else { return nil }
            var index = firstNotStarted
            // Runs that wait for a layer are passed over for the next seed's.
            while index < runs.count {
                defer { index += 1 }
                guard !isStarted[index] else { continue }
                switch ledgers[runs[index].seed]?.gate(runs[index].suiteCase.layer) ?? .open {
                case .open:
                    isStarted[index] = true
                    return index
                case .broken(let reason):
                    isStarted[index] = true
                    finish(runs[index].skipped(reason), at: index)
                case .waiting: break
                }
            }
            if !isStarted[firstNotStarted...].contains(false) { continue }
            condition.wait()
        }
    }

    private func put(_ result: CaseResult, at index: Int) {
        condition.lock()
        defer { condition.unlock() }
        finish(result, at: index)
        condition.broadcast()
    }

    private func finish(_ result: CaseResult, at index: Int) {
        ledgers[result.seed]?.add(result)
        results[index] = result
        while let ready = results.removeValue(forKey: emitted) {
            emitted += 1
            continuation.yield(ready)
        }
        if emitted == runs.count { continuation.finish() }
    }
}

/// How far the layers of one seed are.
struct LayerLedger {
    /// Whether the runs of a layer may begin.
    enum Gate: Equatable {
        case open
        case waiting
        case broken(String)
    }

    private var left: [CaseLayer: Int] = [:]
    private var failure: [CaseLayer: String] = [:]

    private let toleratesNotRun: Bool

    init(_ plan: RunPlan, seed: UInt64) {
        toleratesNotRun = plan.missingServers != nil
        for suiteCase in plan.cases(under: seed) { left[suiteCase.layer, default: 0] += 1 }
    }

    mutating func add(_ result: CaseResult) {
        let layer = result.suiteCase.layer
        left[layer, default: 0] -= 1
        switch result.verdict {
        case .failed: if failure[layer] == nil { failure[layer] = result.id }
        // Where servers are missing, what needs them says nothing of the rest.
        case .notRun: if failure[layer] == nil, !toleratesNotRun { failure[layer] = result.id }
        case .passed, .skipped: break
        }
    }

    /// Whether the runs of `layer` may begin: no layer below it is unfinished, and none has failed.
    func gate(_ layer: CaseLayer) -> Gate {
        for below in CaseLayer.allCases where below < layer {
            if let id = failure[below] {
                return .broken("\(id) of the layer \(below.rawValue) has failed; what stands on it would show nothing")
            }
            if left[below, default: 0] > 0 { return .waiting }
        }
        return .open
    }
}
