// Maps: making them, looking up, keys and values.

/// Map functions.
enum MapFunctions {
    static let all: [Function] = [
        Function(
            "map", arity: 0...Function.anyNumber, nulls: .own,
            type: { signature in
                guard signature.types.count % 2 == 0 else {
                    throw EngineError(
                        .numberOfArgumentsDoesNotMatch,
                        "Function map requires even number of arguments, but \(signature.types.count) given")
                }
                let keys = signature.types.indices.filter { $0 % 2 == 0 }.map { signature.types[$0] }
                let values = signature.types.indices.filter { $0 % 2 == 1 }.map { signature.types[$0] }
                return .map(try Supertype.of(keys), try Supertype.of(values))
            }
        ) { arguments in
            guard case .map(let key, let value) = arguments.type else { return .nothing(0) }
            let cast = Cast(context: arguments.context)
            var (keys, values) = (Column.empty(key), Column.empty(value))
            for index in arguments.values.indices {
                let column = try cast.column(arguments[index], to: index % 2 == 0 ? key : value).full
                if index % 2 == 0 { keys.append(column) } else { values.append(column) }
            }
            let (width, count) = (arguments.values.count / 2, arguments.count)
            let rows = (0..<count).flatMap { row in (0..<width).map { $0 * count + row } }
            let pairs = Column.tuple([keys.taking(rows), values.taking(rows)], count: rows.count)
            return .array(ArrayColumn(ends: (0..<count).map { ($0 + 1) * width }, values: pairs))
        },
        part("mapKeys", 0), part("mapValues", 1),
        Function(
            "mapContains", arity: 2...2,
            type: { signature in
                guard case .map(let key, _) = signature.types[0], Supertype.of(key, signature.types[1]) != nil else {
                    throw signature.illegal(0)
                }
                return .uint8
            }
        ) { .truths(try places($0).map { $0 >= 0 }) },
    ]

    private static func part(_ name: String, _ index: Int) -> Function {
        Function(
            name, arity: 1...1,
            type: { signature in
                guard case .map(let key, let value) = signature.types[0] else { throw signature.illegal(0) }
                return .array(index == 0 ? key : value)
            }
        ) { arguments in
            let arrays = arguments.column(0).arrays
            guard case .tuple(let columns, _) = arrays.values else { return .array(arrays) }
            return .array(ArrayColumn(ends: arrays.ends, values: columns[index]))
        }
    }

    /// Where the key of each row stands among all pairs; -1 where it does not.
    private static func places(_ arguments: Arguments) throws -> [Int] {
        let arrays = arguments.column(0).arrays
        guard case .map(let key, _) = arguments[0].type, case .tuple(let columns, _) = arrays.values else { return [] }
        let wanted = try Cast(context: arguments.context).column(arguments[1], to: key).full
        return (0..<arguments.count).map { row in
            arrays.range(row).first { columns[0].compare($0, wanted, row) == 0 } ?? -1
        }
    }

    /// `map[key]`.
    static func element(_ arguments: Arguments) throws -> Column {
        guard case .tuple(let columns, _) = arguments.column(0).arrays.values else {
            return Column.defaults(arguments.type, arguments.count)
        }
        return ArrayFunctions.defaulted(columns[1], try places(arguments), arguments.type)
    }
}
