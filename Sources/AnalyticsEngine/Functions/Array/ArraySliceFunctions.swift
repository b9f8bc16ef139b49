// Arrays cut, turned round, lengthened and flattened.

/// Functions that give other arrangements of an array's elements.
enum ArraySliceFunctions {
    static let all: [Function] = [
        picking("arrayReverse") { Array($0.reversed()) }, picking("arrayPopBack") { $0.dropLast() },
        picking("arrayPopFront") { $0.dropFirst() },
        pushing("arrayPushBack", atEnd: true), pushing("arrayPushFront", atEnd: false),
        Function(
            "arraySlice", arity: 2...3, nulls: .own,
            type: { signature in
                if signature.types[0] == .nullable(.nothing) { return .nullable(.nothing) }
                for index in 1..<signature.types.count {
                    guard signature.types[index].core.isInteger || signature.types[index].core == .nothing else {
                        throw signature.illegal(index)
                    }
                }
                return try ArrayFunctions.array(signature)
            }
        ) { arguments in
            if arguments.type.isNullable { return Column.defaults(arguments.type, arguments.count) }
            let (offsets, offsetNull) = (arguments.column(1).withoutNulls.int64s, arguments.column(1).nullMask)
            let lengths = arguments.values.count == 3 ? arguments.column(2) : nil
            let (lengthValues, lengthNull) = (lengths?.withoutNulls.int64s, lengths?.nullMask)
            return rearranged(arguments) { range, row in
                let offset = offsetNull?[row] == true ? 1 : Int(clamping: offsets[row])
                guard offset != 0 else { return [] }
                var start = offset > 0 ? offset - 1 : range.count + offset
                var end = range.count
                if let length = lengthValues?[row], lengthNull?[row] != true {
                    let length = Int(max(-(1 << 40), min(length, 1 << 40)))
                    end = length < 0 ? range.count + length : min(max(start, -(1 << 40)), 1 << 40) + length
                }
                (start, end) = (max(0, start), min(range.count, end))
                return start < end ? Array(range.dropFirst(start).prefix(end - start)) : []
            }
        },
        Function(
            "arrayResize", arity: 2...3, nulls: .own,
            type: { signature in
                if signature.types.contains(.nullable(.nothing)), signature.types[0] == .nullable(.nothing) {
                    return .nullable(.nothing)
                }
                let type = try ArrayFunctions.array(signature)
                guard signature.types.count == 3 else { return type }
                return .array(try Supertype.of([type.element ?? .nothing, signature.types[2]]))
            }
        ) { try resized($0) },
        Function(
            "arrayWithConstant", arity: 2...2, nulls: .own,
            type: { signature in
                try signature.require(0, \.isNumber)
                return .array(signature.types[1])
            }
        ) { arguments in
            var rows: [Int] = []
            var ends: [Int] = []
            for (row, count) in arguments.int64s(0).enumerated() {
                guard count >= 0, count + Int64(rows.count) <= 50_000_000 else {
                    throw EngineError(.tooLargeArraySize, "Too large array size \(count) in function arrayWithConstant")
                }
                rows += repeatElement(row, count: Int(count))
                ends.append(rows.count)
            }
            return .array(ArrayColumn(ends: ends, values: arguments.column(1).taking(rows)))
        },
        Function(
            "arrayFlatten", "flatten", arity: 1...1,
            type: { signature in
                var type = try ArrayFunctions.array(signature)
                while case .array(let inner) = type, case .array = inner { type = inner }
                return type
            }
        ) { arguments in
            var arrays = arguments.column(0).arrays
            while case .array(let inner) = arrays.values {
                arrays = ArrayColumn(ends: arrays.ends.map { $0 == 0 ? 0 : inner.ends[$0 - 1] }, values: inner.values)
            }
            return .array(arrays)
        },
        Function(
            "arrayZip", arity: 1...Function.anyNumber,
            type: { signature in
                .array(
                    .tuple(
                        try signature.types.indices.map { index in
                            guard let element = signature.types[index].element else { throw signature.illegal(index) }
                            return TupleMember(name: nil, type: element)
                        }))
            }
        ) { arguments in
            let arrays = arguments.values.map { $0.full.arrays }
            guard arrays.allSatisfy({ $0.ends == arrays[0].ends }) else {
                throw EngineError(
                    .sizesOfArraysDoNotMatch, "The argument 1 and argument 2 of function arrayZip have different array sizes")
            }
            return .array(ArrayColumn(ends: arrays[0].ends, values: .tuple(arrays.map(\.values), count: arrays[0].values.count)))
        },
    ]

