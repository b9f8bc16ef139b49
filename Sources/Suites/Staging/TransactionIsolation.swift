// S4.2: transactions at once come out as if they had come one after the other.

import Clients
import Kernel
import StoreKit
import Wire
import Worlds

enum TransactionIsolation {
    private static let rounds = 4

    static let suiteCase = SuiteCase(
        "staging/transaction-isolation",
        "Users who add to one counter at once lose no addition, and the sum of moved amounts stays",
        layer: .services, covers: ["S4.2"], catches: ["sql-lost-update", "sql-lost-commit"]
    ) { stage in
        let users = stage.users(atLeast: 5)
        await stage.journey("operator") { journey in
            try await journey.take("create the accounts") {
                let store = journey.world.relational
                _ = try await store.query("CREATE TABLE suite_accounts (name TEXT PRIMARY KEY, amount BIGINT NOT NULL)", [])
                for name in ["counter", "left", "right"] {
                    _ = try await store.query("INSERT INTO suite_accounts (name, amount) VALUES ($1, $2)", [.text(name), 0])
                }
            }
        }
        await stage.everyUser(of: users) { journey in
            for round in 1...rounds {
                try await journey.take("add, and move") {
                    try await retrying { try await add(journey, round) }
                }
            }
        }
        await stage.journey("operator") { journey in
            let rows = try await journey.take("read the accounts") {
                try await journey.world.relational.query("SELECT name, amount FROM suite_accounts ORDER BY name", [])
            }
            let amounts = rows.compactMap { $0["amount"].integer }
            journey.expect(amounts.first, Int64(users.count * rounds), "the counter")
            journey.expect(amounts.dropFirst().reduce(0, +), 0, "the sum of what was moved")
        }
    }

    /// Reads, thinks, and writes: what is lost where two do so at once without isolation.
    private static func add(_ journey: Journey, _ round: Int) async throws {
        let clock = journey.clock
        try await journey.world.relational.transaction { session in
            func amount(_ name: String) async throws -> Int64 {
                try await session.query("SELECT amount FROM suite_accounts WHERE name = $1", [.text(name)]).first?["amount"]
                    .integer ?? 0
            }
            func set(_ name: String, _ amount: Int64) async throws {
                try await session.query("UPDATE suite_accounts SET amount = $2 WHERE name = $1", [.text(name), .integer(amount)])
            }
            let (counter, left, right) = (try await amount("counter"), try await amount("left"), try await amount("right"))
            try await clock.sleep(for: .milliseconds(3))
            try await set("counter", counter + 1)
            try await set("left", left - Int64(round))
            try await set("right", right + Int64(round))
        }
    }

    /// Tries again what the database could not serialize, as applications must (SQLSTATE 40001, 40P01).
    private static func retrying(_ body: () async throws -> Void) async throws {
        for _ in 1..<50 {
            do { return try await body() } catch let error as SQLError where ["40001", "40P01"].contains(error.state) {}
        }
        try await body()
    }
}
