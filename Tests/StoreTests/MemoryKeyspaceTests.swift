// What only the embedded cache promises: expired keys give their memory back although nobody asks for them.

import Kernel
import MemoryCache
import StoreKit
import Testing

@Suite struct MemoryKeyspaceTests {
    @Test func removesExpiredKeysWhileOthersAreUsed() async throws {
        let held = try await Simulation.start(.init(seed: 1)) { _ in
            let cache = MemoryKeyspace()
            for index in 0..<1000 { try await cache.set("k\(index)", "v", expiry: .milliseconds(1 + index % 7)) }
            try await Task.sleep(for: .seconds(1))
            let before = cache.heldCount
            for _ in 0..<63 { _ = try await cache.get("other") }
            return (before, cache.heldCount)
        }.value
        #expect(held.0 == 1000)
        #expect(held.1 == 0)
    }

    @Test func keepsAKeyWhoseDeadlineMoved() async throws {
        let values = try await Simulation.start(.init(seed: 1)) { _ in
            let cache = MemoryKeyspace()
            for round in 0..<500 { try await cache.set("moving", "\(round)", expiry: .seconds(1 + round % 3)) }
            try await cache.set("moving", "last", expiry: .seconds(50))
            try await Task.sleep(for: .seconds(49))
            let kept = try await cache.get("moving")
            try await Task.sleep(for: .seconds(1))
            return [kept, try await cache.get("moving")]
        }.value
        #expect(values == ["last", nil])
    }
}
