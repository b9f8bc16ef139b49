// Work that blocks its thread, on several threads at once.

import Dispatch
import Foundation
import Synchronization

/// Runs blocking work on threads of Dispatch.
enum Threads {
    /// The result of `body`, which may block, on a thread that no task waits for.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }

    /// The results of `body` for 0..<count, in order, `width` of them at a time. Blocks the calling thread. `body` may block.
    static func map<Value: Sendable>(
        _ count: Int, width: Int = ProcessInfo.processInfo.activeProcessorCount, _ body: @escaping @Sendable (Int) -> Value
    ) -> [Value] {
        let next = Atomic<Int>(0)
        let results = Mutex<[Int: Value]>([:])
        let group = DispatchGroup()
        for _ in 0..<min(width, count) {
            DispatchQueue.global().async(group: group) {
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    guard index < count else { return }
                    let value = body(index)
                    results.withLock { $0[index] = value }
                }
            }
        }
        group.wait()
        return results.withLock { results in (0..<count).compactMap { results[$0] } }
    }
}
