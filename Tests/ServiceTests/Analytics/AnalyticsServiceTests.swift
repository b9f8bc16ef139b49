// The analytics service through its one route: inserts, counts, and ClickHouse's errors.

import Clients
import HTTPTypes
import NIOCore
import Testing
import Wire

@testable import AnalyticsService

@Suite struct AnalyticsServiceTests {
    private func serve() async throws -> Caller {
        try await DirectCaller(FakeAnalytics(context: testContext(name: "analytics"))).caller
    }

    private func post(_ sql: String, _ caller: Caller) async throws -> Reply {
        try await caller.fetch(Call(.post, "/", body: ByteBuffer(string: sql)))
    }

    private func event(_ user: String, _ type: String, _ number: Int) -> JSONValue {
        [
            "event_id": .string("e\(number)"), "user_id": .string(user), "event_type": .string(type),
            "sequence_number": JSONValue(number), "timestamp": "2026-01-01T00:00:00.123Z",
        ]
    }

    @Test func countsWhatWasInserted() async throws {
        let client = AnalyticsClient(try await serve())
        #expect(try await client.ping())
        #expect(try await client.count("agent_events") == 0)
        try await client.insert(
            into: "backlot_traces.agent_events",
            [event("ada", "agent_started", 1), event("ada", "agent_completed", 2), event("o'neil", "agent_started", 1)])
        #expect(try await client.count("agent_events") == 3)
        #expect(try await client.count("agent_events", where: ["user_id": "ada"]) == 2)
        #expect(try await client.count("agent_events", where: ["user_id": "ada", "event_type": "agent_started"]) == 1)
        #expect(try await client.count("agent_events", where: ["user_id": "o'neil"]) == 1)
        #expect(try await client.count("agent_events", where: ["user_id": "x' OR '1' = '1"]) == 0)
        #expect(try await client.count("agent_events", where: ["user_id": "'\u{301} OR"]) == 0)
        #expect(try await client.count("agent_events", where: ["sequence_number": "1"]) == 2)
        #expect(try await client.count("agent_events", where: ["timestamp": "2026-01-01 00:00:00.123"]) == 3)
        #expect(try await client.count("agent_executions") == 0)
    }

    @Test func answersInTheFormatThatIsAskedFor() async throws {
        let caller = try await serve()
        for (sql, text) in [
            ("SELECT 1", "1\n"), ("select 1 format JSONEachRow;", "{\"1\":1}\n"),
            ("SELECT count() FROM agent_events", "0\n"),
            ("SELECT count()\nFROM `backlot_traces`.\"agent_events\" -- all\nFORMAT JSONEachRow", "{\"count()\":\"0\"}\n"),
        ] {
            let reply = try await post(sql, caller)
            #expect(reply.status == .ok, "\(sql)")
            #expect(reply.text == text, "\(sql)")
        }
        let json = try await post("SELECT count() FROM agent_events WHERE user_id = 'a' AND event_id='b' FORMAT JSON", caller)
        let document = try JSONValue(json: json.text)
        #expect(document["meta"]?.array?.first?.object == ["name": "count()", "type": "UInt64"])
        #expect(document["data"]?.array?.first?.object == ["count()": "0"])
        #expect(document["rows"] == 1)
        #expect(document["statistics"]?["rows_read"] == 0)
        #expect(json.head.headerFields[.init("X-ClickHouse-Format")!] == "JSON")
        let get = try await caller.fetch(.get("/?query=SELECT+count()%20FROM%20agent_events&query_id=q1"))
        #expect(get.text == "0\n")
        #expect(get.head.headerFields[.init("X-ClickHouse-Query-Id")!] == "q1")
        #expect(try await caller.fetch(.get("/")).text == "Ok.\n")
    }

