// Arrays as sets: distinct elements, hasAll, hasAny, intersections, the numbering of equal elements.

/// Functions that ask which elements are equal.
enum ArraySetFunctions {
    static let all: [Function] = [
        Function("arrayDistinct", arity: 1...1, type: { try ArrayFunctions.array($0) }) { arguments in
            picking(arguments) { keys, isNull in
                var seen: Set<[UInt8]> = []
                return keys.indices.filter { !isNull($0) && seen.insert(keys[$0]).inserted }
            }
        },
        Function(
            "arrayUniq", arity: 1...Function.anyNumber,
            type: { signature in
                _ = try ArrayFunctions.array(signature)
                return .uint32
            }
        ) { arguments in
            let (arrays, keys) = keyed(arguments)
            return .uint32((0..<arguments.count).map { UInt32(Set(arrays.range($0).map { keys[$0] }).count) })
        },
        numbering("arrayEnumerateUniq") { key, counts in
            counts[key, default: 0] += 1
            return counts[key, default: 0]
        },
        numbering("arrayEnumerateDense") { key, ranks in
            let rank = ranks[key] ?? UInt32(ranks.count + 1)
            ranks[key] = rank
            return rank
        },
        Function("arrayCompact", arity: 1...1, type: { try ArrayFunctions.array($0) }) { arguments in
            picking(arguments) { keys, _ in keys.indices.filter { $0 == 0 || keys[$0] != keys[$0 - 1] } }
        },
        relation("hasAll") { set, others in others.allSatisfy { set.contains($0) } },
        relation("hasAny") { set, others in others.contains { set.contains($0) } },
        Function("arrayIntersect", arity: 1...Function.anyNumber, type: { try Supertype.of($0.types) }) { arguments in
            let cast = Cast(context: arguments.context)
            let element = arguments.type.element ?? .nothing
            let columns = try arguments.values.map { try cast.column($0, to: arguments.type).full.arrays }
            let keys = columns.map { Block.keys([TypedColumn(element, $0.values)], $0.values.count) }
            var rows: [Int] = []
            var ends: [Int] = []
            for row in 0..<arguments.count {
                var common = Set(columns[0].range(row).map { keys[0][$0] })
                for index in columns.indices.dropFirst() {
                    common.formIntersection(columns[index].range(row).map { keys[index][$0] })
                }
                for index in columns[0].range(row) where common.remove(keys[0][index]) != nil { rows.append(index) }
                ends.append(rows.count)
            }
            return .array(ArrayColumn(ends: ends, values: columns[0].values.taking(rows)))
        },
    ]

    /// A function that gives each element a number, from its key and what is known of the keys before it in its row.
    private static func numbering(
        _ name: String, _ number: @escaping @Sendable ([UInt8], inout [[UInt8]: UInt32]) -> UInt32
    ) -> Function {
        Function(
            name, arity: 1...Function.anyNumber,
            type: { signature in
                _ = try ArrayFunctions.array(signature)
                return .array(.uint32)
            }
        ) { arguments in
            let (arrays, keys) = keyed(arguments)
            var numbers: [UInt32] = []
            for row in 0..<arguments.count {
                var known: [[UInt8]: UInt32] = [:]
                for index in arrays.range(row) { numbers.append(number(keys[index], &known)) }
            }
            return .array(ArrayColumn(ends: arrays.ends, values: .uint32(numbers)))
        }
    }

    /// The first array, and a key for each place in all arrays.
    private static func keyed(_ arguments: Arguments) -> (ArrayColumn, [[UInt8]]) {
        let columns = arguments.values.map { TypedColumn($0.type.element ?? .nothing, $0.full.arrays.values) }
        let arrays = arguments.column(0).arrays
        let count = columns.map(\.count).min() ?? 0
        return (arrays, Block.keys(columns, count))
    }

    /// Keeps those elements of each array whose places `pick` gives.
    private static func picking(_ arguments: Arguments, _ pick: ([[UInt8]], (Int) -> Bool) -> [Int]) -> Column {
        let (arrays, keys) = keyed(arguments)
        let isNull = arrays.values.nullMask
        var rows: [Int] = []
        var ends: [Int] = []
        for row in 0..<arguments.count {
            let range = arrays.range(row)
            rows += pick(range.map { keys[$0] }) { isNull?[range.lowerBound + $0] == true }.map { range.lowerBound + $0 }
            ends.append(rows.count)
        }
        return .array(ArrayColumn(ends: ends, values: arrays.values.taking(rows)))
    }

    private static func relation(_ name: String, _ holds: @escaping @Sendable (Set<[UInt8]>, [[UInt8]]) -> Bool) -> Function {
        Function(
            name, arity: 2...2,
            type: { signature in
                for index in 0...1 { guard case .array = signature.types[index] else { throw signature.illegal(index) } }
                _ = try Supertype.of(signature.types)
                return .uint8
            }
        ) { arguments in
            let common = try Supertype.of(arguments.values.map(\.type))
            let cast = Cast(context: arguments.context)
            let columns = try arguments.values.map { try cast.column($0, to: common).full.arrays }
            let keys = columns.map { Block.keys([TypedColumn(common.element ?? .nothing, $0.values)], $0.values.count) }
            return .truths(
                (0..<arguments.count).map { row in
                    holds(Set(columns[0].range(row).map { keys[0][$0] }), columns[1].range(row).map { keys[1][$0] })
                })
        }
    }
}
