// Functions of arrays that take a lambda: arrayMap, arrayFilter, arrayFirstIndex, arraySum and their kin.

/// A function of one or more arrays, with a lambda or without.
struct HigherOrderFunction: Sendable {
    /// What the kernel sees.
    struct Input {
        /// What the lambda gave for each element; without a lambda the elements themselves.
        let mapped: TypedColumn
        /// The first array.
        let array: ArrayColumn
        let element: DataType
        let hasLambda: Bool
        let type: DataType
        let context: Context

        /// Whether the lambda holds, for each element.
        var truths: [Bool] { mapped.full.truths }

        func rows(_ pick: (Range<Int>) -> [Int]) -> Column {
            var rows: [Int] = []
            var ends: [Int] = []
            for row in array.ends.indices {
                rows += pick(array.range(row))
                ends.append(rows.count)
            }
            return .array(ArrayColumn(ends: ends, values: array.values.taking(rows)))
        }

        func one(_ pick: (Range<Int>) -> Int?) -> Column {
            let places = array.ends.indices.map { pick(array.range($0)) ?? -1 }
            if type.isNullable, !element.isNullable {
                return .nullable(isNull: places.map { $0 < 0 }, ArrayFunctions.defaulted(array.values, places, element))
            }
            return ArrayFunctions.defaulted(array.values, places, type)
        }
    }

    let name: String
    /// Whether the lambda must be there, and must give a truth.
    var needsLambda = false
    var isCondition = false
    /// The type of the result, from that of the elements of the first array and that of the lambda's result.
    var type: @Sendable (_ element: DataType, _ mapped: DataType) throws -> DataType
    var compute: @Sendable (Input) throws -> Column
}

/// Finds functions that take lambdas.
enum HigherOrderRegistry {
    static let names: [String] = functions.map(\.name)

