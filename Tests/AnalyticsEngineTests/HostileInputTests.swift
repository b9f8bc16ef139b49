// Hostile statements: mutated text, deep nesting, bombs, bytes that are no UTF-8. Errors are right, crashes are not.

import Foundation
import Testing

@testable import AnalyticsEngine

@Suite struct HostileInputTests {
    private static let seeds = [
        "SELECT a.number AS n, sum(x) FROM numbers(3) AS a LEFT JOIN (SELECT 1 AS number, 2.5 AS x) AS b USING (number) WHERE n IN (1, 2, NULL) GROUP BY n WITH TOTALS HAVING n > 0 ORDER BY n DESC NULLS FIRST LIMIT 1, 2 FORMAT JSON",
        "WITH t AS (SELECT arrayMap(x -> x * 2, range(3)) AS a) SELECT a[1], arrayFirstIndex(y -> y > 1, a), CASE WHEN 1 THEN 'x' ELSE NULL END FROM t UNION ALL SELECT 1, 2, 'z'",
        "CREATE TABLE t (id UUID DEFAULT generateUUIDv4(), e Enum8('a' = 1, 'b' = -2), n Nested(x String, y Array(UInt8))) ENGINE = MergeTree PARTITION BY toYYYYMM(d) ORDER BY (id, e) TTL d + INTERVAL 5 DAY SETTINGS a_b = 1",
        "INSERT INTO t (a, b) VALUES (1 + 1, 'x'), (DEFAULT, [1, 2, (3, 'y')])",
        "INSERT INTO s FORMAT JSONEachRow {\"a\":{\"b\":[1,2,\"\\u00e4\"]}}",
        "SELECT toDate('2026-01-31') + INTERVAL -1 MONTH, substring('abc', -9223372036854775808, 5), arraySlice([1], -9223372036854775807, 9223372036854775807), toDateTime64('x', 9), bitShiftLeft(1, -1)",
        "SELECT {p:Array(UInt8)}, $$heredoc$$, 0xFF, 1e400, `q``q`, \"d\", -- c\n /* x */ 'a\\x41\\'' LIKE '%_\\\\%'",
    ]

    @Test func mutatedStatementsNeverCrash() throws {
        var state: UInt64 = 0x2545_F491_4F6C_DD1D
        func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        var rig = EngineRig()
        try rig.run("CREATE TABLE s (a String, b UInt8) ENGINE = Memory")
        let pieces = [
            "(", ")", "[", "]", "'", "`", ",", "->", "::", "NULL", "-", "9223372036854775808", "SELECT", "AS", "IN", "\\",
            "\u{0}", "{", "}", "1e999", "/*", "--",
        ]
        var (succeeded, failed) = (0, 0)
        for round in 0..<3000 {
            var bytes = Array(Self.seeds[round % Self.seeds.count].utf8)
            for _ in 0..<1 + next(2) {
                let place = next(bytes.count)
                switch next(5) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8(next(256))
                case 2: bytes.insert(contentsOf: Array(pieces[next(pieces.count)].utf8), at: place)
                case 3: bytes.removeSubrange(place..<min(bytes.count, place + next(12)))
                default:
                    let from = next(bytes.count)
                    bytes.insert(contentsOf: bytes[from..<min(bytes.count, from + next(20))], at: place)
                }
                if bytes.isEmpty { bytes = [UInt8(ascii: "1")] }
            }
            do {
                _ = try rig.run(bytes: bytes)
                succeeded += 1
            } catch let error as EngineError {
                #expect(!error.message.isEmpty)
                failed += 1
            }
        }
        #expect(succeeded > 20 && failed > 500, "\(succeeded) succeeded, \(failed) failed")
    }

    /// Runs a body on a thread with a small stack, as simulations have.
    private func onSmallStack(_ body: @escaping @Sendable () -> Int?) -> Int? {
        final class Box: @unchecked Sendable {  // because the thread is joined before it is read
            var value: Int?
        }
        let box = Box()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            box.value = body()
            done.signal()
        }
        thread.stackSize = 4 << 20
        thread.start()
        done.wait()
        return box.value
    }

    @Test(
        arguments: [
            (String(repeating: "(", count: 100_000), 306),
            ("SELECT " + String(repeating: "(", count: 140) + "1" + String(repeating: ")", count: 140), nil),
            ("SELECT " + String(repeating: "[", count: 5000), 306),
            ("SELECT " + String(repeating: "-", count: 5000).map { "\($0) " }.joined() + "1", 306),
            ("SELECT " + String(repeating: "NOT ", count: 5000) + "1", 306),
            ("SELECT 1" + String(repeating: " + 1", count: 20_000), 168),
            ("SELECT 1" + String(repeating: " AND 1", count: 5000), nil),
            ("SELECT " + String(repeating: "SELECT (", count: 1000), 62),
            (String(repeating: "SELECT * FROM (", count: 1000), 306),
            ("SELECT " + String(repeating: "toString(", count: 3000) + "1", 306),
            (
                "SELECT CAST(1 AS " + String(repeating: "Array(", count: 3000) + "UInt8" + String(repeating: ")", count: 3000)
                    + ")", 306
            ),
            ("SELECT " + String(repeating: "x -> ", count: 3000) + "1", 306),
            ("SELECT " + String(repeating: "CASE WHEN 1 THEN ", count: 3000), 306),
            ("SELECT 1" + String(repeating: "::UInt8", count: 3000), 168),
            ("SELECT 1 = 1" + String(repeating: " = 1", count: 3000), 168),
            ("SELECT JSONLength('" + String(repeating: "[", count: 100_000) + "')", nil),
            ("SELECT CAST('" + String(repeating: "[", count: 100_000) + "' AS Array(UInt8))", 6),
        ] as [(String, Int?)])
    func deepNestingIsAnError(_ sql: String, _ code: Int?) {
        let found = onSmallStack {
            var rig = EngineRig()
            return rig.code(sql)
        }
        #expect(found == code, "\(sql.prefix(60))")
    }

    @Test func bombsAreRefused() {
        var rig = EngineRig()
        for (sql, code) in [
            ("SELECT range(1000000000)", 69), ("SELECT repeat('abc', 1000000000)", 131),
            ("SELECT sum(number) FROM system.numbers SETTINGS max_rows_to_read = 100000", 158),
            ("SELECT arrayWithConstant(1000000000, 1)", 128), ("SELECT arrayResize([1], 1000000000)", 128),
            ("SELECT space(1000000000)", 131),
            ("SELECT repeat(repeat('abcdefghij', 1000000), 1000)", 131),
        ] {
            #expect(rig.code(sql) == code, "\(sql)")
        }
    }

    @Test func anyBytesAreTakenAsTheyAre() throws {
        var rig = EngineRig()
        let statement = Array("SELECT length('".utf8) + [0xFF, 0xC3, 0x00] + Array("')".utf8)
        #expect(try rig.run(bytes: statement) == Array("3\n".utf8))
        #expect(try rig.run(bytes: Array("SELECT '".utf8) + [0xFF] + Array("' FORMAT JSONEachRow".utf8)).contains(0xEF))
        #expect(rig.code("SELECT \u{FFFD}") == 62)
    }
}
