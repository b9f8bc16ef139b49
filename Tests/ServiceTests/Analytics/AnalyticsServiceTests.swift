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
            (
                "SELECT count() FROM agent_events WHERE user_id = 'a' AND event_id='b' FORMAT JSON",
                #"{"data":[{"count()":"0"}],"meta":[{"name":"count()","type":"UInt64"}],"rows":1}"# + "\n"
            ),
        ] {
            let reply = try await post(sql, caller)
            #expect(reply.status == .ok, "\(sql)")
            #expect(reply.text == text, "\(sql)")
        }
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
        #expect(reply.head.headerFields[.init("X-ClickHouse-Summary")!] == #"{"read_rows":"0","written_rows":"3"}"#)
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
        for row in [
            #"{"user_id":"a""#, #"{"user_idd":"a"}"#, #"{"sequence_number":-1}"#, #"{"sequence_number":"one"}"#,
            #"{"sequence_number":4294967296}"#, #"{"event_type":"unheard_of"}"#, #"{"event_type":0}"#,
            #"{"timestamp":"yesterday"}"#, #"{"timestamp":"2026-13-01 00:00:00"}"#, #"{"user_id":["a"]}"#, "[1]", "user_id",
        ] {
            let reply = try await post("INSERT INTO agent_events FORMAT JSONEachRow\n{\"user_id\":\"good\"}\n" + row, caller)
            #expect(reply.status == .badRequest, "\(row)")
            #expect(reply.text.hasPrefix("Code: 117. DB::Exception: "), "\(reply.text)")
            #expect(reply.text.hasSuffix("(at row 2) (INCORRECT_DATA)\n"), "\(reply.text)")
            #expect(reply.head.headerFields[.init("X-ClickHouse-Exception-Code")!] == "117")
        }
        #expect(try await AnalyticsClient(caller).count("agent_events") == 0)
    }

    @Test(arguments: [
        ("SELECT count() FROM nowhere", 404, 60), ("SELECT count() FROM other.agent_events", 404, 60),
        ("INSERT INTO nowhere FORMAT JSONEachRow {}", 404, 60), ("SELECT count() FROM agent_events WHERE nothing = 'a'", 404, 47),
        ("SELECT 1 FORMAT Nonsense", 404, 73), ("", 400, 62), ("SELEC 1", 400, 62), ("SELECT 2", 400, 62),
        ("SELECT count( FROM agent_events", 400, 62), ("SELECT count() FROM agent_events LIMIT 1", 400, 62),
        ("SELECT count() FROM agent_events WHERE user_id = 1", 400, 62),
        ("SELECT count() FROM agent_events WHERE user_id = 'a", 400, 62),
        ("SELECT count() FROM agent_events WHERE user_id = 'a' AND", 400, 62), ("SELECT 1; SELECT 1", 400, 62),
        ("INSERT INTO agent_events VALUES (1)", 400, 62), ("DROP TABLE agent_events", 400, 62),
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
