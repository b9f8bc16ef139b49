// The planted bugs of the stores are seen by clients, and only when they are switched on.

import Clients
import Kernel
import ServiceKit
import Testing
import Wire
import Worlds

@Suite struct StoreDeviationTests {
    /// What two users see of sessions and threads.
    private func observe(_ deviations: Set<Deviation>) throws -> [String: Bool] {
        var blueprint = try blueprint()
        blueprint.deviations = deviations
        return try SimulatedWorld.run(blueprint) { world in
            var seen: [String: Bool] = [:]
            let (mia, leo) = (world.client("user-1"), world.client("user-2"))
            let first = try await mia.auth.register(email: "mia@example.com", password: "a long passphrase", name: "Mia")
            let second = try await leo.auth.register(email: "leo@example.com", password: "a long passphrase", name: "Leo")
            seen["a thread that was made is there"] = await Self.succeeds {
                let thread = try await mia.agent.createThread(title: "T", token: first.accessToken)
                _ = try await mia.agent.thread(thread.id, token: first.accessToken)
            }
            try await mia.auth.logout(first.accessToken)
            seen["a session ends with its logout"] = await !Self.succeeds {
                _ = try await mia.auth.me(first.accessToken)
            }
            seen["another session goes on"] = await Self.succeeds { _ = try await leo.auth.me(second.accessToken) }
            return seen
        }.value
    }

    private static func succeeds(_ body: () async throws -> Void) async -> Bool {
        do { try await body() } catch { return false }
        return true
    }

    @Test func withoutThemAllIsWell() throws {
        #expect(try observe([]).values.allSatisfy { $0 })
    }

    @Test(arguments: [
        (Deviation.cacheStaleRead, "a thread that was made is there"), (.cacheKeysShared, "another session goes on"),
        (.sqlLostCommit, "a thread that was made is there"),
    ]) func eachIsSeen(deviation: Deviation, wrong: String) throws {
        #expect(try observe([deviation])[wrong] == false)
    }
}
