// The stores of a world under the checkers: right ones pass, and planted bugs are found by what users were told.

import Kernel
import ServiceKit
import StoreKit
import Testing
import Worlds

@testable import Suites

@Suite struct StoreHistoryTests {
    private func inWorldOf<Value: Sendable>(
        _ deviations: Set<Deviation>, seed: UInt64, _ body: @escaping @Sendable (World) async throws -> Value
    ) throws -> Value {
        var blueprint = try blueprint(seed: seed)
        blueprint.deviations = deviations
        return try SimulatedWorld.run(blueprint, body).value
    }

    /// What four users are told who read and write two keys of the cache.
    private func cacheHistory(_ deviations: Set<Deviation>, seed: UInt64) throws -> History<RegisterAction, RegisterAnswer> {
        try inWorldOf(deviations, seed: seed) { world in
            let recorder = HistoryRecorder<RegisterAction, RegisterAnswer>(clock: world.clock)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for user in ["ada", "bob", "cyd", "dan"] {
                    group.addTask {
                        let chance = ChanceSource(Chance(seed: seed), actor: user)
                        for number in 1...15 {
                            try await world.clock.sleep(for: .milliseconds(chance.draw("pause").number(below: 200)))
                            let key = "key-\(chance.draw("key").number(below: 2))"
                            if chance.draw("write").happens(Ratio(1, in: 2)) {
                                let value = "\(user).\(number)"
                                _ = try await recorder.record(user, .write(key, value)) {
                                    try await world.cache.set(key, value, expiry: nil)
                                    return .written
                                }
                            } else {
                                _ = try await recorder.record(user, .read(key)) { .value(try await world.cache.get(key)) }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            return recorder.history
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func theCacheIsLinearizable(seed: UInt64) throws {
        let history = try cacheHistory([], seed: seed)
        #expect(history.operations.count == 60)
        let report = LinearizabilityChecker(model: .register()).check(history)
        #expect(report.problems == [] && report.undecided == [])
    }

    @Test func aStaleReadIsShownInAFewOperations() throws {
        let history = try cacheHistory([.cacheStaleRead], seed: 1)
        let report = LinearizabilityChecker(model: .register()).check(history)
        let witness = try #require(report.violations.first)
        #expect(witness.steps.count <= 3, "\(witness)")
    }

    /// What four users see who each replace values that they have read.
    private func transactions(_ deviations: Set<Deviation>, seed: UInt64) throws -> [Transaction] {
        try inWorldOf(deviations, seed: seed) { world in
            _ = try await world.relational.query("CREATE TABLE checked (name TEXT PRIMARY KEY, value TEXT)")
            _ = try await world.relational.query("INSERT INTO checked (name, value) VALUES ('x', NULL), ('y', NULL)")
            return try await withThrowingTaskGroup(of: [Transaction].self) { group in
                for user in ["ada", "bob", "cyd", "dan"] {
                    group.addTask {
                        var done: [Transaction] = []
                        for number in 1...5 {
                            let begin = world.clock.now
                            let steps = try await Self.replace(world, "\(user).\(number)", number % 2 == 0 ? "x" : "y")
                            done.append(
                                Transaction(
                                    name: "\(user).\(number)", process: user, steps: steps, begin: begin, end: world.clock.now))
                        }
                        return done
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }
    }

    /// Reads both rows, waits, and writes one; again where the database could not serialize it.
    private static func replace(_ world: World, _ value: String, _ key: String) async throws -> [Transaction.Step] {
        while true {
            do {
                return try await world.relational.transaction { session in
                    var steps: [Transaction.Step] = []
                    for name in ["x", "y"] {
                        let rows = try await session.query("SELECT value FROM checked WHERE name = $1", [.text(name)])
                        steps.append(.read(name, rows.first?["value"].text))
                    }
                    try await world.clock.sleep(for: .milliseconds(2))
                    try await session.query("UPDATE checked SET value = $2 WHERE name = $1", [.text(key), .text(value)])
                    return steps + [.write(key, value)]
                }
            } catch let error as SQLError where ["40001", "40P01"].contains(error.state) {}
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func theDatabaseIsSerializable(seed: UInt64) throws {
        let transactions = try transactions([], seed: seed)
        #expect(transactions.count == 20)
        #expect(SerializabilityChecker(level: .strictSerializable).check(transactions) == [])
    }

    @Test(arguments: [(Deviation.sqlLostUpdate, Anomaly.lostUpdate), (.sqlLostCommit, .writeSkew)])
    func whatTheDatabaseLosesIsFound(deviation: Deviation, anomaly: Anomaly) throws {
        let found = SerializabilityChecker().check(try transactions([deviation], seed: 1))
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.anomaly == anomaly || $0.anomaly == .lostUpdate }, "\(found)")
    }
}
