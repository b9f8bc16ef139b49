// What every relational store must do, written against the protocol and run on each store.

import Kernel
import PostgresStore
import SQLiteStore
import StoreKit
import Synchronization
import Testing
import Worlds

/// A kind of relational store, and how to make an empty one.
struct RelationalKind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable () async throws -> any RelationalStore

    static let sqlite = RelationalKind(testDescription: "SQLite") { try SQLiteDatabase() }
    static let postgres = RelationalKind(testDescription: "PostgreSQL") {
        try await TestServers.postgres.value.server.makeDatabase()
    }

    /// The stores that can be tried here.
    static let all = [sqlite] + (EphemeralPostgres.missing == nil ? [postgres] : [])
}

@Suite struct RelationalContractTests {
    private static let table =
        "CREATE TABLE people (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, age BIGINT CHECK (age >= 0))"

    private func state(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? SQLError)?.state ?? "not an SQLError: \(error)"
        }
    }

    @Test(arguments: RelationalKind.all) func returnsWhatWasStored(_ kind: RelationalKind) async throws {
        let store = try await kind.make()
        _ = try await store.query("CREATE TABLE t (i BIGINT, r DOUBLE PRECISION, s TEXT, b BYTEA)")
        let values: [SQLValue] = [.integer(.max), .real(0.1), .text("π 'quoted' $1"), .null]
        _ = try await store.query("INSERT INTO t VALUES ($1, $2, $3, $4)", values)
        let rows = try await store.query("SELECT i, r, s, b FROM t")
        #expect(rows == [Row(columns: ["i", "r", "s", "b"], values: values)])
        #expect(rows[0]["s"].text == "π 'quoted' $1")
        #expect(rows[0]["unknown"] == .null)
        try await store.close()
    }

    @Test(arguments: RelationalKind.all) func numbersParametersByTheirNumber(_ kind: RelationalKind) async throws {
        let store = try await kind.make()
        let rows = try await store.query("SELECT $2 || '-' || $1 || '-' || $2 || ' $1' AS joined", ["a", "b"])
        #expect(rows[0]["joined"] == "b-a-b $1")
    }

    @Test(arguments: RelationalKind.all) func namesErrorsBySQLState(_ kind: RelationalKind) async throws {
        let store = try await kind.make()
        _ = try await store.query(Self.table)
        _ = try await store.query("CREATE TABLE pets (owner TEXT REFERENCES people (id))")
        _ = try await store.query("INSERT INTO people VALUES ('1', 'a@x.org', 3)")
        let expected: [(String, [SQLValue], String)] = [
            ("INSERT INTO people VALUES ($1, 'b@x.org', 1)", ["1"], "23505"),
            ("INSERT INTO people VALUES ($1, $2, 1)", ["2", "a@x.org"], "23505"),
            ("INSERT INTO people VALUES ($1, $2, 1)", ["2", nil], "23502"),
            ("INSERT INTO people VALUES ('2', 'b@x.org', $1)", [-1], "23514"),
            ("INSERT INTO pets VALUES ($1)", ["nobody"], "23503"),
            ("SELEC 1", [], "42601"),
            ("SELECT 1; SELECT 2", [], "42601"),
            ("SELECT * FROM nowhere", [], "42P01"),
            ("SELECT shoe_size FROM people", [], "42703"),
            ("INSERT INTO people (shoe_size) VALUES (1)", [], "42703"),
            ("SELECT nofunction(1)", [], "42883"),
            (Self.table, [], "42P07"),
            ("SELECT $1", [], "08P01"),
        ]
        for (sql, parameters, sqlstate) in expected {
            #expect(await state { _ = try await store.query(sql, parameters) } == sqlstate, "\(sql)")
        }
    }

    @Test(arguments: RelationalKind.all) func keepsParametersOutOfErrors(_ kind: RelationalKind) async throws {
        let store = try await kind.make()
        _ = try await store.query(Self.table)
        _ = try await store.query("INSERT INTO people VALUES ($1, $2, 1)", ["1", "hidden@x.org"])
        do {
            _ = try await store.query("INSERT INTO people VALUES ($1, $2, 1)", ["2", "hidden@x.org"])
            Issue.record("a duplicate was stored")
        } catch {
            #expect(!"\(error)".contains("hidden"))
            #expect((error as? SQLError)?.isDuplicateKey == true)
        }
    }

    @Test(arguments: RelationalKind.all) func rollsBackWhatThrows(_ kind: RelationalKind) async throws {
        struct Stop: Error {}
        let store = try await kind.make()
        _ = try await store.query(Self.table)
        await #expect(throws: Stop.self) {
            try await store.transaction { session in
                try await session.query("INSERT INTO people VALUES ('1', 'a@x.org', 1)")
                throw Stop()
            }
        }
        #expect(try await store.query("SELECT * FROM people").isEmpty)
        let id = try await store.transaction { session in
            try await session.query("INSERT INTO people VALUES ('1', 'a@x.org', 1) RETURNING id")[0]["id"]
        }
        #expect(id == "1")
        #expect(try await store.query("SELECT * FROM people").count == 1)
    }

    @Test(arguments: RelationalKind.all) func failsATransactionWithItsStatement(_ kind: RelationalKind) async throws {
        let store = try await kind.make()
        _ = try await store.query(Self.table)
        let states = Mutex<[String?]>([])
        let outer = await state {
            try await store.transaction { session in
                try await session.query("INSERT INTO people VALUES ('1', 'a@x.org', 1)")
                for sql in ["INSERT INTO people VALUES ('1', 'b@x.org', 1)", "SELECT 1"] {
                    do {
                        try await session.query(sql)
                        states.withLock { $0.append(nil) }
                    } catch {
                        states.withLock { $0.append((error as? SQLError)?.state) }
                    }
                }
            }
        }
        #expect(states.withLock { $0 } == ["23505", "25P02"])
        #expect(outer == "25P02")
        #expect(try await store.query("SELECT * FROM people").isEmpty)
    }

    @Test(arguments: RelationalKind.all) func keepsTransactionsApart(_ kind: RelationalKind) async throws {
        // Every transaction reads, lets others run, and writes what it read plus one: an overlap loses a count.
        if kind.testDescription == "PostgreSQL" { _ = try await TestServers.postgres.value }
        let total = try await Simulation.start(.init(seed: 7)) { _ in
            let store = try await kind.make()
            _ = try await store.query("CREATE TABLE counter (n BIGINT)")
            _ = try await store.query("INSERT INTO counter VALUES (0)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await store.transaction { session in
                            let count = try await session.query("SELECT n FROM counter")[0]["n"].integer ?? -1000
                            try await Task.sleep(for: .milliseconds(3))
                            try await session.query("UPDATE counter SET n = $1", [.integer(count + 1)])
                        }
                    }
                }
                try await group.waitForAll()
            }
            return try await store.query("SELECT n FROM counter")[0]["n"]
        }.value
        #expect(total == 50)
    }

    @Test(arguments: RelationalKind.all) func keepsTypesAlike(_ kind: RelationalKind) async throws {
        let store = try await kind.make()
        _ = try await store.query("CREATE TABLE t (flag BOOLEAN, n BIGINT, r DOUBLE PRECISION, s TEXT, j JSON, b BYTEA)")
        let values: [SQLValue] = [.integer(-7), .real(2.5e-7), .text("\u{1F600}\n'"), .text(#"{"a": [1, null]}"#)]
        _ = try await store.query("INSERT INTO t VALUES (TRUE, $1, $2, $3, $4, $5)", values + [.blob([0, 255, 10])])
        let row = try await store.query("SELECT * FROM t")[0]
        #expect(row.values == [.integer(1)] + values + [.blob([0, 255, 10])])
        let sums = try await store.query("SELECT sum(n) AS whole, count(*) AS all_rows, j ->> 'a' AS a FROM t GROUP BY j ->> 'a'")
        #expect(sums[0]["whole"] == -7 && sums[0]["all_rows"] == 1)
        try await store.close()
    }

    @Test(arguments: RelationalKind.all) func neverSplicesAParameter(_ kind: RelationalKind) async throws {
        let store = try await kind.make()
        _ = try await store.query(Self.table)
        let hostile = ["'; DROP TABLE people; --", "$1", "?1", "\\'", "\"; SELECT 1", "%s%n", "\u{202e}"]
        for (index, text) in hostile.enumerated() {
            _ = try await store.query("INSERT INTO people VALUES ($1, $2, 1)", [.text("\(index)"), .text(text)])
            let found = try await store.query("SELECT email FROM people WHERE email = $1", [.text(text)])
            #expect(found.map { $0["email"] } == [.text(text)])
        }
        try await store.close()
    }

    @Test(arguments: RelationalKind.all) func refusesToEndATransactionByAStatement(_ kind: RelationalKind) async throws {
        let store = try await kind.make()
        _ = try await store.query(Self.table)
        #expect(await state { _ = try await store.query("BEGIN") } == "25001")
        #expect(await state { try await store.transaction { session in _ = try await session.query("COMMIT") } } == "2D000")
        #expect(
            await state {
                try await store.transaction { _ in
                    // It would wait for itself.
                    _ = try await store.query("SELECT 1")
                }
            } == "25001")
        #expect(try await store.query("SELECT count(*) AS n FROM people")[0]["n"] == 0)
        try await store.close()
    }

    @Test(arguments: RelationalKind.all) func throwsAfterClose(_ kind: RelationalKind) async throws {
        let store = try await kind.make()
        try await store.close()
        #expect(await state { _ = try await store.query("SELECT 1") } == "08003")
    }
}
