// Arrays: making them, taking elements, searching, numbering.

/// Array functions.
enum ArrayFunctions {
    /// How many elements range() and its like may make in one block.
    static let largest = 50_000_000

    static let all: [Function] =
        [
            Function("array", arity: 0...Function.anyNumber, nulls: .own, type: { .array(try Supertype.of($0.types)) }) {
                arguments in
                let element = arguments.type.element ?? .nothing
                let cast = Cast(context: arguments.context)
                var joined = Column.empty(element)
                for value in arguments.values { joined.append(try cast.column(value, to: element).full) }
                let (width, count) = (arguments.values.count, arguments.count)
                let rows = (0..<count).flatMap { row in (0..<width).map { $0 * count + row } }
                return .array(ArrayColumn(ends: (0..<count).map { ($0 + 1) * width }, values: joined.taking(rows)))
            },
            Function(
                "arrayElement", arity: 2...2,
                type: { signature in
                    if case .map(let key, let value) = signature.types[0] {
                        guard Supertype.of(key, signature.types[1]) != nil else { throw signature.illegal(1) }
                        return value
                    }
                    guard case .array(let element) = signature.types[0] else { throw signature.illegal(0) }
                    guard signature.types[1].isInteger else { throw signature.illegal(1) }
                    if signature.constants[1]?.integer == 0 {
                        throw EngineError(.badArguments, "Array indices are 1-based")
                    }
                    return element
                }
            ) { arguments in
                if case .map = arguments[0].type { return try MapFunctions.element(arguments) }
                let arrays = arguments.column(0).arrays
                let positions = arguments.int64s(1)
                let rows = (0..<arguments.count).map { row -> Int in
                    let range = arrays.range(row)
                    let position = positions[row]
                    if position > 0 { return position <= range.count ? range.lowerBound + Int(position) - 1 : -1 }
                    return position < 0 && position >= -Int64(range.count) ? range.upperBound + Int(position) : -1
                }
                return defaulted(arrays.values, rows, arguments.type)
            },
            search("has", .uint8) { $0.isEmpty ? 0 : 1 }, search("indexOf", .uint64) { UInt64(($0.first ?? -1) + 1) },
            search("countEqual", .uint64) { UInt64($0.count) },
            Function(
                "range", arity: 1...3,
                type: { signature in
                    for index in signature.types.indices { try signature.require(index, \.isInteger) }
                    let types = try signature.types.map { $0 == .bool ? .uint8 : $0 }.reduce(DataType.uint8) { left, right in
                        guard let type = Supertype.of(left, right) else { throw signature.illegal(0) }
                        return type
                    }
                    return .array(types)
                }
            ) { try range($0) },
            Function("emptyArrayToSingle", arity: 1...1, type: { try array($0) }) { arguments in
                let arrays = arguments.column(0).arrays
                var rows: [Int] = []
                var ends: [Int] = []
                for row in 0..<arguments.count {
                    let range = arrays.range(row)
                    if range.isEmpty { rows.append(-1) } else { rows += range }
                    ends.append(rows.count)
                }
                return .array(ArrayColumn(ends: ends, values: defaulted(arrays.values, rows, arguments.type.element ?? .nothing)))
            },
            perElement("arrayEnumerate", .uint32) { range, _ in range.indices.map { Int64($0 + 1) } },
            Function(
                "arrayConcat", arity: 1...Function.anyNumber,
                type: { signature in
                    for index in signature.types.indices {
                        guard case .array = signature.types[index] else { throw signature.illegal(index) }
                    }
                    return try Supertype.of(signature.types)
                }
            ) { try concatenate($0) },
        ] + empties

    private static let empties: [Function] =
        (IntegerType.allCases.map { DataType.integer($0) } + [.float32, .float64, .date, .dateTime(zone: nil), .string])
        .map { type in
            Function("emptyArray" + type.name, arity: 0...0, type: { _ in .array(type) }) { arguments in
                .array(ArrayColumn(ends: Array(repeating: 0, count: arguments.count), values: Column.empty(type)))
            }
        }

    static func array(_ signature: Signature) throws -> DataType {
        guard case .array = signature.types[0] else { throw signature.illegal(0) }
        return signature.types[0]
    }

    /// Rows of a column, the type's default for -1.
    static func defaulted(_ column: Column, _ rows: [Int], _ type: DataType) -> Column {
        guard rows.contains(-1) else { return column.taking(rows) }
        switch type.storage {
        case .text, .int8, .int16, .tuple:
            var joined = column
            if column.count == 0 { joined = Column.empty(type) }
            joined.append(Column.defaults(type, 1))
            return joined.taking(rows.map { $0 < 0 ? joined.count - 1 : $0 })
        default: return column.count == 0 ? Column.defaults(type, rows.count) : column.taking(rows)
        }
    }

