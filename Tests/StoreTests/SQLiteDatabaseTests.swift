// What only the embedded database promises: an order of waiting, cancellation.

import Kernel
import Testing

@testable import SQLiteStore
@testable import StoreKit

@Suite struct SQLiteDatabaseTests {
    @Test func servesTransactionsInTheOrderOfAsking() async throws {
        let order = try await Simulation.start(.init(seed: 3)) { _ in
            let database = try SQLiteDatabase()
            return try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(index))
                        try await database.transaction { _ in try await Task.sleep(for: .milliseconds(50)) }
                        return index
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }.value
        #expect(order == Array(0..<20))
    }

    @Test func letsAWaitingTaskBeCancelled() async throws {
        let outcome = try await Simulation.start(.init(seed: 3)) { simulation in
            let database = try SQLiteDatabase()
            _ = try await database.query("CREATE TABLE t (n BIGINT)")
            let holder = Task { try await database.transaction { _ in try await Task.sleep(for: .seconds(10)) } }
            try await Task.sleep(for: .seconds(1))
            let waiter = Task { try await database.query("INSERT INTO t VALUES (1)") }
            let behind = Task { try await database.query("INSERT INTO t VALUES (2)") }
            try await Task.sleep(for: .seconds(1))
            waiter.cancel()
            let result = await waiter.result
            let whenCancelled = simulation.elapsed
            try await holder.value
            _ = try await behind.value
            var isCancellation = false
            if case .failure(let error) = result { isCancellation = error is CancellationError }
            return (isCancellation, whenCancelled, try await database.query("SELECT n FROM t").map { $0["n"] })
        }.value
        #expect(outcome.0)
        #expect(outcome.1 == .seconds(2))
        #expect(outcome.2 == [2])
    }

    @Test func refusesACallThatWouldWaitForItself() async throws {
        let database = try SQLiteDatabase()
        await #expect(throws: SQLError.self) {
            try await database.transaction { _ in _ = try await database.query("SELECT 1") }
        }
        #expect(try await database.query("SELECT 1 AS one")[0]["one"] == 1)
    }

    @Test func refusesTransactionsByStatement() async throws {
        let database = try SQLiteDatabase()
        await #expect(throws: SQLError.self) { try await database.query("BEGIN") }
        await #expect(throws: SQLError.self) { try await database.transaction { _ = try await $0.query("COMMIT") } }
        #expect(try await database.query("SELECT 1 AS one")[0]["one"] == 1)
    }

    @Test func throwsFromASessionThatOutlivedItsTransaction() async throws {
        let database = try SQLiteDatabase()
        let session = try await database.transaction { $0 }
        await #expect(throws: SQLError.self) { try await session.query("SELECT 1") }
    }

    @Test func runsManyTransactions() async throws {
        let database = try SQLiteDatabase()
        _ = try await database.query("CREATE TABLE t (n BIGINT)")
        for index in 0..<2000 { _ = try await database.query("INSERT INTO t VALUES ($1)", [.integer(Int64(index))]) }
        #expect(try await database.query("SELECT count(*) AS c FROM t")[0]["c"] == 2000)
    }

    @Test func runsMoreStatementsThanItKeepsPrepared() async throws {
        let database = try SQLiteDatabase()
        for _ in 0..<2 {
            for number in 0..<(SQLiteConnection.preparedLimit + 50) {
                let rows = try await database.query("SELECT \(number) + $1 AS sum", [1])
                #expect(rows[0]["sum"] == .integer(Int64(number + 1)))
            }
        }
    }

    @Test(arguments: [
        ("SELECT $1, $12", "SELECT ?1, ?12"),
        ("SELECT '$1', \"$1\", $1", "SELECT '$1', \"$1\", ?1"),
        ("SELECT 'it''s $1' -- $2\n, $3", "SELECT 'it''s $1' -- $2\n, ?3"),
        ("SELECT /* $1 */ $1 /* $2", "SELECT /* $1 */ ?1 /* $2"),
        ("SELECT 'open $1", "SELECT 'open $1"),
        ("SELECT 'π' || $1", "SELECT 'π' || ?1"),
    ])
    func rewritesParametersOnly(_ sql: String, _ expected: String) { #expect(ParameterSyntax.numbered(sql) == expected) }
}

@Suite struct TransactionLineTests {
    @Test func givesTheLockInOrderAndSkipsWhoLeft() {
        var line = TransactionLine<String>()
        #expect(line.ask() == nil)
        let tickets = (0..<3).compactMap { _ in line.ask() }
        for (ticket, name) in zip(tickets, ["a", "b", "c"]) {
            guard case .waits = line.arrive(ticket, name) else {
                Issue.record("\(name) did not wait")
                return
            }
        }
        #expect(line.leave(tickets[1]) == "b")
        #expect(line.leave(tickets[1]) == nil)
        #expect(line.release() == "a")
        #expect(line.release() == "c")
        #expect(line.release() == nil)
        #expect(line.ask() == nil)
    }

    @Test func givesTheLockToWhoHasNotComeToWaitYet() {
        var line = TransactionLine<String>()
        #expect(line.ask() == nil)
        let ticket = line.ask() ?? .max
        #expect(line.release() == nil)
        #expect(line.ask() != nil)
        guard case .goesOn = line.arrive(ticket, "a") else {
            Issue.record("the lock was lost")
            return
        }
    }

    @Test func turnsAwayWhoWasCancelledBeforeWaiting() {
        var line = TransactionLine<String>()
        #expect(line.ask() == nil)
        let ticket = line.ask() ?? .max
        #expect(line.leave(ticket) == nil)
        guard case .isCancelled = line.arrive(ticket, "a") else {
            Issue.record("a cancelled task waits")
            return
        }
        #expect(line.release() == nil)
        #expect(line.ask() == nil)
    }
}
