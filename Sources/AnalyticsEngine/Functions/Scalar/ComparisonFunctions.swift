// Comparisons: = != < > <= >=, of numbers of any two types, texts, dates with texts, arrays, tuples.

/// Comparison functions.
enum ComparisonFunctions {
    static let all: [Function] = [
        comparison("equals", isEquality: true) { $0 == 0 }, comparison("notEquals", isEquality: true) { $0 != 0 },
        comparison("less") { $0 < 0 }, comparison("greater") { $0 > 0 && $0 != 2 }, comparison("lessOrEquals") { $0 <= 0 },
        comparison("greaterOrEquals") { $0 >= 0 && $0 != 2 },
        extreme("greatest") { $0 > 0 }, extreme("least") { $0 < 0 },
    ]

    private static func comparison(
        _ name: String, isEquality: Bool = false, _ holds: @escaping @Sendable (Int) -> Bool
    ) -> Function {
        Function(
            name, arity: 2...2,
            type: { signature in
                let (left, right) = (signature.types[0], signature.types[1])
                let isParsed =
                    left.isNumber && right.isString && signature.constants[1] != nil
                    || right.isNumber && left.isString && signature.constants[0] != nil
                guard isParsed || common(left, right) != nil else {
                    throw EngineError(
                        .illegalTypeOfArgument,
                        "Illegal types of arguments (\(left.name), \(right.name)) of function \(name)")
                }
                if case .tuple(let members) = left, case .tuple(let others) = right,
                    (members + others).contains(where: { $0.type.isNullable })
                {
                    return .nullable(.uint8)
                }
                return .uint8
            },
            compute: { arguments in
                if isEquality, let answers = try membersEqual(arguments, isNegated: name == "notEquals") { return answers }
                let orders = try compare(arguments[0], arguments[1], arguments.context)
                let answers: [UInt8] = orders.map { holds($0) ? 1 : 0 }
                guard arguments.type.isNullable else { return .uint8(answers) }
                return .nullable(isNull: Array(repeating: false, count: answers.count), .uint8(answers))
            })
    }

    /// Equality of tuples is that of all members, NULL included; nil where the arguments are none.
    private static func membersEqual(_ arguments: Arguments, isNegated: Bool) throws -> Column? {
        guard case .tuple(let members) = arguments[0].type, case .tuple(let others) = arguments[1].type, members.count > 1,
            case .tuple(let columns, _) = arguments.column(0), case .tuple(let otherColumns, _) = arguments.column(1),
            let equals = FunctionRegistry.function(isNegated ? "notEquals" : "equals"),
            let joined = FunctionRegistry.function(isNegated ? "or" : "and")
        else { return nil }
        let answers = try members.indices.map { index -> TypedColumn in
            let pair = [TypedColumn(members[index].type, columns[index]), TypedColumn(others[index].type, otherColumns[index])]
            let type = try equals.resultType(
                Signature(name: equals.name, types: pair.map(\.type), constants: [nil, nil], context: arguments.context))
            return TypedColumn(type, try equals.apply(pair, arguments.count, type, arguments.context, name: equals.name))
        }
        let isNullable = answers.contains { $0.type.isNullable }
        let result = try joined.apply(
            answers, arguments.count, isNullable ? .nullable(.uint8) : .uint8, arguments.context, name: joined.name)
        return isNullable || !arguments.type.isNullable
            ? result : .nullable(isNull: Array(repeating: false, count: arguments.count), result)
    }

    /// The type in which two values are compared; nil where they cannot be.
    private static func common(_ left: DataType, _ right: DataType) -> DataType? {
        if left.isNumber, right.isNumber { return .float64 }
        if left.isString, right.isString { return .string }
        if left.isString, right.isDateOrTime || right.enumNames != nil || right == .uuid { return right }
        if right.isString, left.isDateOrTime || left.enumNames != nil || left == .uuid { return left }
        if left.isDateOrTime, right.isDateOrTime { return Supertype.of(left, right) }
        if left.isDateOrTime && right.isNumber { return left }
        if right.isDateOrTime && left.isNumber { return right }
        if left.enumNames != nil, right.enumNames != nil { return .int16 }
        if let names = left.enumNames ?? right.enumNames, left.isNumber || right.isNumber { return .enum16(names) }
        if case .tuple(let members) = left, case .tuple(let others) = right {
            return members.count == others.count ? left : nil
        }
        return Supertype.of(left, right)
    }

