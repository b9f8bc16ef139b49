// S4.3: analytics counts right, and soon.

import Clients
import Kernel
import Wire
import Worlds

enum AnalyticsAccuracy {
    static let suiteCase = SuiteCase(
        "staging/analytics-accuracy",
        "Sums, averages and counts are exact, also with nulls; what is inserted later is seen in a second",
        layer: .services, covers: ["S4.3"], catches: ["analytics-avg-wrong", "analytics-late", "analytics-stale-count"]
    ) { stage in
        await stage.journey("operator") { journey in
            let analytics = journey.client.analytics
            try await journey.take("create a table") {
                try await analytics.execute(
                    """
                    CREATE TABLE suite_latency (user String, latency Nullable(UInt32), at DateTime64(3))
                    ENGINE = MergeTree ORDER BY (user, at)
                    """)
            }
        }
        await stage.everyUser { try await walk($0) }
    }

    private static func walk(_ journey: Journey) async throws {
        let analytics = journey.client.analytics
        let latencies: [Int64?] = [10, 20, 30, nil, 40, nil, 0]
        let rows = latencies.enumerated().map { index, latency -> JSONValue in
            [
                "user": .string(journey.user), "latency": latency.map(JSONValue.integer) ?? .null,
                "at": .string("2026-01-01 00:00:0\(index).000"),
            ]
        }
        try await journey.take("insert") { try await analytics.insert(into: "suite_latency", rows) }
        let summary = try await journey.take("aggregate") {
            try await analytics.query(
                """
                SELECT count() AS n, count(latency) AS known, sum(latency) AS total, avg(latency) AS mean,
                    max(latency) AS most, countIf(latency >= 20) AS slow
                FROM suite_latency WHERE user = '\(journey.user)'
                """)
        }
        journey.expect(number(summary.first, "n"), 7, "the number of rows")
        journey.expect(number(summary.first, "known"), 5, "the number of known latencies")
        journey.expect(number(summary.first, "total"), 100, "the sum")
        journey.expect(number(summary.first, "mean"), 20, "the average")
        journey.expect(number(summary.first, "most"), 40, "the maximum")
        journey.expect(number(summary.first, "slow"), 3, "the number of slow ones")
        try await journey.take("insert without waiting, and look again within a second") {
            try await analytics.insertSoon(into: "suite_latency", [rows[0], rows[1]])
            try await journey.clock.sleep(for: .seconds(1))
            let counted = try await analytics.count("suite_latency", where: ["user": journey.user])
            journey.expect(counted, 9, "the number of rows a second after two more were inserted")
        }
    }

    /// A number of a row; ClickHouse writes those of 64 bits as texts.
    private static func number(_ row: JSONObject?, _ name: String) -> Double? {
        row?[name]?.double ?? row?[name]?.string.flatMap(Double.init)
    }
}
