// S3.1: rows are created, read, changed and deleted, and a transaction that fails leaves nothing.

import Clients
import Kernel
import StoreKit
import Wire
import Worlds

enum DatabaseTransactions {
    static let suiteCase = SuiteCase(
        "staging/database", "Rows are created, read, changed and deleted; what a failed transaction wrote is gone",
        layer: .services, covers: ["S3.1", "S4.2"], catches: ["sql-rollback-ignored"]
    ) { stage in
        await stage.journey("operator") { journey in
            _ = try await journey.take("create a table") {
                try await journey.world.relational.query(
                    "CREATE TABLE suite_items (id TEXT PRIMARY KEY, owner TEXT NOT NULL, amount BIGINT NOT NULL)", [])
            }
        }
        await stage.everyUser { try await walk($0) }
        await stage.journey("operator") { journey in
            let left = try await journey.take("count what is left") {
                try await journey.world.relational.query("SELECT count(*) AS n FROM suite_items", [])
            }
            journey.expect(left.first?["n"].integer, 0, "the number of rows left")
        }
    }

    private struct Broken: Error {}

    private static func walk(_ journey: Journey) async throws {
        let store = journey.world.relational
        let id = SQLValue.text("item of \(journey.user)")
        func amounts() async throws -> [Int64?] {
            try await store.query("SELECT amount FROM suite_items WHERE id = $1", [id]).map { $0["amount"].integer }
        }
        try await journey.take("create") {
            _ = try await store.query(
                "INSERT INTO suite_items (id, owner, amount) VALUES ($1, $2, $3)", [id, .text(journey.user), 10])
            journey.expect(try await amounts(), [10], "what was inserted")
        }
        try await journey.take("create it twice") {
            try await journey.expectRefusal("a second row of one key", { ($0 as? SQLError)?.isDuplicateKey == true }) {
                try await store.query("INSERT INTO suite_items (id, owner, amount) VALUES ($1, $2, $3)", [id, "x", 1])
            }
        }
        try await journey.take("change") {
            _ = try await store.query("UPDATE suite_items SET amount = amount + 5 WHERE id = $1", [id])
            journey.expect(try await amounts(), [15], "what was updated")
        }
        try await journey.take("fail in the middle of a transaction") {
            do {
                try await store.transaction { session in
                    try await session.query("UPDATE suite_items SET amount = 0 WHERE id = $1", [id])
                    try await session.query(
                        "INSERT INTO suite_items (id, owner, amount) VALUES ($1, $2, $3)", [.text("half of \(id)"), "x", 1])
                    throw Broken()
                }
            } catch is Broken {}
            journey.expect(try await amounts(), [15], "the amount after the failed transaction")
            let half = try await store.query("SELECT id FROM suite_items WHERE id = $1", [.text("half of \(id)")])
            journey.expect(half.count, 0, "the number of rows that the failed transaction left")
        }
        try await journey.take("delete") {
            _ = try await store.query("DELETE FROM suite_items WHERE id = $1", [id])
            journey.expect(try await amounts(), [], "what was deleted")
        }
    }
}