    /// For each row -1, 0 or 1; 2 where a NaN makes all but `!=` false.
    static func compare(_ left: TypedColumn, _ right: TypedColumn, _ context: Context) throws -> [Int] {
        if left.type.isNumber, right.type.isNumber { return numbers(left.full, right.full) }
        // A constant text is read as the number it is compared with.
        if left.type.isNumber, right.type.isString, right.isConstant {
            return try compare(left, try Cast(context: context).column(right, to: left.type), context)
        }
        if right.type.isNumber, left.type.isString, left.isConstant {
            return try compare(try Cast(context: context).column(left, to: right.type), right, context)
        }
        if case .tuple(let members) = left.type, case .tuple(let others) = right.type,
            case .tuple(let columns, _) = left.full, case .tuple(let otherColumns, _) = right.full
        {
            var orders = Array(repeating: 0, count: left.count)
            for index in members.indices {
                let next = try compareMembers(
                    TypedColumn(members[index].type, columns[index]), TypedColumn(others[index].type, otherColumns[index]),
                    context)
                for row in orders.indices where orders[row] == 0 { orders[row] = next[row] }
            }
            return orders
        }
        guard let type = common(left.type, right.type) else { return [] }
        let cast = Cast(context: context)
        func converted(_ value: TypedColumn) throws -> Column {
            if value.type.isNumber || value.type.enumNames != nil && type == .int16 { return .int64(value.full.int64s) }
            return try cast.column(value, to: type).full
        }
        var (leftColumn, rightColumn) = (try converted(left), try converted(right))
        if [left.type, right.type].contains(where: { if case .fixedString = $0 { true } else { false } }) {
            // A FixedString is filled up with zeros, and so is what it is compared with.
            (leftColumn, rightColumn) = (leftColumn.withoutZeros, rightColumn.withoutZeros)
        }
        if case .int64 = leftColumn { rightColumn = .int64(rightColumn.int64s) }
        if case .int64 = rightColumn { leftColumn = .int64(leftColumn.int64s) }
        return (0..<left.count).map { leftColumn.compare($0, rightColumn, $0) }
    }

    private static func compareMembers(_ left: TypedColumn, _ right: TypedColumn, _ context: Context) throws -> [Int] {
        guard left.type.isNullable || right.type.isNullable else { return try compare(left, right, context) }
        let type = try Supertype.of([left.type, right.type])
        let cast = Cast(context: context)
        let (first, second) = (try cast.column(left, to: type).full, try cast.column(right, to: type).full)
        return (0..<left.count).map { first.compare($0, second, $0) }
    }

    private static func numbers(_ left: Column, _ right: Column) -> [Int] {
        func orders<Value: Comparable>(_ left: [Value], _ right: [Value]) -> [Int] {
            zip(left, right).map { $0 < $1 ? -1 : $0 == $1 ? 0 : $0 > $1 ? 1 : 2 }
        }
        let isReal = left.isReal || right.isReal
        if isReal { return orders(left.doubles, right.doubles) }
        switch (left, right) {
        case (.uint64(let left), .uint64(let right)): return orders(left, right)
        case (.uint64(let left), _):
            return zip(left, right.int64s).map { $1 < 0 ? 1 : $0 < UInt64($1) ? -1 : $0 == UInt64($1) ? 0 : 1 }
        case (_, .uint64(let right)):
            return zip(left.int64s, right).map { $0 < 0 ? -1 : UInt64($0) < $1 ? -1 : UInt64($0) == $1 ? 0 : 1 }
        default: return orders(left.int64s, right.int64s)
        }
    }

    private static func extreme(_ name: String, _ isBetter: @escaping @Sendable (Int) -> Bool) -> Function {
        Function(name, arity: 1...Function.anyNumber, anyCase: true, type: { try Supertype.of($0.types) }) { arguments in
            let cast = Cast(context: arguments.context)
            var best = try cast.column(arguments[0], to: arguments.type).full
            for index in 1..<max(1, arguments.values.count) {
                let next = try cast.column(arguments[index], to: arguments.type).full
                var joined = best
                joined.append(next)
                let count = arguments.count
                best = joined.taking((0..<count).map { isBetter(next.compare($0, best, $0)) ? count + $0 : $0 })
            }
            return best
        }
    }
}

extension Column {
    /// Texts without the zeros at their ends.
    fileprivate var withoutZeros: Column {
        guard case .text(let texts) = self else { return self }
        return .text(
            TextColumn(
                (0..<texts.count).map { row in
                    var text = texts[row]
                    while text.last == 0 { text.removeLast() }
                    return Array(text)
                }))
    }

    var isReal: Bool {
        switch self {
        case .float32, .float64: true
        default: false
        }
    }
}