    static func function(_ name: String) -> HigherOrderFunction? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: functions.map { ($0.name, $0) })

    private static let functions: [HigherOrderFunction] = maps + searches + sums + sorts

    private static let maps: [HigherOrderFunction] = [
        HigherOrderFunction(name: "arrayMap", needsLambda: true, type: { .array($1) }) { input in
            .array(ArrayColumn(ends: input.array.ends, values: input.mapped.full))
        },
        HigherOrderFunction(name: "arrayFilter", needsLambda: true, isCondition: true, type: { element, _ in .array(element) }) {
            input in
            let truths = input.truths
            return input.rows { $0.filter { truths[$0] } }
        },
        HigherOrderFunction(name: "arrayFill", needsLambda: true, isCondition: true, type: { element, _ in .array(element) }) {
            input in
            let truths = input.truths
            return input.rows { range in
                var last = range.lowerBound
                return range.map { index in
                    if truths[index] || index == range.lowerBound { last = index }
                    return last
                }
            }
        },
        HigherOrderFunction(
            name: "arrayReverseFill", needsLambda: true, isCondition: true, type: { element, _ in .array(element) }
        ) { input in
            let truths = input.truths
            return input.rows { range in
                var last = range.upperBound - 1
                return range.reversed().map { index -> Int in
                    if truths[index] || index == range.upperBound - 1 { last = index }
                    return last
                }.reversed()
            }
        },
    ]

    private static func first(_ name: String, isLast: Bool, orNull: Bool) -> HigherOrderFunction {
        HigherOrderFunction(
            name: name, needsLambda: true, isCondition: true, type: { element, _ in orNull ? element.madeNullable : element }
        ) { input in
            let truths = input.truths
            return input.one { range in isLast ? range.last { truths[$0] } : range.first { truths[$0] } }
        }
    }

    private static func index(_ name: String, isLast: Bool) -> HigherOrderFunction {
        HigherOrderFunction(name: name, needsLambda: true, isCondition: true, type: { _, _ in .uint32 }) { input in
            let truths = input.truths
            return .uint32(
                input.array.ends.indices.map { row in
                    let range = input.array.range(row)
                    let found = isLast ? range.last { truths[$0] } : range.first { truths[$0] }
                    return UInt32((found ?? range.lowerBound - 1) - range.lowerBound + 1)
                })
        }
    }

    private static let searches: [HigherOrderFunction] = [
        first("arrayFirst", isLast: false, orNull: false), first("arrayLast", isLast: true, orNull: false),
        first("arrayFirstOrNull", isLast: false, orNull: true), first("arrayLastOrNull", isLast: true, orNull: true),
        index("arrayFirstIndex", isLast: false), index("arrayLastIndex", isLast: true),
        HigherOrderFunction(name: "arrayExists", isCondition: true, type: { _, _ in .uint8 }) { input in
            let truths = input.truths
            return .truths(input.array.ends.indices.map { input.array.range($0).contains { truths[$0] } })
        },
        HigherOrderFunction(name: "arrayAll", isCondition: true, type: { _, _ in .uint8 }) { input in
            let truths = input.truths
            return .truths(input.array.ends.indices.map { input.array.range($0).allSatisfy { truths[$0] } })
        },
        HigherOrderFunction(name: "arrayCount", isCondition: true, type: { _, _ in .uint32 }) { input in
            let truths = input.truths
            return .uint32(input.array.ends.indices.map { row in UInt32(input.array.range(row).count { truths[$0] }) })
        },
    ]

    private static func sumType(_ type: DataType) throws -> DataType {
        guard type.core.isNumber else {
            throw EngineError(.illegalTypeOfArgument, "Unexpected type \(type.name) of the elements in an array aggregation")
        }
        if type.core.isFloat { return .float64 }
        return .integer(IntegerType(bits: 64, isSigned: type.core.integerType?.isSigned ?? false))
    }

    private static let sums: [HigherOrderFunction] = [
        HigherOrderFunction(name: "arraySum", type: { try sumType($1) }) { input in
            let ranges = input.array.ends.indices.map { input.array.range($0) }
            let values = input.mapped.full.withoutNulls
            if input.type == .float64 {
                let numbers = values.doubles
                return .float64(ranges.map { $0.reduce(0) { $0 + numbers[$1] } })
            }
            let numbers = values.int64s
            return Column.numbers(ranges.map { $0.reduce(Int64(0)) { $0 &+ numbers[$1] } }, as: input.type)
        },
        HigherOrderFunction(
            name: "arrayAvg",
            type: {
                _ = try sumType($1); return .float64
            }
        ) { input in
            let numbers = input.mapped.full.withoutNulls.doubles
            return .float64(
                input.array.ends.indices.map { row in
                    let range = input.array.range(row)
                    return range.reduce(0) { $0 + numbers[$1] } / Double(range.count)
                })
        },
        HigherOrderFunction(
            name: "arrayProduct",
            type: {
                _ = try sumType($1); return .float64
            }
        ) { input in
            let numbers = input.mapped.full.doubles
            return .float64(input.array.ends.indices.map { input.array.range($0).reduce(1) { $0 * numbers[$1] } })
        },
        extreme("arrayMin") { $0 < 0 }, extreme("arrayMax") { $0 > 0 },
        running("arrayCumSum") { sum, value in sum &+ value },
        running("arrayCumSumNonNegative") { sum, value in max(0, sum &+ value) },
        HigherOrderFunction(
            name: "arrayDifference",
            type: { _, mapped in
                .array(mapped.isFloat ? .float64 : .int64)
            }
        ) { input in
            let values = input.mapped.full
            let starts = Set(input.array.ends.indices.map { input.array.range($0).lowerBound })
            if values.isReal {
                let numbers = values.doubles
                return .array(
                    ArrayColumn(
                        ends: input.array.ends,
                        values: .float64(numbers.indices.map { starts.contains($0) ? 0 : numbers[$0] - numbers[$0 - 1] })))
            }
            let numbers = values.int64s
            return .array(
                ArrayColumn(
                    ends: input.array.ends,
                    values: .int64(numbers.indices.map { starts.contains($0) ? 0 : numbers[$0] &- numbers[$0 - 1] })))
        },
    ]

    private static func extreme(_ name: String, _ isBetter: @escaping @Sendable (Int) -> Bool) -> HigherOrderFunction {
        HigherOrderFunction(name: name, type: { $1 }) { input in
            let values = input.mapped.full
            let places = input.array.ends.indices.map { row in
                input.array.range(row).reduce(-1) { best, index in
                    best < 0 || isBetter(values.compare(index, values, best)) ? index : best
                }
            }
            return ArrayFunctions.defaulted(values, places, input.type)
        }
    }

    private static func running(_ name: String, _ next: @escaping @Sendable (Int64, Int64) -> Int64) -> HigherOrderFunction {
        HigherOrderFunction(name: name, type: { .array(try sumType($1)) }) { input in
            let values = input.mapped.full
            if values.isReal {
                var sums: [Double] = []
                let numbers = values.doubles
                for row in input.array.ends.indices {
                    var sum = 0.0
                    for index in input.array.range(row) {
                        sum = name == "arrayCumSum" ? sum + numbers[index] : max(0, sum + numbers[index])
                        sums.append(sum)
                    }
                }
                return .array(ArrayColumn(ends: input.array.ends, values: .float64(sums)))
            }
            var sums: [Int64] = []
            let numbers = values.int64s
            for row in input.array.ends.indices {
                var sum: Int64 = 0
                for index in input.array.range(row) {
                    sum = next(sum, numbers[index])
                    sums.append(sum)
                }
            }
            return .array(ArrayColumn(ends: input.array.ends, values: Column.numbers(sums, as: input.type.element ?? .int64)))
        }
    }

    private static let sorts: [HigherOrderFunction] = [
        sort("arraySort", isDescending: false), sort("arrayReverseSort", isDescending: true),
    ]

    private static func sort(_ name: String, isDescending: Bool) -> HigherOrderFunction {
        HigherOrderFunction(name: name, type: { element, _ in .array(element) }) { input in
            let keys = input.mapped.full
            return input.rows { range in
                range.sorted { left, right in
                    let order = keys.compare(left, keys, right, nanDirection: isDescending ? -1 : 1)
                    return order == 0 ? left < right : (order < 0) != isDescending
                }
            }
        }
    }
}