    private static func rearranged(_ arguments: Arguments, _ pick: (Range<Int>, Int) -> [Int]) -> Column {
        let arrays = arguments.column(0).arrays
        var rows: [Int] = []
        var ends: [Int] = []
        for row in 0..<arguments.count {
            rows += pick(arrays.range(row), row)
            ends.append(rows.count)
        }
        return .array(ArrayColumn(ends: ends, values: arrays.values.taking(rows)))
    }

    private static func picking(_ name: String, _ pick: @escaping @Sendable (Range<Int>) -> any Sequence<Int>) -> Function {
        Function(
            name, arity: 1...1,
            type: { signature in
                if signature.types[0] == .nullable(.nothing) { return .nullable(.nothing) }
                return try ArrayFunctions.array(signature)
            }
        ) { arguments in rearranged(arguments) { range, _ in Array(pick(range)) } }
    }

    private static func pushing(_ name: String, atEnd: Bool) -> Function {
        Function(
            name, arity: 2...2, nulls: .own,
            type: { signature in
                if signature.types[0] == .nullable(.nothing) { return .nullable(.nothing) }
                let type = try ArrayFunctions.array(signature)
                return .array(try Supertype.of([type.element ?? .nothing, signature.types[1]]))
            }
        ) { arguments in
            if arguments.type.isNullable { return Column.defaults(arguments.type, arguments.count) }
            let element = arguments.type.element ?? .nothing
            let cast = Cast(context: arguments.context)
            let arrays = try cast.column(arguments[0], to: arguments.type).full.arrays
            var joined = arrays.values
            let start = joined.count
            joined.append(try cast.column(arguments[1], to: element).full)
            var rows: [Int] = []
            var ends: [Int] = []
            for row in 0..<arguments.count {
                if !atEnd { rows.append(start + row) }
                rows += arrays.range(row)
                if atEnd { rows.append(start + row) }
                ends.append(rows.count)
            }
            return .array(ArrayColumn(ends: ends, values: joined.taking(rows)))
        }
    }

    private static func resized(_ arguments: Arguments) throws -> Column {
        if arguments.type.isNullable { return Column.defaults(arguments.type, arguments.count) }
        let element = arguments.type.element ?? .nothing
        let cast = Cast(context: arguments.context)
        let arrays = try cast.column(arguments[0], to: arguments.type).full.arrays
        var joined = arrays.values
        let start = joined.count
        joined.append(
            arguments.values.count == 3
                ? try cast.column(arguments[2], to: element).full : Column.defaults(element, arguments.count))
        let sizes = arguments.column(1).withoutNulls.int64s
        var rows: [Int] = []
        var ends: [Int] = []
        for row in 0..<arguments.count {
            let range = arrays.range(row)
            guard sizes[row].magnitude <= 50_000_000 else {
                throw EngineError(.tooLargeArraySize, "Too large array size: \(sizes[row])")
            }
            let size = Int(sizes[row].magnitude)
            let filling = Array(repeating: start + row, count: max(0, size - range.count))
            rows += sizes[row] >= 0 ? Array(range.prefix(size)) + filling : filling + Array(range.suffix(size))
            ends.append(rows.count)
        }
        return .array(ArrayColumn(ends: ends, values: joined.taking(rows)))
    }
}
