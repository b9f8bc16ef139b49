// Tuples, and arithmetic on tuples of numbers.

/// Tuple functions.
enum TupleFunctions {
    static let all: [Function] = [
        Function(
            "tuple", arity: 0...Function.anyNumber, nulls: .own,
            type: { signature in
                .tuple(signature.types.map { TupleMember(name: nil, type: $0) })
            }
        ) { arguments in .tuple(arguments.values.map(\.full), count: arguments.count) },
        Function(
            "tupleElement", arity: 2...3, nulls: .own,
            type: { signature in
                if case .array(.tuple(let members)) = signature.types[0] {
                    return .array(members[try index(members, signature.constants[1])].type)
                }
                guard case .tuple(let members) = signature.types[0] else { throw signature.illegal(0) }
                return members[try index(members, signature.constants[1])].type
            }
        ) { arguments in
            let column = arguments.column(0)
            if case .array(.tuple(let members)) = arguments[0].type, case .tuple(let columns, _) = column.arrays.values {
                let found = try index(members, arguments[1].constant)
                return .array(ArrayColumn(ends: column.arrays.ends, values: columns[found]))
            }
            guard case .tuple(let members) = arguments[0].type, case .tuple(let columns, _) = column else { return .nothing(0) }
            return columns[try index(members, arguments[1].constant)]
        },
    ]

    private static func index(_ members: [TupleMember], _ constant: Value??) throws -> Int {
        switch constant ?? nil {
        case .text(let name)?:
            let name = String(decoding: name, as: UTF8.self)
            if let found = members.firstIndex(where: { $0.name == name }) { return found }
            throw EngineError(.notFoundColumnInBlock, "Tuple doesn't have element with name '\(name)'")
        case let value?:
            guard let number = value.integer, number >= 1, number <= Int64(members.count) else {
                throw EngineError(.notFoundColumnInBlock, "Tuple doesn't have element with that index")
            }
            return Int(number - 1)
        case nil: throw EngineError(.illegalTypeOfArgument, "Second argument to tupleElement must be a constant UInt or String")
        }
    }

    /// The type of `plus` or `minus` of two tuples; nil where they are none.
    static func arithmeticType(_ signature: Signature) -> DataType? {
        guard case .tuple(let left) = signature.types[0], case .tuple(let right) = signature.types[1], left.count == right.count,
            let function = FunctionRegistry.function(signature.name)
        else { return nil }
        var members: [TupleMember] = []
        for (left, right) in zip(left, right) {
            let inner = Signature(
                name: signature.name, types: [left.type, right.type], constants: [nil, nil], context: signature.context)
            guard let type = try? function.resultType(inner) else { return nil }
            members.append(TupleMember(name: nil, type: type))
        }
        return .tuple(members)
    }

    static func arithmetic(_ arguments: Arguments) throws -> Column? {
        guard case .tuple(let left, _) = arguments.column(0), case .tuple(let right, _) = arguments.column(1),
            case .tuple(let leftTypes) = arguments[0].type, case .tuple(let rightTypes) = arguments[1].type,
            case .tuple(let types) = arguments.type, let function = FunctionRegistry.function(arguments.name)
        else { return nil }
        return .tuple(
            try types.indices.map { index in
                let values = [TypedColumn(leftTypes[index].type, left[index]), TypedColumn(rightTypes[index].type, right[index])]
                return try function.apply(values, arguments.count, types[index].type, arguments.context, name: arguments.name)
            }, count: arguments.count)
    }
}
