// Functions and aggregates, one line for each behaviour.

import Testing

@testable import AnalyticsEngine

@Suite struct FunctionTests {
    @Test(arguments: [
        ("arrayFirstIndex(x -> x = 'b', ['a', 'b'])", "2"), ("arrayFirstIndex(x -> x = 'z', ['a', 'b'])", "0"),
        ("arrayMap((x, y) -> x + y, [1, 2], [10, 20])", "[11,22]"), ("arrayFilter(x -> x > 1, [1, 2, 3])", "[2,3]"),
        ("arrayElement(['a', 'b'], 1), ['a', 'b'][-1], ['a'][9]", "a\tb\t"), ("has([1, 2], 2), has([1, NULL], NULL)", "1\t1"),
        ("arraySort(x -> -x, [1, 3, 2])", "[3,2,1]"), ("arraySum([1, 2]), arrayCount(x -> x > 1, [1, 2, 3])", "3\t2"),
        ("arrayConcat([1], [300])", "[1,300]"), ("arrayDistinct([1, 1, 2])", "[1,2]"), ("arraySlice([1, 2, 3], 2)", "[2,3]"),
        ("length('ab'), length([1, 2, 3])", "2\t3"), ("substring('hello', 2, 3), substring('hello', -2)", "ell\tlo"),
        ("upper('aB'), lower('aB'), reverse('abc')", "AB\tab\tcba"), ("concat('a', 'b', 'c'), 'a' || 1", "abc\ta1"),
        ("splitByChar(',', 'a,b'), arrayStringConcat(['a', 'b'], '-')", "['a','b']\ta-b"),
        ("replaceAll('aba', 'a', 'x'), replaceRegexpAll('a1b2', '[0-9]', '#')", "xbx\ta#b#"), ("position('abc', 'c')", "3"),
        ("startsWith('abc', 'ab'), endsWith('abc', 'bc'), empty(''), notEmpty('a')", "1\t1\t1\t1"),
        ("match('abc', 'b.'), extract('k=v', '=(.*)')", "1\tv"), ("trim(BOTH ' ' FROM ' a '), leftPad('7', 3, '0')", "a\t007"),
        (
            "toStartOfMinute(toDateTime('2026-03-04 05:06:07')), toStartOfDay(toDate('2026-03-04'))",
            "2026-03-04 05:06:00\t2026-03-04 00:00:00"
        ),
        (
            "toHour(toDateTime('2026-03-04 05:06:07')), toDayOfWeek(toDate('2026-03-04')), toYYYYMM(toDate('2026-03-04'))",
            "5\t3\t202603"
        ),
        ("toStartOfSecond(toDateTime64('2026-03-04 05:06:07.891', 3))", "2026-03-04 05:06:07.000"),
        ("toDate('2026-01-31') + INTERVAL 1 MONTH, toDate('2024-02-29') - INTERVAL 1 YEAR", "2026-02-28\t2023-02-28"),
        ("dateDiff('day', toDate('2026-01-01'), toDate('2026-02-01'))", "31"),
        ("now64(3), now()", "2026-01-01 00:00:00.123\t2026-01-01 00:00:00"),
        ("formatDateTime(toDateTime('2026-03-04 05:06:07'), '%Y/%m/%d %H:%i:%S')", "2026/03/04 05:06:07"),
        ("toInt32('12'), toUInt8OrZero('x'), toUInt8OrNull('x'), toFloat64('1.5')", "12\t0\t\\N\t1.5"), ("'5'::UInt8 + 1", "6"),
        ("CAST(1 AS String), toString([1, 2]), CAST('[1,2]' AS Array(UInt8))", "1\t[1,2]\t[1,2]"),
        ("coalesce(NULL, 2), ifNull(NULL, 3), nullIf(1, 1), nullIf(1, 2)", "2\t3\t\\N\t1"),
        ("if(1, 'a', 'b'), multiIf(0, 1, 1, 2, 3)", "a\t2"), ("greatest(1, 3, 2), least(1, 3)", "3\t1"),
        ("round(2.5), round(1.25, 1), floor(-1.5), ceil(1.2)", "2\t1.2\t-2\t2"), ("sqrt(4), pow(2, 10), abs(-3)", "2\t1024\t3"),
        (
            "JSONExtractString('{\"a\":{\"b\":\"c\"}}', 'a', 'b'), JSONExtractInt('{\"a\":[1,2]}', 'a', 2), JSONHas('{}', 'a')",
            "c\t2\t0"
        ),
        ("JSONExtract('{\"a\":[1,2]}', 'a', 'Array(UInt8)'), JSONLength('[1,2]'), JSONType('1')", "[1,2]\t2\tUInt64"),
        ("map('a', 1)['a'], map('a', 1)['b'], mapKeys(map('a', 1)), mapContains(map('a', 1), 'a')", "1\t0\t['a']\t1"),
        ("(1, 'x').2, tupleElement((1, 2), 1)", "x\t1"), ("range(3), range(1, 7, 2)", "[0,1,2]\t[1,3,5]"),
        ("hex('ab'), unhex('6162'), base64Encode('ab')", "6162\tab\tYWI="), ("transform(2, [1, 2], ['a', 'b'], 'z')", "b"),
    ])
    func functionsGiveTheirValues(_ expressions: String, _ text: String) throws {
        #expect(try query("SELECT \(expressions)") == text + "\n", "\(expressions)")
    }

    @Test(arguments: [
        ("count(), sum(number), avg(number), min(number), max(number)", "5\t10\t2\t0\t4"),
        ("any(number), anyLast(number), argMin(toString(number), -number), argMax(number, number)", "0\t4\t4\t4"),
        ("uniq(number % 2), uniqExact(number), count(DISTINCT number % 3)", "2\t5\t3"),
        ("quantile(0.5)(number), quantileExact(0.9)(number), median(number), quantiles(0, 1)(number)", "2\t4\t2\t[0,4]"),
        ("groupArray(number), groupUniqArray(number % 2)", "[0,1,2,3,4]\t[0,1]"),
        ("stddevPop(number), varPop(number), varSamp(number)", "1.4142135623730951\t2\t2.5"), ("corr(number, number * 2)", "1"),
        (
            "countIf(number > 1), sumIf(number, number > 1), avgIf(number, number > 1), quantileIf(0.5)(number, number > 1)",
            "3\t9\t3\t3"
        ),
        ("avgIf(number, number > 9), sumIf(number, 0)", "nan\t0"),
        ("avg(if(number = 0, NULL, number)), count(nullIf(number, 0))", "2.5\t4"),
        ("max(nullIf(number, number)), sum(nullIf(number, number))", "\\N\t\\N"),
        ("sumDistinct(number % 2), sumArray([number, 1])", "1\t15"),
        ("groupBitOr(number), sumOrNullIf(number, 0)", "7\t\\N"),
    ])
    func aggregatesGiveTheirValues(_ expressions: String, _ text: String) throws {
        #expect(try query("SELECT \(expressions) FROM numbers(5)") == text + "\n", "\(expressions)")
    }

    @Test func averagesCanBeMadeWrong() throws {
        var rig = EngineRig()
        rig.quirks.averageCountsNulls = true
        #expect(try rig.run("SELECT avg(nullIf(number, 4)), avg(number) FROM numbers(5)") == "1.2\t2\n")
    }
}
