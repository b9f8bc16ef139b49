// Errors: ClickHouse's numbers, names and hints.

import Testing

@testable import AnalyticsEngine

@Suite struct ErrorTests {
    @Test(arguments: [
        ("SELEC 1", 62), ("SELECT", 62), ("SELECT 1 +", 62), ("SELECT (1", 62), ("SELECT 'a", 62), ("SELECT 1; SELECT 2", 62),
        ("", 62),
        ("SELECT x", 47), ("SELECT nosuch(1)", 46), ("SELECT length(1)", 43), ("SELECT length()", 42), ("SELECT 1 + 'a'", 43),
        ("SELECT * FROM nowhere", 60), ("SELECT * FROM nodb.t", 81), ("SELECT number, count() FROM numbers(1)", 215),
        ("SELECT number FROM numbers(1) WHERE count() > 0", 184), ("SELECT sum(count()) FROM numbers(1)", 184),
        ("SELECT [1, 'a']", 386), ("SELECT 1 FORMAT Nonsense", 73), ("SELECT CAST(1 AS Nonsense)", 50),
        ("SELECT toInt32('x')", 6),
        ("SELECT toDate('x')", 38), ("SELECT quantile(2)(number) FROM numbers(1)", 12),
        ("SELECT sum(2)(number) FROM numbers(1)", 133),
        ("SELECT 1 UNION ALL SELECT 1, 2", 258), ("SELECT (SELECT number FROM numbers(2))", 125), ("SELECT 1 IN ('a')", 53),
        ("CREATE TABLE t (x Nonsense) ENGINE = Memory", 50), ("CREATE TABLE t (x UInt8) ENGINE = Nonsense", 56),
        ("SELECT a AS b, b AS a", 174),
        ("SELECT toUUID('x')", 376), ("SELECT CAST(NULL AS UInt8)", 349), ("SELECT row_number() OVER () FROM numbers(1)", 48),
        ("SELECT quantileX(0.5)(number) FROM numbers(1)", 63), ("SET nonsense = 1", 115),
        ("SELECT toDateTime(0, 'Nowhere/Land')", 36),
    ])
    func errorsHaveClickHousesCodes(_ sql: String, _ code: Int) {
        var rig = EngineRig()
        #expect(rig.code(sql) == code, "\(sql)")
    }

    @Test func errorsSayWhatWasMeant() throws {
        func message(_ sql: String) -> String {
            do {
                return try query(sql)
            } catch {
                return "\(error)"
            }
        }
        #expect(
            message("SELECT lenght('a')")
                == "Code: 46. DB::Exception: Function with name lenght does not exist. Maybe you meant: ['length'] (UNKNOWN_FUNCTION)"
        )
        #expect(message("SELECT numbr FROM numbers(1)").contains("Unknown expression identifier `numbr`"))
        #expect(message("SELECT numbr FROM numbers(1)").contains("Maybe you meant: ['number']"))
        #expect(message("SELECT 1 FROM").contains("Syntax error: failed at position 14 (end of query)"))
        #expect(message("SELECT 1 FORMAT JSNO").contains("Maybe you meant: ['JSON'"))
    }

    @Test func readOnlyStatementsMayOnlyRead() throws {
        var rig = EngineRig()
        try rig.settings.set("readonly", .unsigned(1))
        for sql in [
            "CREATE TABLE t (x UInt8) ENGINE = Memory", "INSERT INTO t VALUES (1)", "DROP TABLE IF EXISTS t", "CREATE DATABASE d",
        ] {
            #expect(rig.code(sql) == 164, "\(sql)")
        }
        #expect(try rig.run("SELECT 1") == "1\n")
    }
}
