// The right side of IN: a list, an array, a sub-query or a table, as a set of keys.

/// Builds sets.
struct SetBuilder {
    let planner: Planner
    let resolver: Resolver

    /// The set of an expression, its values converted to the type of the left side.
    func set(_ expression: Expression, for left: DataType) throws -> ValueSet {
        let wanted = left.isNullable ? left.core : left
        switch expression.kind {
        case .subquery(let query): return try set(try planner.run(query), wanted)
        case .name(let parts):
            if let query = planner.commonQuery(parts) { return try set(try planner.run(query), wanted) }
            if resolver.aliases[parts.joined(separator: ".")] == nil, try resolver.scope.find(parts) == nil {
                let name = QualifiedName(database: parts.count > 1 ? parts[0] : nil, name: parts[parts.count - 1])
                return try set(try planner.run(table: name), wanted)
            }
        default: break
        }
        return try set(values(expression, depth: depth(wanted)), wanted)
    }

    /// How many arrays and tuples stand inside each other.
    private func depth(_ type: DataType) -> Int {
        switch type {
        case .array(let element): 1 + depth(element)
        case .tuple(let members): 1 + (members.map { depth($0.type) }.max() ?? 0)
        case .nullable(let inner): depth(inner)
        default: 0
        }
    }

    /// The values of a list, each with its type. What is as deep as the left side is one value, not a list of them.
    private func values(_ expression: Expression, depth wanted: Int) throws -> [(Value, DataType)] {
        if case .call(let call) = expression.kind, call.name == "tuple" || call.name == "array" {
            let members = try call.arguments.map { try constant($0) }
            let type = DataType.tuple(members.map { TupleMember(name: nil, type: $0.1) })
            guard depth(type) <= wanted else { return members }
            if call.name == "tuple" { return [(.tuple(members.map(\.0)), type)] }
        }
        let (value, type) = try constant(expression)
        guard depth(type) > wanted else { return [(value, type)] }
        switch (value, type) {
        case (.tuple(let values), .tuple(let members)): return Array(zip(values, members.map(\.type)))
        case (.array(let values), .array(let element)): return values.map { ($0, element) }
        default: return [(value, type)]
        }
    }

    private func constant(_ expression: Expression) throws -> (Value, DataType) {
        let resolved = try resolver.resolve(expression)
        guard let value = resolved.constant else {
            throw EngineError(
                .badArguments, "The right side of IN must be constant, a table or a sub-query: \(expression.columnName)")
        }
        return (value, resolved.type)
    }

    /// A value that the left type cannot hold is left out, for nothing equals it.
    private func set(_ values: [(Value, DataType)], _ wanted: DataType) throws -> ValueSet {
        var keys: Set<[UInt8]> = []
        var hasNull = false
        // A number that the left type cannot hold exactly is looked for as a wider one.
        let cast = Cast(context: planner.context)
        for (value, type) in values {
            if value == .null {
                hasNull = true
                continue
            }
            guard let converted = try exactly(value, type, wanted, cast) else { continue }
            var key: [UInt8] = []
            converted.appendKey(0, &key)
            keys.insert(key)
        }
        return ValueSet(type: keys.isEmpty && !hasNull ? nil : wanted, keys: keys, hasNull: hasNull)
    }

    private func exactly(_ value: Value, _ type: DataType, _ wanted: DataType, _ cast: Cast) throws -> Column? {
        let source = TypedColumn(type, Column([value], type))
        if type.core.isNumber, wanted.isNumber {
            let converted = try cast.column(source, to: wanted).full
            let order = try ComparisonFunctions.compare(
                TypedColumn(wanted, converted), TypedColumn(type.core, Column([value], type.core)), planner.context)
            return order == [0] ? converted : nil
        }
        if wanted.enumNames != nil, type.core.isString {
            return try? cast.column(source, to: wanted).full
        }
        let plain = type.isNullable ? type.core : type
        guard
            plain == wanted || plain.isString || wanted.isString && plain.isString || plain.isDateOrTime == wanted.isDateOrTime
                || wanted.isDateOrTime
        else {
            throw EngineError(.typeMismatch, "Type mismatch in IN or VALUES section. Expected: \(wanted.name). Got: \(type.name)")
        }
        if wanted.isString, !plain.isString {
            throw EngineError(.typeMismatch, "Type mismatch in IN or VALUES section. Expected: \(wanted.name). Got: \(type.name)")
        }
        do {
            return try cast.column(TypedColumn(plain, Column([value], plain)), to: wanted).full
        } catch let error as EngineError where plain.isString && wanted.isNumber {
            throw EngineError(.typeMismatch, "Type mismatch in IN or VALUES section. Expected: \(wanted.name). \(error.message)")
        }
    }

    private func set(_ result: QueryResult, _ wanted: DataType) throws -> ValueSet {
        var columns = result.rows.columns
        if case .tuple(let members) = wanted, columns.count > 1 || members.count == 1 {
            guard columns.count == members.count else {
                throw EngineError(
                    .incorrectNumberOfColumns,
                    "Number of columns in section IN doesn't match. \(members.count) at left, \(columns.count) at right.")
            }
            let tuple = DataType.tuple(columns.map { TupleMember(name: nil, type: $0.type) })
            columns = [TypedColumn(tuple, .tuple(columns.map(\.full), count: result.rows.count))]
        }
        guard columns.count == 1 else {
            throw EngineError(
                .incorrectNumberOfColumns, "Number of columns in section IN doesn't match. 1 at left, \(columns.count) at right.")
        }
        let column = columns[0]
        let isNull = column.full.nullMask
        let rows = (0..<result.rows.count).filter { isNull?[$0] != true }
        let plain = TypedColumn(column.type.isNullable ? column.type.core : column.type, column.full.withoutNulls.taking(rows))
        let common = plain.type == wanted ? wanted : Supertype.of(plain.type, wanted) ?? wanted
        let keys = Set(Block.keys([try Cast(context: planner.context).column(plain, to: common)], plain.count))
        return ValueSet(type: common, keys: keys, hasNull: isNull?.contains(true) ?? false)
    }
}
