// Types: names, promotion in arithmetic, supertypes, and how values of each are printed.

import Testing

@testable import AnalyticsEngine

@Suite struct TypeTests {
    @Test(arguments: [
        ("toUInt8(1) + toUInt8(1)", "UInt16"), ("toUInt8(1) - toUInt8(1)", "Int16"), ("toInt32(1) * toUInt8(1)", "Int64"),
        ("1 / 2", "Float64"), ("toUInt64(1) + toInt64(1)", "Int64"), ("toFloat32(1) + toFloat32(1)", "Float64"),
        ("intDiv(toInt32(7), 2)", "Int32"), ("toUInt32(7) % 3", "UInt8"), ("-toUInt8(1)", "Int16"),
        ("toDate('2026-01-01') + 1", "Date"), ("toDate('2026-01-02') - toDate('2026-01-01')", "Int32"),
        ("toDate('2026-01-01') + INTERVAL 1 HOUR", "DateTime"), ("[1, -1]", "Array(Int16)"), ("[1, 1.5]", "Array(Float64)"),
        ("[1, NULL]", "Array(Nullable(UInt8))"), ("(1, 'a')", "Tuple(UInt8, String)"), ("map('a', 1)", "Map(String, UInt8)"),
        ("if(1, toUInt8(1), toInt16(1))", "Int16"), ("NULL", "Nullable(Nothing)"), ("[]", "Array(Nothing)"),
        ("1 = 1", "UInt8"), ("toNullable(1) + 1", "Nullable(UInt16)"), ("300", "UInt16"), ("-200", "Int16"),
        ("18446744073709551615", "UInt64"), ("1e3", "Float64"), ("true", "Bool"), ("now64(6)", "DateTime64(6)"),
        ("CAST('a' AS Enum8('a' = 1, 'b' = 2))", "Enum8(\\'a\\' = 1, \\'b\\' = 2)"),
    ])
    func expressionsHaveClickHousesTypes(_ expression: String, _ type: String) throws {
        #expect(try query("SELECT toTypeName(\(expression))") == type + "\n")
    }

    @Test(arguments: [
        ("sum(toUInt8(number))", "UInt64"), ("sum(toInt8(number))", "Int64"), ("sum(toFloat32(number))", "Float64"),
        ("avg(number)", "Float64"), ("count()", "UInt64"), ("max(toUInt8(number))", "UInt8"),
        ("groupArray(number)", "Array(UInt64)"),
        ("sum(toNullable(number))", "Nullable(UInt64)"), ("quantile(0.5)(number)", "Float64"), ("uniq(number)", "UInt64"),
        ("quantileExact(0.5)(number)", "UInt64"), ("argMax(toString(number), number)", "String"),
    ])
    func aggregatesHaveClickHousesTypes(_ expression: String, _ type: String) throws {
        #expect(try query("SELECT toTypeName(\(expression)) FROM numbers(3)") == type + "\n")
    }

    @Test(arguments: [
        ("0.1 + 0.2", "0.30000000000000004"), ("1 / 0", "inf"), ("-1 / 0", "-inf"), ("0 / 0", "nan"), ("1e21", "1e21"),
        ("1e20", "100000000000000000000"), ("0.000001", "0.000001"), ("0.0000001", "1e-7"), ("1.0", "1"),
        ("toFloat32(0.1)", "0.1"),
        ("-0.0", "-0"), ("123456789.125", "123456789.125"), ("toDate(0)", "1970-01-01"),
        ("toDateTime(86399)", "1970-01-01 23:59:59"),
        ("toDateTime64('2026-01-01 00:00:00.5', 3)", "2026-01-01 00:00:00.500"), ("[1, 2]", "[1,2]"), ("['a\\'b']", "['a\\'b']"),
        ("'a\\tb'", "a\\tb"), ("(1, 'x', NULL)", "(1,'x',NULL)"), ("map('a', 1)", "{'a':1}"), ("NULL", "\\N"),
        ("toUUID('61F0C404-5CB3-11E7-907B-A6006AD3DBA0')", "61f0c404-5cb3-11e7-907b-a6006ad3dba0"), ("true", "true"),
        ("toFixedString('ab', 4)", "ab\\0\\0"),
    ])
    func valuesArePrintedAsClickHousePrintsThem(_ expression: String, _ text: String) throws {
        #expect(try query("SELECT \(expression)") == text + "\n")
    }

    @Test func arithmeticWrapsAndNeverTraps() throws {
        #expect(
            try query("SELECT toUInt8(300), toInt8(200), toInt64(9223372036854775807) + 1") == "44\t-56\t-9223372036854775808\n")
        #expect(try query("SELECT toUInt64(0) - toUInt64(1), -toInt64('-9223372036854775808')") == "-1\t-9223372036854775808\n")
        #expect(
            try query("SELECT toInt64(9223372036854775807) * 9223372036854775807, abs(toInt64('-9223372036854775808'))")
                == "1\t9223372036854775808\n")
        var rig = EngineRig()
        #expect(rig.code("SELECT intDiv(1, 0)") == 153)
        #expect(rig.code("SELECT intDiv(toInt64('-9223372036854775808'), -1)") == 153)
        #expect(rig.code("SELECT 1 % 0") == 153)
        #expect(
            try query("SELECT intDivOrZero(1, 0), toInt64(1e300), toUInt8(nan), bitShiftLeft(1, 200)")
                == "0\t-9223372036854775808\t0\t0\n")
        #expect(
            try query(
                "SELECT toDate('2026-01-01') + 9223372036854775807 > 0, addYears(toDate('2026-01-01'), 9223372036854775807) > 0"
            ).hasSuffix("\n"))
    }
}