    @Test func takesRowsFromTheQueryAndFromTheBody() async throws {
        let caller = try await serve()
        let rows = #"{"user_id":"a","event_payload":"} { \" \\"}  {"user_id":"b","tool_name":null},\#n{"user_id":7}"#
        #expect(try await post("INSERT INTO agent_events FORMAT JSONEachRow " + rows, caller).status == .ok)
        let call = Call(
            .post, "/?query=INSERT%20INTO%20TABLE%20agent_events%20FORMAT%20JSONEachRow", body: ByteBuffer(string: rows))
        let reply = try await caller.fetch(call)
        let summary = try JSONValue(json: reply.head.headerFields[.init("X-ClickHouse-Summary")!] ?? "")
        #expect(summary["written_rows"] == "3")
        #expect(summary["read_rows"] == "0")
        let client = AnalyticsClient(caller)
        #expect(try await client.count("agent_events") == 6)
        #expect(try await client.count("agent_events", where: ["event_payload": "} { \" \\"]) == 2)
        #expect(try await client.count("agent_events", where: ["user_id": "7"]) == 2)
        // NULL equals nothing, not even the empty text.
        #expect(try await client.count("agent_events", where: ["tool_name": ""]) == 0)
        #expect(try await client.count("agent_events", where: ["event_type": "agent_started"]) == 6)
    }

    @Test func keepsNothingOfAnInsertWithABadRow() async throws {
        let caller = try await serve()
        for (row, code) in [
            (#"{"user_id":"a""#, 117), (#"{"user_idd":"a"}"#, 117), (#"{"sequence_number":-1}"#, 6),
            (#"{"sequence_number":"one"}"#, 6), (#"{"sequence_number":4294967296}"#, 117), (#"{"event_type":"unheard_of"}"#, 691),
            (#"{"event_type":0}"#, 691), (#"{"timestamp":"yesterday"}"#, 41), (#"{"timestamp":"2026-13-01 00:00:00"}"#, 41),
            (#"{"sequence_number":[1]}"#, 117), ("[1]", 27), ("user_id", 117),
        ] {
            let reply = try await post("INSERT INTO agent_events FORMAT JSONEachRow\n{\"user_id\":\"good\"}\n" + row, caller)
            #expect(reply.status == .badRequest, "\(row)")
            #expect(reply.text.hasPrefix("Code: \(code). DB::Exception: "), "\(row): \(reply.text)")
            #expect(reply.text.contains("(at row 2)"), "\(reply.text)")
            #expect(reply.head.headerFields[.init("X-ClickHouse-Exception-Code")!] == "\(code)")
        }
        #expect(try await AnalyticsClient(caller).count("agent_events") == 0)
    }

    @Test(arguments: [
        ("SELECT count() FROM nowhere", 404, 60), ("SELECT count() FROM other.agent_events", 404, 81),
        ("INSERT INTO nowhere FORMAT JSONEachRow {}", 404, 60), ("SELECT count() FROM agent_events WHERE nothing = 'a'", 404, 47),
        ("SELECT 1 FORMAT Nonsense", 404, 73), ("", 400, 62), ("SELEC 1", 400, 62), ("SELECT nosuch(2)", 404, 46),
        ("SELECT count( FROM agent_events", 400, 62), ("SELECT count() FROM agent_events LIMIT x", 404, 47),
        ("SELECT count() FROM agent_events WHERE user_id = 1", 500, 43), ("SELECT user_id, count() FROM agent_events", 500, 215),
        ("SELECT count() FROM agent_events WHERE user_id = 'a", 400, 62),
        ("SELECT count() FROM agent_events WHERE user_id = 'a' AND", 400, 62), ("SELECT 1; SELECT 1", 400, 62),
        ("INSERT INTO agent_events VALUES (1)", 400, 27), ("DROP TABLE nothing", 404, 60), ("CREATE VIEW v AS SELECT 1", 501, 48),
        ("CREATE DATABASE backlot_traces", 500, 82), ("SELECT 1 FROM nodb.t", 404, 81), ("SET no_such_thing_at", 400, 62),
    ])
    func namesErrorsAsClickHouseDoes(_ sql: String, _ status: Int, _ code: Int) async throws {
        let reply = try await post(sql, try await serve())
        #expect(reply.status.code == status)
        #expect(reply.text.hasPrefix("Code: \(code). DB::Exception: "), "\(reply.text)")
        #expect(reply.head.headerFields[.init("X-ClickHouse-Exception-Code")!] == "\(code)")
    }

    @Test func onlyReadsByGet() async throws {
        let caller = try await serve()
        let reply = try await caller.fetch(.get("/?query=INSERT%20INTO%20agent_events%20FORMAT%20JSONEachRow%20%7B%7D"))
        #expect(reply.status == .forbidden)
        #expect(reply.text.contains("(READONLY)"))
        #expect(try await AnalyticsClient(caller).count("agent_events") == 0)
    }
}
