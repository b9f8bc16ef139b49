// ClickHouse's HTTP interface: parameters, settings, sessions, headers; and asynchronous inserts on the world's clock.

import Clients
import HTTPTypes
import Kernel
import NIOCore
import ServiceKit
import Testing
import Wire

@testable import AnalyticsService

@Suite struct AnalyticsInterfaceTests {
    private func serve(_ deviations: Set<Deviation> = []) async throws -> Caller {
        let plain = try testContext(name: "analytics")
        let context = ServiceContext(
            name: plain.name, clock: plain.clock, chance: plain.chance, relational: plain.relational, cache: plain.cache,
            log: plain.log, trace: plain.trace, serviceSecret: plain.serviceSecret, deviations: deviations,
            callers: { plain.caller($0) })
        return try await DirectCaller(FakeAnalytics(context: context)).caller
    }

    private func event(_ user: String, _ number: Int, duration: JSONValue = .null) -> JSONValue {
        [
            "event_id": .string("e\(number)"), "user_id": .string(user), "event_type": "custom",
            "sequence_number": JSONValue(number), "duration_ms": duration, "timestamp": "2026-01-01T00:00:00.123Z",
        ]
    }

    @Test func rowsComeBackAsObjects() async throws {
        let client = AnalyticsClient(try await serve())
        try await client.execute(
            "CREATE TABLE notes (id UInt64, text String, at DateTime DEFAULT '2026-01-01 00:00:00') ENGINE = Memory")
        try await client.insert(into: "notes", [["id": 1, "text": "a/b\n\"ü\""], ["id": 2, "text": ""]])
        let rows = try await client.query(
            "SELECT id, text, at FROM notes WHERE text != {not:String} ORDER BY id", parameters: ["not": "x' OR 1 -- &=+ü"])
        #expect(
            rows == [
                ["id": "1", "text": "a/b\n\"ü\"", "at": "2026-01-01 00:00:00"],
                ["id": "2", "text": "", "at": "2026-01-01 00:00:00"],
            ])
        #expect(try await client.query("SELECT 1 WHERE 0").isEmpty)
        await #expect(throws: CallError.self) { try await client.query("SELECT nothing FROM notes") }
        await #expect(throws: CallError.self) { try await client.query("SELECT 1 FORMAT TSV") }
    }

    @Test func aBlockWithATokenThatCameBeforeIsStoredOnce() async throws {
        let caller = try await serve()
        let client = AnalyticsClient(caller)
        for token in ["a", "a", "b"] {
            var call = Call(.post, "/?insert_deduplication_token=\(token)")
            call.body.writeString("INSERT INTO agent_events FORMAT JSONEachRow\n" + event("alice", 1).text + "\n")
            #expect(try await caller.fetch(call).status == .ok)
        }
        #expect(try await client.count("agent_events") == 2)
        for _ in 1...2 { try await client.insert(into: "agent_events", [event("alice", 2)]) }
        #expect(try await client.count("agent_events") == 4)
    }

    @Test func requestsSayWhatTheyWant() async throws {
        let caller = try await serve()
        var call = Call(
            .post, "/?query_id=q7&max_block_size=7",
            body: ByteBuffer(string: "SELECT queryID(), getSetting('max_block_size'), currentDatabase()"))
        call = call.field(.init("X-ClickHouse-Format")!, "JSONCompactEachRow").field(.init("X-ClickHouse-Database")!, "default")
        let reply = try await caller.fetch(call)
        #expect(reply.text == "[\"q7\", \"7\", \"default\"]\n")
        #expect(reply.head.headerFields[.init("X-ClickHouse-Query-Id")!] == "q7")
        #expect(reply.head.headerFields[.init("X-ClickHouse-Format")!] == "JSONCompactEachRow")
        #expect(reply.head.headerFields[.init("X-ClickHouse-Timezone")!] == "UTC")
        #expect(reply.head.headerFields[.init("X-ClickHouse-Server-Display-Name")!] == "analytics")
        #expect(try await caller.fetch(.get("/replicas_status")).text == "Ok.\n")
        #expect(try await caller.fetch(.get("/?query=SELECT+1&default_format=CSVWithNames")).text == "\"1\"\n1\n")
        #expect(try await caller.fetch(.get("/?query=SELECT+1&nonsense=1")).status == .notFound)
        let named = try await caller.fetch(.get("/?query=SELECT%20%7Bx:UInt8%7D%2B1&param_x=4"))
        #expect(named.text == "5\n")
    }

    @Test func sessionsKeepTheirSettings() async throws {
        let caller = try await serve()
        func post(_ sql: String, _ session: String) async throws -> String {
            try await caller.fetch(Call(.post, "/?session_id=\(session)", body: ByteBuffer(string: sql))).text
        }
        _ = try await post("SET max_block_size = 5", "a")
        _ = try await post("USE system", "a")
        #expect(try await post("SELECT getSetting('max_block_size'), currentDatabase()", "a") == "5\tsystem\n")
        #expect(try await post("SELECT getSetting('max_block_size')", "b") == "65409\n")
    }

    /// How many events are visible so long after an asynchronous insert of two.
    private func visible(after wait: Duration, _ deviations: Set<Deviation> = []) async throws -> Int {
        let caller = try await serve(deviations)
        let rows = [event("ada", 1), event("ada", 2)]
        return try await Simulation.start(.init(seed: 1)) { _ in
            let client = AnalyticsClient(caller)
            try await client.insertSoon(into: "agent_events", rows)
            try await Task.sleep(for: wait)
            return try await client.count("agent_events")
        }.value
    }

    @Test func asynchronousInsertsBecomeVisibleTogether() async throws {
        #expect(try await visible(after: .zero) == 0)
        #expect(try await visible(after: .milliseconds(199)) == 0)
        #expect(try await visible(after: .milliseconds(200)) == 2)
        #expect(try await visible(after: .seconds(599), [.analyticsLate]) == 0)
        #expect(try await visible(after: .seconds(601), [.analyticsLate]) == 2)
    }

    @Test func anInsertThatIsWaitedForIsVisibleAtOnce() async throws {
        let caller = try await serve()
        let insert = Call(
            .post, "/?async_insert=1", body: ByteBuffer(string: "INSERT INTO agent_events (event_id) VALUES ('e')"))
        #expect(try await caller.fetch(insert).status == .ok)
        #expect(try await AnalyticsClient(caller).count("agent_events") == 1)
    }

    @Test func insertsCanBeMadeWrong() async throws {
        for (deviations, counts) in [
            ([], [1, 2, 3, 4]), ([Deviation.analyticsInsertLost], [1, 2, 2, 3]), ([.analyticsInsertDoubled], [2, 4, 6, 8]),
            ([.analyticsStaleCount], [0, 1, 2, 3]),
        ] as [(Set<Deviation>, [Int])] {
            let client = AnalyticsClient(try await serve(deviations))
            for (number, count) in counts.enumerated() {
                try await client.insert(into: "agent_events", [event("ada", number)])
                #expect(try await client.count("agent_events") == count, "\(deviations.map(\.name)), insert \(number)")
                #expect(try await client.count("agent_events", where: ["user_id": "ada"]) == count)
            }
        }
    }

    @Test func resultsCanBeMadeWrong() async throws {
        for (deviations, average, own) in [
            ([], 10.0, 1), ([Deviation.analyticsAverageWrong], 5.0, 1), ([.analyticsFilterIgnored], 10.0, 2),
        ] as [(Set<Deviation>, Double, Int)] {
            let client = AnalyticsClient(try await serve(deviations))
            try await client.insert(into: "agent_events", [event("ada", 1, duration: 10), event("bob", 2)])
            let rows = try await client.query("SELECT avg(duration_ms) AS a FROM agent_events")
            #expect(rows.first?["a"]?.double == average, "\(deviations.map(\.name))")
            #expect(try await client.count("agent_events", where: ["user_id": "ada"]) == own, "\(deviations.map(\.name))")
        }
    }

    @Test func theTablesOfTheProductAreThere() async throws {
        let client = AnalyticsClient(try await serve())
        let tables = try await client.query("SELECT name FROM system.tables WHERE database = 'backlot_traces' ORDER BY name")
        #expect(tables.map { $0["name"] } == ["agent_events", "agent_executions", "performance_metrics", "workload_events"])
        try await client.execute(
            """
            INSERT INTO workload_events (user_id, metrics.name, metrics.value, metrics.unit, dimensions)
            VALUES (1, ['latency_ms'], [12.5], ['ms'], {'region': 'eu'}), (2, ['cost'], [3], ['usd'], {})
            """)
        let rows = try await client.query(
            """
            SELECT quantileIf(0.5)(latency, found > 0) AS p50, countIf(found > 0) AS n, uniqExact(event_id) AS ids, any(region) AS region
            FROM (
                SELECT arrayFirstIndex(x -> x = 'latency_ms', metrics.name) AS found, event_id, dimensions['region'] AS region,
                    if(found > 0, arrayElement(metrics.value, found), 0) AS latency
                FROM workload_events WHERE timestamp >= now64(3) - INTERVAL 1 DAY
            )
            """)
        #expect(rows == [["p50": 12.5, "n": "1", "ids": "2", "region": "eu"]])
    }
}
