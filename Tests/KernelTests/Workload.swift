// A workload of ordinary Swift: everything here is unmodified code that knows of no simulation.

import Foundation
import Kernel

private actor Counter {
    private(set) var log: [String] = []
    func note(_ text: String) { log.append(text) }
}

@MainActor private func onMain(_ text: String) async -> String {
    await Task.yield()
    return text
}

/// Tasks, actors, groups, streams, timers, clocks and chance; returns what happened in the order in which it did.
func workload() async throws -> String {
    let counter = Counter()
    async let early = { () async throws -> Int in
        try await Task.sleep(for: .milliseconds(3))
        await counter.note("early")
        return 1
    }()
    let tasks = (0..<5).map { index in
        Task {
            for round in 0..<3 {
                await Task.yield()
                await counter.note("\(index).\(round)")
            }
        }
    }
    let detached = Task.detached {
        try await Task.sleep(nanoseconds: 1_500_000)
        await counter.note("detached \(Set(["a", "b", "c", "d"]).joined())")
    }
    await withTaskGroup(of: Void.self) { group in
        for index in 0..<4 {
            group.addTask {
                try? await Task.sleep(for: .microseconds(Int.random(in: 1...2000)))
                await counter.note("group \(index)")
            }
        }
    }
    let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
    let producer = Task {
        for index in 0..<4 {
            continuation.yield(index)
            await Task.yield()
        }
        continuation.finish()
    }
    for await number in stream { await counter.note("stream \(number)") }
    for task in tasks { await task.value }
    try await detached.value
    await producer.value
    await counter.note(await onMain("main"))
    let chance = "\(try await early) \(UUID()) \([1, 2, 3, 4, 5, 6].shuffled()) \(Date().timeIntervalSince1970)"
    return await counter.log.joined(separator: ", ") + " | " + chance
}

/// What a run of the workload shows of itself.
struct WorkloadRun: Equatable, Sendable {
    let text: String
    let fingerprint: Fingerprint

    init(seed: UInt64) throws {
        let outcome = Simulation.run(.init(seed: seed)) { _ in try await workload() }
        text = try outcome.value
        fingerprint = outcome.fingerprint
    }
}
