// S1.2: the database, the cache and the analytics server can be reached and do as they are told.

import Clients
import Kernel
import StoreKit
import Wire
import Worlds

enum StoreConnectivity {
    static let suiteCase = SuiteCase(
        "staging/stores", "The database, the cache and the analytics server answer a first question",
        layer: .infrastructure, covers: ["S1.2"]
    ) { stage in
        await stage.journey("probe") { journey in
            try await journey.take("reach the database") {
                let rows = try await journey.world.relational.query("SELECT 1 AS one", [])
                journey.expect(rows.map { $0["one"] }, [.integer(1)], "the answer of the database")
            }
            try await journey.take("reach the cache") {
                let cache = journey.world.cache
                try await cache.set("suite:probe", "here", expiry: .seconds(60))
                journey.expect(try await cache.get("suite:probe"), "here", "what the cache was given")
                journey.check(try await cache.delete("suite:probe"), "the cache does not know the key that it was given")
            }
            try await journey.take("reach the analytics server") {
                journey.check(try await journey.client.analytics.ping(), "the analytics server does not answer /ping")
                let rows = try await journey.client.analytics.query("SELECT 1 AS one")
                journey.expect(rows.map { $0["one"]?.integer }, [1], "the answer of the analytics server")
            }
        }
    }
}
