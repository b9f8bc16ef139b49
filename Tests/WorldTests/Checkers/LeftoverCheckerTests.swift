// What is left behind is named; what breathes, is unknown or was given back is not.

import Clients
import Kernel
import Testing
import Worlds

@testable import Suites

@Suite struct LeftoverCheckerTests {
    private let base = Census(
        [.webSockets: 1, .runs: 0, .tasks: 20, .timers: 5, .keptEvents: 3], rows: [.init(table: "threads", count: 2)])

    @Test func whatWasGivenBackIsWell() {
        #expect(LeftoverChecker().check(before: base, after: base) == [])
        #expect(LeftoverChecker().check(before: base, after: Census([.webSockets: 0, .tasks: 18])) == [])
        // What could not be counted in one of them cannot be compared; what is kept for a time is not, unless asked for.
        #expect(LeftoverChecker().check(before: Census(), after: base) == [])
        #expect(LeftoverChecker().check(before: base, after: Census([.keptEvents: 9])) == [])
        #expect(LeftoverChecker(resources: [.keptEvents]).check(before: base, after: Census([.keptEvents: 9])).count == 1)
    }

    @Test func whatIsLeftIsNamed() {
        let after = Census([.webSockets: 3, .runs: 1, .tasks: 23, .timers: 6], rows: [.init(table: "threads", count: 4)])
        #expect(
            LeftoverChecker().check(before: base, after: after) == [
                "2 WebSockets are left: 1 before, 3 after", "1 runs are left: 0 before, 1 after",
                "3 tasks are left: 20 before, 23 after", "1 timers are left: 5 before, 6 after",
                "2 rows are left in threads: 2 before, 4 after",
            ])
        #expect(
            LeftoverChecker(resources: [.tasks], allowance: [.tasks: 2]).check(before: base, after: after) == [
                "3 tasks are left: 20 before, 23 after, of which 2 may be", "2 rows are left in threads: 2 before, 4 after",
            ])
    }

    @Test func aWorldIsCounted() async throws {
        let census = try await inWorld(blueprint()) { world in
            let journey = Journey("operator", in: world)
            let login = try await journey.logIn()
            return try await journey.withSocket(login) { _ in
                _ = try await journey.client.agent.createThread(title: "one", token: login.accessToken)
                return try await Census.take(journey, tables: ["threads"], countsCache: true)
            }
        }
        #expect(census.connections == 1 && census.runs == 0)
        #expect(census.rows == [.init(table: "threads", count: 1)])
        for resource in [Census.Resource.tasks, .timers, .connections, .knownUsers, .cacheEntries] {
            #expect(census.counts[resource] ?? 0 > 0, "\(resource): \(census.counts)")
        }
    }
}
