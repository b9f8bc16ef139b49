// SELECT: clauses, aliases, groups, joins, sub-queries.

import Testing

@testable import AnalyticsEngine

@Suite struct SelectTests {
    @Test(arguments: [
        ("SELECT number AS n, n * 2 AS d FROM numbers(3) WHERE d > 1 ORDER BY d DESC", "2\t4\n1\t2\n"),
        ("SELECT number % 2 AS k, count(), sum(number) FROM numbers(5) GROUP BY k ORDER BY k", "0\t3\t6\n1\t2\t4\n"),
        ("SELECT number % 3, count() AS c FROM numbers(10) GROUP BY 1 HAVING c > 3", "0\t4\n"),
        ("SELECT number FROM numbers(10) ORDER BY number DESC LIMIT 2 OFFSET 1", "8\n7\n"),
        ("SELECT number FROM numbers(10) LIMIT 3, 2", "3\n4\n"), ("SELECT number FROM system.numbers LIMIT 3", "0\n1\n2\n"),
        ("SELECT DISTINCT number % 2 FROM numbers(5)", "0\n1\n"),
        ("SELECT number % 2 AS k, number FROM numbers(6) ORDER BY k, number LIMIT 1 BY k", "0\t0\n1\t1\n"),
        ("SELECT x FROM (SELECT arrayJoin([3, NULL, 1]) AS x) ORDER BY x", "1\n3\n\\N\n"),
        ("SELECT x FROM (SELECT arrayJoin([3, NULL, 1]) AS x) ORDER BY x DESC NULLS FIRST", "\\N\n3\n1\n"),
        ("WITH 5 AS five SELECT five + 1", "6\n"), ("WITH t AS (SELECT 7 AS x) SELECT x FROM t", "7\n"),
        ("SELECT (SELECT max(number) FROM numbers(4))", "3\n"), ("SELECT (SELECT 1 WHERE 0)", "\\N\n"),
        ("SELECT number FROM numbers(5) WHERE number IN (1, 3, 99)", "1\n3\n"),
        ("SELECT number FROM numbers(5) WHERE number NOT IN (SELECT number * 2 FROM numbers(3))", "1\n3\n"),
        ("SELECT (1, 'a') IN ((1, 'a'), (2, 'b')), NULL IN (1)", "1\t\\N\n"),
        ("SELECT 1 UNION ALL SELECT -1", "1\n-1\n"), ("SELECT 1 UNION DISTINCT SELECT 1", "1\n"),
        ("SELECT CASE number WHEN 0 THEN 'a' WHEN 1 THEN 'b' ELSE 'c' END FROM numbers(3)", "a\nb\nc\n"),
        ("SELECT if(number = 0, 0, intDiv(6, number)) FROM numbers(3)", "0\n6\n3\n"),
        ("SELECT number BETWEEN 1 AND 2, number NOT BETWEEN 1 AND 2 FROM numbers(2)", "0\t1\n1\t0\n"),
        ("SELECT 'abc' LIKE 'a%', 'abc' NOT LIKE '_', 'ABC' ILIKE 'a_c', 'a%' LIKE 'a\\\\%'", "1\t1\t1\t1\n"),
        ("SELECT NULL IS NULL, 1 IS NOT NULL, NOT 1 = 2, 1 = 1 AND 0 OR 1", "1\t1\t1\t1\n"),
        ("SELECT (1, NULL) = (1, 2), (1, NULL) = (2, 2), (1, 2) != (1, 3), (1, 'a') < (1, 'b')", "\\N\t0\t1\t1\n"),
        ("SELECT toFixedString('a', 3) = 'a', toFixedString('', 2) != '\\0', 5 = '5'", "1\t0\t1\n"),
        ("SELECT number % 2 AS k, count() FROM numbers(3) GROUP BY ALL ORDER BY k", "0\t2\n1\t1\n"),
        ("SELECT NULL AND 0, NULL AND 1, NULL OR 1, NULL OR 0", "0\t\\N\t1\t\\N\n"),
        (
            "SELECT a.number, b.x FROM numbers(3) AS a INNER JOIN (SELECT 1 AS number, 'x' AS x) AS b ON a.number = b.number",
            "1\tx\n"
        ),
        (
            "SELECT a.number, b.x FROM numbers(2) AS a LEFT JOIN (SELECT 1 AS number, 'x' AS x) AS b USING number ORDER BY 1",
            "0\t\n1\tx\n"
        ),
        ("SELECT count() FROM numbers(3) AS a, numbers(4) AS b", "12\n"), ("SELECT 1 AS a, a + 1 AS b, b + a", "1\t2\t3\n"),
        ("SELECT x, y FROM (SELECT [1, 2] AS a, 'k' AS y) ARRAY JOIN a AS x", "1\tk\n2\tk\n"),
        (
            "SELECT k, count() FROM (SELECT number % 2 AS k FROM numbers(3)) GROUP BY k WITH TOTALS ORDER BY k",
            "0\t2\n1\t1\n\n0\t3\n"
        ),
        ("SELECT number % 2 AS k, count() AS c FROM numbers(3) GROUP BY k WITH ROLLUP ORDER BY c", "1\t1\n0\t2\n0\t3\n"),
        ("SELECT count() FROM (SELECT 1 WHERE 0)", "0\n"), ("SELECT sum(number) FROM numbers(0)", "0\n"),
        ("SELECT number FROM numbers(0)", ""),
        ("SELECT toStartOfHour(now()), toYYYYMM(today())", "2026-01-01 00:00:00\t202601\n"),
    ])
    func queriesGiveTheirRows(_ sql: String, _ text: String) throws {
        #expect(try query(sql) == text, "\(sql)")
    }

    @Test func parametersAreValuesNotText() throws {
        var rig = EngineRig()
        rig.parameters = ["name": "x' OR '1' = '1", "n": "3", "list": "[1,2]"]
        #expect(
            try rig.run("SELECT {name:String}, {n:UInt8} + 1, has({list:Array(UInt8)}, 2)") == "x\\' OR \\'1\\' = \\'1\t4\t1\n")
        #expect(rig.code("SELECT {missing:String}") == 456)
        #expect(rig.code("SELECT {name:UInt8}") == 457)
    }

    @Test func columnsAreNamedAsClickHouseNamesThem() throws {
        #expect(
            try query(
                "SELECT 1 + 2 AS s, count(), 'a' || 'b', number = 1, [1, 2][1] FROM numbers(1) GROUP BY number FORMAT TSVWithNames"
            )
            .split(separator: "\n")[0] == "s\tcount()\tconcat(\\'a\\', \\'b\\')\tequals(number, 1)\tarrayElement([1, 2], 1)")
    }

    @Test func aCountOfAWholeTableReadsNoRow() throws {
        var rig = EngineRig()
        try rig.run("CREATE TABLE t (x UInt8) ENGINE = Memory")
        try rig.run("INSERT INTO t VALUES (1), (2)")
        rig.settings = Settings()
        try rig.settings.set("max_rows_to_read", .unsigned(1))
        #expect(try rig.run("SELECT count() FROM t") == "2\n")
        #expect(rig.code("SELECT count() FROM t WHERE x = 1") == 158)
    }
}
