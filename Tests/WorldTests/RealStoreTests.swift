// Worlds on real servers: the same outcome as on the embedded stores, and the same fingerprint every time.

import Clients
import Kernel
import PostgresStore
import RedisStore
import Runner
import Suites
import Testing
import Worlds

private let missing = [EphemeralPostgres.missing, EphemeralRedis.missing].compactMap(\.self).joined(separator: " ")

/// Runs the golden path in a simulated world.
private func golden(seed: UInt64, _ change: (inout Blueprint) -> Void) throws -> (Fingerprint, [String]) {
    var blueprint = try blueprint(seed: seed)
    change(&blueprint)
    let outcome = SimulatedWorld.run(blueprint) { world in
        var visits: [String] = []
        for number in 1...3 {
            let client = world.client("user-\(number)")
            let login = try await client.auth.register(
                email: "user-\(number)@example.com", password: "a long passphrase", name: "User \(number)")
            let thread = try await client.agent.createThread(title: "Thread \(number)", token: login.accessToken)
            _ = try await client.agent.renameThread(thread.id, to: "Renamed", token: login.accessToken)
            visits.append(try await client.agent.thread(thread.id, token: login.accessToken).title ?? "none")
        }
        return visits
    }
    return (outcome.fingerprint, try outcome.value)
}

@Suite(.serialized, .timeLimit(.minutes(3))) struct RealStoreTests {
    @Test(.enabled(if: missing.isEmpty, "not run: \(missing)")) func worldsOnRealServersRepeat() async throws {
        let servers = try await RealServers.start([(.postgres, nil), (.redis, nil)], isServed: false)
        let result = Result {
            for seed in 1...3 as ClosedRange<UInt64> {
                let embedded = try golden(seed: seed) { _ in }
                let first = try golden(seed: seed) { $0 = servers.applied(to: $0) }
                let second = try golden(seed: seed) { $0 = servers.applied(to: $0) }
                #expect(first.0 == second.0, "seed \(seed)")
                #expect(first.1 == second.1)
                #expect(first.1 == embedded.1)
            }
        }
        await servers.stop()
        try result.get()
    }

    @Test(.enabled(if: missing.isEmpty, "not run: \(missing)")) func theGoldenPathPassesOnLoopback() async throws {
        let servers = try await RealServers.start([(.postgres, nil), (.redis, nil)], isServed: false)
        let plan = try plan(servers.applied(to: blueprint(.local)), users: 2)
        let summary = await SuiteRun.carryOut(plan) { _ in }
        await servers.stop()
        #expect(summary.exitCode == 0)
        #expect(summary.failed == 0 && summary.passed > 0)
    }

    @Test func addressesThatAreNoneAreRefused() async throws {
        for (kind, url) in [(RealServers.Kind.postgres, "mysql://x"), (.redis, "http://x"), (.redis, "redis://x/y")] {
            await #expect(throws: (any Error).self) { _ = try await RealServers.start([(kind, url)], isServed: false) }
        }
    }
}
