// AND, OR, NOT and XOR with three values: true, false, NULL.

/// Logic functions.
enum LogicFunctions {
    static let all: [Function] = [
        joined("and", decisive: false), joined("or", decisive: true),
        Function("xor", arity: 2...Function.anyNumber, anyCase: true, type: { try truth($0) }) { arguments in
            let columns = arguments.values.map { $0.full.truths }
            return .uint8((0..<arguments.count).map { row in columns.reduce(0) { $0 ^ ($1[row] ? 1 : 0) } })
        },
        Function("not", arity: 1...1, anyCase: true, type: { try truth($0) }) { arguments in
            .uint8(arguments.column(0).truths.map { $0 ? 0 : 1 })
        },
    ]

    private static func truth(_ signature: Signature) throws -> DataType {
        var isNullable = false
        for (index, type) in signature.types.enumerated() {
            guard type.core.isNumber || type.core == .nothing else {
                throw EngineError(
                    .illegalTypeOfArgument, "Illegal type (\(type.name)) of \(index + 1) argument of function \(signature.name)")
            }
            if type.isNullable { isNullable = true }
        }
        return isNullable ? .nullable(.uint8) : signature.types.allSatisfy { $0 == .bool } ? .bool : .uint8
    }

    /// `decisive` is the value that settles the result whatever the others are, NULL included.
    private static func joined(_ name: String, decisive: Bool) -> Function {
        Function(name, arity: 2...Function.anyNumber, anyCase: true, nulls: .own, type: { try truth($0) }) { arguments in
            var isSettled = Array(repeating: false, count: arguments.count)
            var isNull = isSettled
            for value in arguments.values {
                let column = value.full
                let mask = column.nullMask
                let truths = column.withoutNulls.truths
                for row in 0..<arguments.count {
                    if mask?[row] == true { isNull[row] = true } else if truths[row] == decisive { isSettled[row] = true }
                }
            }
            let answers = Column.uint8(isSettled.map { $0 == decisive ? 1 : 0 })
            guard arguments.type.isNullable else { return answers }
            return .nullable(isNull: zip(isNull, isSettled).map { $0 && !$1 }, answers)
        }
    }
}