    /// Where in each array the value is, in numbers from 0.
    private static func search(_ name: String, _ type: DataType, _ answer: @escaping @Sendable ([Int]) -> UInt64) -> Function {
        Function(
            name, arity: 2...2, nulls: .own,
            type: { signature in
                if case .map(let key, _) = signature.types[0] {
                    guard Supertype.of(key, signature.types[1]) != nil else { throw signature.illegal(1) }
                    return type
                }
                guard case .array(let element) = signature.types[0] else { throw signature.illegal(0) }
                guard
                    element == .nothing || Supertype.of(element, signature.types[1]) != nil || element.core.enumNames != nil
                        || (element.core.isNumber && signature.types[1].core.isNumber)
                else {
                    throw EngineError(
                        .illegalTypeOfArgument,
                        "Types of array and 2nd argument of function \(name) must be identical up to nullability, "
                            + "cardinality, numeric types, or Enum and numeric type. Passed: \(signature.types[0].name) and \(signature.types[1].name)."
                    )
                }
                return type
            }
        ) { arguments in
            var arrays = arguments.column(0).arrays
            var element = arguments[0].type.element ?? .nothing
            if case .map(let key, _) = arguments[0].type, case .tuple(let columns, _) = arrays.values {
                element = key
                arrays.values = columns[0]
            }
            let common: DataType
            if element.core.enumNames != nil {
                common = element
            } else {
                common = Supertype.of(element, arguments[1].type) ?? .float64
            }
            let cast = Cast(context: arguments.context)
            let values = try cast.column(TypedColumn(element, arrays.values), to: common).full
            let wanted = try cast.column(arguments[1], to: common).full
            return Column.numbers(
                (0..<arguments.count).map { row in
                    answer(arrays.range(row).enumerated().filter { values.compare($0.element, wanted, row) == 0 }.map(\.offset))
                }, as: type)
        }
    }

    /// A number for every element of an array.
    private static func perElement(
        _ name: String, _ type: DataType, _ numbers: @escaping @Sendable ([Int], Column) -> [Int64]
    ) -> Function {
        Function(
            name, arity: 1...1,
            type: { signature in
                _ = try array(signature)
                return .array(type)
            }
        ) { arguments in
            let arrays = arguments.column(0).arrays
            let values = (0..<arguments.count).flatMap { numbers(Array(arrays.range($0)), arrays.values) }
            return .array(ArrayColumn(ends: arrays.ends, values: Column.numbers(values, as: type)))
        }
    }

    private static func range(_ arguments: Arguments) throws -> Column {
        let isSingle = arguments.values.count == 1
        let starts = isSingle ? Array(repeating: 0, count: arguments.count) : arguments.int64s(0)
        let stops = arguments.int64s(isSingle ? 0 : 1)
        let steps = arguments.values.count == 3 ? arguments.int64s(2) : Array(repeating: 1, count: arguments.count)
        var values: [Int64] = []
        var ends: [Int] = []
        for row in 0..<arguments.count {
            guard steps[row] != 0 else {
                throw EngineError(.argumentOutOfBound, "A call to function range overflows, the 3rd argument step can't be zero")
            }
            var next = starts[row]
            while steps[row] > 0 ? next < stops[row] : next > stops[row] {
                values.append(next)
                guard values.count <= largest else {
                    throw EngineError(
                        .argumentOutOfBound,
                        "A call to function range would produce more array elements than the allowed maximum of \(largest). "
                            + "This limit can't be raised")
                }
                let (sum, overflows) = next.addingReportingOverflow(steps[row])
                if overflows { break }
                next = sum
            }
            ends.append(values.count)
        }
        return .array(ArrayColumn(ends: ends, values: Column.numbers(values, as: arguments.type.element ?? .uint64)))
    }

    /// All arguments, arrays, as one.
    static func concatenate(_ arguments: Arguments) throws -> Column {
        let cast = Cast(context: arguments.context)
        let arrays = try arguments.values.map { try cast.column($0, to: arguments.type).full.arrays }
        var joined = Column.empty(arguments.type.element ?? .nothing)
        var starts: [Int] = []
        for array in arrays {
            starts.append(joined.count)
            joined.append(array.values)
        }
        var rows: [Int] = []
        var ends: [Int] = []
        for row in 0..<arguments.count {
            for (array, start) in zip(arrays, starts) { rows += array.range(row).map { $0 + start } }
            ends.append(rows.count)
        }
        return .array(ArrayColumn(ends: ends, values: joined.taking(rows)))
    }
}
