// Evaluates expressions over a block, column by column.

/// The evaluation of expressions over one block; equal parts are computed once.
final class Evaluator {
    private let context: Context
    private let block: Block
    /// In the body of a lambda: what the rows are taken from, and which of its rows each is.
    private let outer: (evaluator: Evaluator, rows: [Int])?
    private let parameters: [Int: TypedColumn]
    private var computed: [ObjectIdentifier: TypedColumn] = [:]
    private var slots: [Int: TypedColumn] = [:]
    let count: Int

    init(_ block: Block, _ context: Context) {
        self.block = block
        self.context = context
        outer = nil
        parameters = [:]
        count = block.count
    }

    private init(body outer: Evaluator, rows: [Int], parameters: [Int: TypedColumn]) {
        block = outer.block
        context = outer.context
        self.outer = (outer, rows)
        self.parameters = parameters
        count = rows.count
    }

    /// The values of an expression for every row.
    func evaluate(_ expression: TypedExpression) throws -> TypedColumn {
        switch expression.kind {
        case .column(let slot):
            guard slot < block.columns.count else {
                throw EngineError(.logicalError, "A column is read that the step before does not give")
            }
            return column(slot)
        case .constant(var column):
            column.count = count
            return column
        case .parameter(let id):
            if let found = parameters[id] { return found }
            guard let outer else { throw EngineError(.logicalError, "A lambda's parameter is used outside of it") }
            return try outer.evaluator.evaluate(expression).taking(outer.rows)
        case .aggregate: throw EngineError(.illegalAggregation, "An aggregate function is used where there are no groups")
        default: break
        }
        let key = ObjectIdentifier(expression)
        if let known = computed[key] { return known }
        let result = try compute(expression)
        computed[key] = result
        return result
    }

    private func column(_ slot: Int) -> TypedColumn {
        guard let outer else { return block.columns[slot] }
        if let known = slots[slot] { return known }
        let column = outer.evaluator.column(slot).taking(outer.rows)
        slots[slot] = column
        return column
    }

    private func compute(_ expression: TypedExpression) throws -> TypedColumn {
        switch expression.kind {
        case .call(let function, let name, let arguments):
            if let chosen = try lazily(function, arguments, expression.type) { return chosen }
            return try call(function, name, try arguments.map { try evaluate($0) }, expression.type)
        case .higherOrder(let function, let ids, let body, let arguments):
            return try higherOrder(function, ids, body, try arguments.map { try evaluate($0) }, expression.type)
        case .isIn(let value, let set, let isNegated):
            return try set.contains(try evaluate(value), isNegated: isNegated, expression.type, context)
        default: throw EngineError(.logicalError, "The expression cannot be evaluated")
        }
    }

    private func call(_ function: Function, _ name: String, _ values: [TypedColumn], _ type: DataType) throws -> TypedColumn {
        if function.isFoldable, !values.isEmpty, values.allSatisfy(\.isConstant) {
            var ones = values
            for index in ones.indices { ones[index].count = 1 }
            let result = try function.apply(ones, 1, type, context, name: name)
            return TypedColumn(type, constant: result, count: count)
        }
        let result = TypedColumn(type, try function.apply(values, count, type, context, name: name))
        guard result.column.count == count else {
            throw EngineError(.logicalError, "Function \(name) gave \(result.column.count) rows of \(count)")
        }
        return result
    }

    /// `if` evaluates each branch only for the rows that take it, so that `if(x = 0, 0, intDiv(1, x))` is safe.
    private func lazily(_ function: Function, _ arguments: [TypedExpression], _ type: DataType) throws -> TypedColumn? {
        guard function.name == "if", arguments.count == 3, outer == nil, parameters.isEmpty,
            arguments.dropFirst().contains(where: { !$0.children.isEmpty })
        else { return nil }
        let condition = try evaluate(arguments[0])
        guard condition.type.core.isNumber else { return nil }
        let truths = condition.full.truths
        let chosen = (1...2).map { index in truths.indices.filter { truths[$0] == (index == 1) } }
        if chosen[0].count == count || chosen[1].count == count, count > 0 {
            return try Cast(context: context).column(try evaluate(arguments[chosen[0].count == count ? 1 : 2]), to: type)
        }
        var joined = Column.empty(type)
        var places = Array(repeating: 0, count: count)
        for index in 0...1 {
            let rows = chosen[index]
            let branch = Evaluator(block.taking(rows), context)
            let value = try Cast(context: context).column(try branch.evaluate(arguments[index + 1]), to: type)
            for (place, row) in rows.enumerated() { places[row] = joined.count + place }
            joined.append(value.full)
        }
        return TypedColumn(type, joined.taking(places))
    }

    private func higherOrder(
        _ function: HigherOrderFunction, _ ids: [Int], _ body: TypedExpression?, _ values: [TypedColumn], _ type: DataType
    ) throws -> TypedColumn {
        let arrays = values.map { $0.full.arrays }
        let first = arrays[0]
        for other in arrays.dropFirst() where other.ends != first.ends {
            throw EngineError(
                .sizesOfArraysDoNotMatch, "All arrays passed to function \(function.name) must have equal sizes")
        }
        let rows = first.rowOfElements
        var mapped = TypedColumn(values[0].type.element?.stored ?? .nothing, first.values)
        if let body {
            var parameters: [Int: TypedColumn] = [:]
            for (index, id) in ids.enumerated() {
                parameters[id] = TypedColumn(values[index].type.element?.stored ?? .nothing, arrays[index].values)
            }
            mapped = try Evaluator(body: self, rows: rows, parameters: parameters).evaluate(body)
        }
        let result = try function.compute(
            HigherOrderFunction.Input(
                mapped: mapped, array: first, element: values[0].type.element?.stored ?? .nothing, hasLambda: body != nil,
                type: type, context: context))
        return TypedColumn(type, result)
    }
}

extension ValueSet {
    /// Whether each row's value is in the set, 0, 1 or NULL.
    func contains(_ value: TypedColumn, isNegated: Bool, _ type: DataType, _ context: Context) throws -> TypedColumn {
        let full = value.full
        let isNull = full.nullMask
        let nullsAreEqual = context.settings.isOn("transform_null_in")
        var answers: [UInt8] = []
        answers.reserveCapacity(value.count)
        let values = full.withoutNulls
        var key: [UInt8] = []
        for row in 0..<value.count {
            if isNull?[row] == true {
                answers.append((nullsAreEqual && hasNull) != isNegated ? 1 : 0)
                continue
            }
            key.removeAll(keepingCapacity: true)
            values.appendKey(row, &key)
            answers.append(keys.contains(key) != isNegated ? 1 : 0)
        }
        guard type.isNullable, let isNull else { return TypedColumn(type, .uint8(answers)) }
        return TypedColumn(type, .nullable(isNull: isNull, .uint8(answers)))
    }
}
