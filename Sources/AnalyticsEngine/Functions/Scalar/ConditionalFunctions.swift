// Choices between values: if, multiIf, transform.

/// Conditional functions.
enum ConditionalFunctions {
    static let all: [Function] = [
        Function(
            "if", arity: 3...3, anyCase: true, nulls: .own,
            type: { signature in
                try condition(signature, 0)
                return try Supertype.of(Array(signature.types.dropFirst()))
            }
        ) { try choose($0) },
        Function(
            "multiIf", arity: 3...Function.anyNumber, anyCase: true, nulls: .own,
            type: { signature in
                guard signature.types.count % 2 == 1 else {
                    throw EngineError(.numberOfArgumentsDoesNotMatch, "Invalid number of arguments for function multiIf")
                }
                var results: [DataType] = []
                for index in signature.types.indices.dropLast() {
                    if index % 2 == 0 { try condition(signature, index) } else { results.append(signature.types[index]) }
                }
                return try Supertype.of(results + [signature.types[signature.types.count - 1]])
            }
        ) { try choose($0) },
        Function(
            "transform", arity: 3...4, nulls: .own,
            type: { signature in
                guard case .array(let to) = signature.types[2], case .array = signature.types[1] else {
                    throw signature.illegal(1)
                }
                return try Supertype.of([to, signature.types.count == 4 ? signature.types[3] : signature.types[0]])
            }
        ) { try transform($0) },
    ]

    private static func condition(_ signature: Signature, _ index: Int) throws {
        guard [.uint8, .bool, .nothing].contains(signature.types[index].core) else {
            throw EngineError(
                .illegalTypeOfArgument,
                "Illegal type \(signature.types[index].name) of argument (condition) of function \(signature.name). Must be UInt8 or Nullable(UInt8)."
            )
        }
    }

    /// The value behind the first condition that is true, or the last.
    private static func choose(_ arguments: Arguments) throws -> Column {
        let cast = Cast(context: arguments.context)
        let last = arguments.values.count - 1
        let conditions = stride(from: 0, to: last, by: 2).map { arguments.column($0).truths }
        let choices = stride(from: 1, to: last, by: 2).map { $0 } + [last]
        // The chosen value of each row, then all values joined and taken from.
        var rows: [Int] = []
        rows.reserveCapacity(arguments.count)
        for row in 0..<arguments.count {
            let choice = conditions.firstIndex { $0[row] } ?? conditions.count
            rows.append(choice * arguments.count + row)
        }
        var joined = Column.empty(arguments.type)
        for choice in choices {
            joined.append(try cast.column(arguments[choice], to: arguments.type).full)
        }
        return joined.taking(rows)
    }

    private static func transform(_ arguments: Arguments) throws -> Column {
        let cast = Cast(context: arguments.context)
        guard case .array(let fromType) = arguments[1].type, case .array(let toType) = arguments[2].type else {
            throw EngineError(.illegalColumn, "Arguments 2 and 3 of function transform must be constant arrays")
        }
        let from = TypedColumn(fromType, arguments[1].full.slice(0..<min(1, arguments.count)).arrays.values)
        let to = TypedColumn(toType, arguments[2].full.slice(0..<min(1, arguments.count)).arrays.values)
        guard from.count == to.count else {
            throw EngineError(.badArguments, "Second and third arguments of function transform must be arrays of the same size")
        }
        let common = try Supertype.of([arguments[0].type, fromType])
        let keys = Block.keys([try cast.column(from, to: common)], from.count)
        var places: [[UInt8]: Int] = [:]
        for (place, key) in keys.enumerated() where places[key] == nil { places[key] = place }
        var joined = try cast.column(to, to: arguments.type).full
        let others = arguments.values.count == 4 ? arguments[3] : arguments[0]
        joined.append(try cast.column(others, to: arguments.type).full)
        let values = Block.keys([try cast.column(arguments[0], to: common)], arguments.count)
        return joined.taking(values.enumerated().map { places[$0.element] ?? to.count + $0.offset })
    }
}
