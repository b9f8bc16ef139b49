// Tables: creating, inserting in every format, defaults, showing, dropping.

import Testing

@testable import AnalyticsEngine

@Suite struct TableTests {
    @Test func tablesComeAndGo() throws {
        var rig = EngineRig()
        try rig.run("CREATE DATABASE d; ")
        try rig.run(
            "CREATE TABLE d.t (a UInt8, b String DEFAULT 'x') ENGINE = MergeTree PARTITION BY a ORDER BY (a, b) TTL toDate(a) + INTERVAL 1 DAY SETTINGS index_granularity = 8192"
        )
        #expect(rig.code("CREATE TABLE d.t (a UInt8) ENGINE = Memory") == 57)
        #expect(rig.code("CREATE DATABASE d") == 82)
        #expect(try rig.run("SHOW TABLES FROM d") == "t\n")
        #expect(try rig.run("EXISTS TABLE d.t") == "1\n")
        #expect(try rig.run("DESCRIBE d.t") == "a\tUInt8\t\t\t\t\t\nb\tString\tDEFAULT\t\\'x\\'\t\t\t\n")
        #expect(
            try rig.run("SELECT name, type FROM system.columns WHERE table = 't' ORDER BY position") == "a\tUInt8\nb\tString\n")
        try rig.run("INSERT INTO d.t (a) VALUES (1), (2)")
        #expect(try rig.run("SELECT * FROM d.t") == "1\tx\n2\tx\n")
        #expect(try rig.run("SELECT total_rows FROM system.tables WHERE database = 'd'") == "2\n")
        try rig.run("INSERT INTO d.t SELECT a + 10, upper(b) FROM d.t")
        #expect(try rig.run("SELECT a, b FROM d.t ORDER BY a DESC LIMIT 1") == "12\tX\n")
        try rig.run("RENAME TABLE d.t TO d.u")
        try rig.run("TRUNCATE TABLE d.u")
        #expect(try rig.run("SELECT count() FROM d.u") == "0\n")
        try rig.run("DROP TABLE d.u")
        #expect(rig.code("SELECT * FROM d.u") == 60)
        try rig.run("DROP DATABASE d")
        #expect(rig.code("SELECT * FROM d.u") == 81)
        #expect(rig.code("DROP TABLE IF EXISTS d.u") == nil)
    }

    @Test func rowsComeInEveryFormat() throws {
        var rig = EngineRig()
        try rig.run(
            "CREATE TABLE t (n UInt32, s String, f Nullable(Float64), a Array(String), m Map(String, UInt8)) ENGINE = Memory")
        let wanted = "1\tx\\ty\t0.5\t['a','b']\t{'k':7}\n2\t\t\\N\t[]\t{}\n"
        for insert in [
            "INSERT INTO t VALUES (1, 'x\\ty', 1 / 2, ['a', 'b'], map('k', 7)), (2, '', NULL, [], {})",
            "INSERT INTO t FORMAT TabSeparated\n1\tx\\ty\t0.5\t['a','b']\t{'k':7}\n2\t\t\\N\t[]\t{}\n",
            "INSERT INTO t FORMAT TSVWithNamesAndTypes\ns\tn\tf\ta\tm\nString\tUInt32\tNullable(Float64)\tArray(String)\tMap(String, UInt8)\nx\\ty\t1\t0.5\t['a','b']\t{'k':7}\n\t2\t\\N\t[]\t{}\n",
            "INSERT INTO t FORMAT CSV\n1,\"x\ty\",0.5,\"['a','b']\",\"{'k':7}\"\n2,,\\N,[],{}\n",
            "INSERT INTO t FORMAT JSONEachRow {\"n\":1,\"s\":\"x\\ty\",\"f\":0.5,\"a\":[\"a\",\"b\"],\"m\":{\"k\":7}} {\"n\":\"2\"}",
        ] {
            try rig.run("TRUNCATE TABLE t")
            try rig.run(insert)
            #expect(try rig.run("SELECT * FROM t ORDER BY n") == wanted, "\(insert)")
        }
    }

    @Test func nothingOfABadInsertIsKept() throws {
        var rig = EngineRig()
        try rig.run("CREATE TABLE t (n UInt8, e Enum8('a' = 1), d DateTime) ENGINE = Memory")
        for (insert, code) in [
            ("INSERT INTO t FORMAT JSONEachRow {\"n\":1}\n{\"n\":", 117), ("INSERT INTO t FORMAT JSONEachRow {\"x\":1}", 117),
            ("INSERT INTO t FORMAT JSONEachRow {\"n\":256}", 117), ("INSERT INTO t FORMAT JSONEachRow {\"e\":\"b\"}", 691),
            ("INSERT INTO t FORMAT JSONEachRow {\"d\":\"yesterday\"}", 41), ("INSERT INTO t FORMAT CSV\n1,a\n", 27),
            ("INSERT INTO t FORMAT TSV\nx\ta\t0\n", 6), ("INSERT INTO t VALUES (1, 'a')", 27),
            ("INSERT INTO t VALUES (1, 'a', 0", 27),
            ("INSERT INTO t (nothing) VALUES (1)", 16), ("INSERT INTO nowhere VALUES (1)", 60), ("INSERT INTO t SELECT 1", 20),
            ("INSERT INTO t FORMAT Nonsense 1", 73), ("INSERT INTO t FORMAT JSONEachRow [1]", 27),
        ] {
            #expect(rig.code(insert) == code, "\(insert)")
        }
        #expect(try rig.run("SELECT count() FROM t") == "0\n")
    }

    @Test func defaultsAreEvaluatedForEachRow() throws {
        var rig = EngineRig()
        try rig.run(
            "CREATE TABLE t (id UUID DEFAULT generateUUIDv4(), at DateTime64(3) DEFAULT now64(3), n UInt8, twice UInt16 DEFAULT n * 2, day Date MATERIALIZED toDate(at), shown String ALIAS concat('n', toString(n)), metrics Nested(name String, value Float64)) ENGINE = MergeTree ORDER BY n"
        )
        try rig.run("INSERT INTO t (n, metrics.name, metrics.value) VALUES (1, ['latency_ms', 'x'], [12.5, 1]), (2, ['y'], [3])")
        try rig.run("INSERT INTO t (n, twice) FORMAT JSONEachRow {\"n\":3,\"twice\":1}")
        #expect(
            try rig.run("SELECT n, twice, at, day, shown FROM t ORDER BY n")
                == "1\t2\t2026-01-01 00:00:00.123\t2026-01-01\tn1\n2\t4\t2026-01-01 00:00:00.123\t2026-01-01\tn2\n3\t1\t2026-01-01 00:00:00.123\t2026-01-01\tn3\n"
        )
        #expect(try rig.run("SELECT uniqExact(id) FROM t WHERE notEmpty(id)") == "3\n")
        #expect(
            try rig.run(
                "SELECT arrayFirstIndex(x -> x = 'latency_ms', metrics.name) AS i, if(i > 0, arrayElement(metrics.value, i), 0) FROM t ORDER BY n"
            )
                == "1\t12.5\n0\t0\n0\t0\n")
    }

    @Test func resultsComeInEveryFormat() throws {
        let sql = "SELECT number AS n, toString(n) AS s, [n] AS a, nullIf(n, 0) AS x FROM numbers(2)"
        for (format, text) in [
            ("TSV", "0\t0\t[0]\t\\N\n1\t1\t[1]\t1\n"), ("TSVWithNames", "n\ts\ta\tx\n0\t0\t[0]\t\\N\n1\t1\t[1]\t1\n"),
            ("CSV", "0,\"0\",\"[0]\",\\N\n1,\"1\",\"[1]\",1\n"), ("Null", ""),
            (
                "JSONEachRow",
                "{\"n\":\"0\",\"s\":\"0\",\"a\":[\"0\"],\"x\":null}\n{\"n\":\"1\",\"s\":\"1\",\"a\":[\"1\"],\"x\":\"1\"}\n"
            ),
            ("JSONCompactEachRow", "[\"0\", \"0\", [\"0\"], null]\n[\"1\", \"1\", [\"1\"], \"1\"]\n"),
            ("Values", "(0,'0',[0],NULL),(1,'1',[1],1)"),
        ] {
            #expect(try query(sql, format: format) == text, "\(format)")
        }
        let json = try query("SELECT 1 AS a, 'x/\"' AS b, 0 / 0 AS c LIMIT 1 FORMAT JSON")
        #expect(json.contains("\"name\": \"a\",\n\t\t\t\"type\": \"UInt8\""))
        #expect(json.contains("\"a\": 1,\n\t\t\t\"b\": \"x\\/\\\"\",\n\t\t\t\"c\": null"))
        #expect(json.contains("\"rows\": 1,\n\n\t\"rows_before_limit_at_least\": 1,\n\n\t\"statistics\":"))
    }
}
