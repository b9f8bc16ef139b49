// Functions that look at NULL itself.

/// NULL functions.
enum NullFunctions {
    static let all: [Function] = [
        Function("isNull", arity: 1...1, anyCase: true, nulls: .own, type: { _ in .uint8 }) { arguments in
            .truths(arguments.column(0).nullMask ?? Array(repeating: false, count: arguments.count))
        },
        Function("isNotNull", arity: 1...1, anyCase: true, nulls: .own, type: { _ in .uint8 }) { arguments in
            .truths(arguments.column(0).nullMask?.map { !$0 } ?? Array(repeating: true, count: arguments.count))
        },
        Function(
            "isZeroOrNull", arity: 1...1, nulls: .own,
            type: { signature in
                guard signature.types[0].core.isNumber || signature.types[0].core == .nothing else { throw signature.illegal(0) }
                return .uint8
            }
        ) { .truths($0.column(0).truths.map { !$0 }) },
        Function(
            "coalesce", arity: 0...Function.anyNumber, anyCase: true, nulls: .own,
            type: { signature in
                var types: [DataType] = []
                for type in signature.types where type != .nullable(.nothing) {
                    types.append(type)
                    if !type.isNullable { break }
                }
                guard let last = types.last else { return .nullable(.nothing) }
                let common = try Supertype.of(types)
                return last.isNullable ? common : common.isNullable ? common.core : common
            }
        ) { try firstOfAll($0) },
        Function(
            "ifNull", arity: 2...2, anyCase: true, nulls: .own,
            type: { signature in
                let (first, second) = (signature.types[0], signature.types[1])
                if first == .nullable(.nothing) { return second }
                if !first.isNullable { return first }
                return try Supertype.of([first.core, second])
            }
        ) { try firstOfAll($0) },
        Function(
            "nullIf", arity: 2...2, anyCase: true, nulls: .own,
            type: { signature in
                if signature.types[0] == .nullable(.nothing) { return .nullable(.nothing) }
                return signature.types[0].madeNullable
            }
        ) { try nullIf($0) },
        Function(
            "assumeNotNull", arity: 1...1, nulls: .own, type: { $0.types[0].core == .nothing ? .nothing : notNull($0.types[0]) }
        ) {
            $0.column(0).withoutNulls
        },
        Function("toNullable", arity: 1...1, nulls: .own, type: { $0.types[0].madeNullable }) { arguments in
            let column = arguments.column(0)
            if arguments[0].type.isNullable || !arguments.type.isNullable { return column }
            return .nullable(isNull: Array(repeating: false, count: arguments.count), column)
        },
    ]

    private static func notNull(_ type: DataType) -> DataType { type.isNullable ? type.core : type }

    private static func firstOfAll(_ arguments: Arguments) throws -> Column {
        let cast = Cast(context: arguments.context)
        let wide = arguments.type.madeNullable
        var joined = Column.empty(wide)
        var rows = Array(repeating: -1, count: arguments.count)
        for value in arguments.values {
            let column = value.full
            let isNull = column.nullMask
            let start = joined.count
            joined.append(try cast.column(TypedColumn(value.type, column), to: wide).full)
            for row in 0..<arguments.count where rows[row] < 0 && isNull?[row] != true { rows[row] = start + row }
        }
        let chosen = joined.taking(rows)
        return arguments.type.isNullable ? chosen : chosen.withoutNulls
    }

    private static func nullIf(_ arguments: Arguments) throws -> Column {
        if arguments.type == .nullable(.nothing) { return Column.defaults(arguments.type, arguments.count) }
        let (left, right) = (arguments.column(0), arguments.column(1))
        func plain(_ value: TypedColumn, _ column: Column) -> TypedColumn {
            TypedColumn(notNull(value.type), column.withoutNulls)
        }
        var isNull = left.nullMask ?? Array(repeating: false, count: arguments.count)
        if notNull(arguments[1].type) != .nothing {
            let orders = try ComparisonFunctions.compare(plain(arguments[0], left), plain(arguments[1], right), arguments.context)
            let rightNull = right.nullMask
            for row in 0..<arguments.count where orders[row] == 0 && rightNull?[row] != true { isNull[row] = true }
        }
        return .nullable(isNull: isNull, left.withoutNulls)
    }
}
