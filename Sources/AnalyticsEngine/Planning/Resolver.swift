// Resolves names and types: from the syntax of an expression to one that can be evaluated.

/// Resolves the expressions of one SELECT.
final class Resolver {
    let planner: Planner
    var context: Context { planner.context }
    var scope: Scope
    /// Expressions by their alias.
    var aliases: [String: Expression] = [:]
    private var lambdaParameters: [[String: TypedExpression]] = []
    private var inResolution: Set<String> = []
    private var resolvedAliases: [String: TypedExpression] = [:]
    private var isInsideAggregate = false
    /// The arguments of arrayJoin(), each known by the number of a parameter.
    private(set) var arrayJoins: [(id: Int, array: TypedExpression)] = []

    init(_ planner: Planner, _ scope: Scope) {
        self.planner = planner
        self.scope = scope
    }

    /// Notes the aliases of an expression and of its parts. Throws 179 where one means two things.
    func noteAliases(_ expression: Expression) throws {
        if let alias = expression.alias {
            if let known = aliases[alias], known !== expression, known.columnName != expression.columnName {
                throw EngineError(
                    .multipleExpressionsForAlias,
                    "Different expressions with the same alias \(alias): \(known.columnName) and \(expression.columnName)")
            }
            aliases[alias] = expression
        }
        switch expression.kind {
        case .call(let call): for argument in call.arguments { try noteAliases(argument) }
        case .lambda(_, let body): try noteAliases(body)
        default: break
        }
    }

    func resolve(_ expression: Expression) throws -> TypedExpression {
        if let alias = expression.alias, aliases[alias] === expression, lambdaParameters.isEmpty, !inResolution.contains(alias) {
            return try aliased(alias, expression)
        }
        return try resolveKind(expression)
    }

    private func aliased(_ alias: String, _ expression: Expression) throws -> TypedExpression {
        if let known = resolvedAliases[alias] {
            if isInsideAggregate, known.hasAggregate { throw nestedAggregate(expression.columnName) }
            return known
        }
        inResolution.insert(alias)
        defer { inResolution.remove(alias) }
        let resolved = try resolveKind(expression)
        if lambdaParameters.isEmpty { resolvedAliases[alias] = resolved }
        return resolved
    }

    private func nestedAggregate(_ name: String) -> EngineError {
        EngineError(.illegalAggregation, "Aggregate function \(name) is found inside another aggregate function in query")
    }

    private func resolveKind(_ expression: Expression) throws -> TypedExpression {
        switch expression.kind {
        case .literal(let value, let type, _): return .constant(TypedColumn(constant: value, type))
        case .name(let parts): return try name(parts)
        case .call(let call): return try self.call(call, expression)
        case .subquery(let query): return .constant(try planner.scalar(query))
        case .parameter(let name, let type): return .constant(try parameter(name, type))
        case .lambda:
            throw EngineError(.unexpectedASTStructure, "A lambda can only be an argument of a function that takes one")
        case .asterisk, .columns:
            throw EngineError(.unknownIdentifier, "Asterisk is not allowed here")
        }
    }

    private func parameter(_ name: String, _ typeText: String) throws -> TypedColumn {
        guard let text = context.parameters[name] else {
            throw EngineError(.unknownQueryParameter, "Substitution `\(name)` is not set")
        }
        let type = try TypeParser.type(typeText).stored
        do {
            let value = try ValueReader(context: context).value(Array(text.utf8)[...], type)
            return TypedColumn(constant: value, type)
        } catch let error as EngineError {
            throw EngineError(
                .badQueryParameter,
                "Value \(text) cannot be parsed as \(type.name) for query parameter '\(name)': \(error.message)")
        }
    }

    // MARK: Names

    private func name(_ parts: [String]) throws -> TypedExpression {
        if parts.count == 1 {
            for level in lambdaParameters.reversed() {
                if let found = level[parts[0]] { return found }
            }
        }
        let name = parts.joined(separator: ".")
        if let expression = aliases[name] {
            if !inResolution.contains(name) { return try aliased(name, expression) }
            if try scope.find(parts) == nil, !inColumnAlias.contains(name) {
                throw EngineError(.cyclicAliases, "Cyclic aliases: \(name)")
            }
        }
        if let column = try scope.find(parts) { return try self.column(column) }
        if let nested = nestedColumn(name) { return nested }
        if parts.count > 1 {
            // A member of a tuple.
            for cut in stride(from: parts.count - 1, through: 1, by: -1) {
                guard let base = try? self.name(Array(parts[..<cut])), case .tuple = base.type else { continue }
                return try parts[cut...].reduce(base) { inner, member in
                    try apply("tupleElement", [inner, .constant(TypedColumn(constant: .text(Array(member.utf8)), .string))])
                }
            }
        }
        if parts.count == 1, let outer = planner.commonExpression(name), inResolution.insert("outer " + name).inserted {
            defer { inResolution.remove("outer " + name) }
            return try resolve(outer)
        }
        let known = scope.columns.map(\.name) + aliases.keys.sorted()
        throw EngineError(
            .unknownIdentifier,
            "Unknown expression identifier `\(name)` in scope \(planner.scopeText)." + EngineError.hint(name, among: known))
    }

    private var inColumnAlias: Set<String> = []

    private func column(_ column: ScopeColumn) throws -> TypedExpression {
        guard let expression = column.expression else { return .column(column.slot, column.type) }
        guard inColumnAlias.insert(column.name).inserted else {
            throw EngineError(.cyclicAliases, "Cyclic aliases: \(column.name)")
        }
        defer { inColumnAlias.remove(column.name) }
        return try cast(try resolve(expression), to: column.type)
    }

    /// `n` where the table has `n.a` and `n.b`: an array of tuples, as Nested is read.
    private func nestedColumn(_ name: String) -> TypedExpression? {
        let members = scope.columns.filter { $0.name.hasPrefix(name + ".") && $0.expression == nil }
        guard !members.isEmpty, members.allSatisfy({ if case .array = $0.type.stored { true } else { false } }),
            let zip = FunctionRegistry.function("arrayZip")
        else { return nil }
        let types = members.map { member in
            TupleMember(name: String(member.name.dropFirst(name.count + 1)), type: member.type.stored.element ?? .nothing)
        }
        return .call(zip, "arrayZip", members.map { .column($0.slot, $0.type) }, .array(.tuple(types)))
    }

    // MARK: Calls

    private func call(_ call: Expression.Call, _ expression: Expression) throws -> TypedExpression {
        if call.hasWindow { throw EngineError(.notImplemented, "Window functions are not supported: \(call.name)") }
        switch call.name {
        case "in", "notIn", "globalIn", "globalNotIn", "nullIn", "notNullIn":
            return try isIn(call, isNegated: call.name.lowercased().contains("not"))
        case "exists":
            guard case .subquery(let query)? = call.arguments.first?.kind else { break }
            let isThere = try planner.run(query).rows.count > 0
            return .constant(TypedColumn(constant: .unsigned(isThere ? 1 : 0), .uint8))
        case "arrayJoin": return try arrayJoin(call)
        case "arrayReduce": return try arrayReduce(call)
        default: break
        }
        if let higher = HigherOrderRegistry.function(call.name) { return try higherOrder(higher, call) }
        if FunctionRegistry.function(call.name) == nil, AggregateRegistry.isAggregate(call.name) {
            return try aggregate(call, expression)
        }
        guard call.parameters == nil else {
            throw EngineError(
                .unknownAggregateFunction,
                "Unknown aggregate function \(call.name)." + EngineError.hint(call.name, among: AggregateRegistry.names))
        }
        return try apply(call.name, try arguments(call))
    }

    /// The arguments, `*` replaced by what it shows.
    private func arguments(_ call: Expression.Call) throws -> [TypedExpression] {
        try call.arguments.flatMap { argument -> [TypedExpression] in
            switch argument.kind {
            case .asterisk, .columns: return try planner.expand(argument, scope).map { try resolve($0) }
            default: return [try resolve(argument)]
            }
        }
    }

    /// A call of an ordinary function; a constant where all arguments are.
    func apply(_ name: String, _ arguments: [TypedExpression]) throws -> TypedExpression {
        guard let function = FunctionRegistry.function(name) else {
            throw EngineError(
                .unknownFunction,
                "Function with name \(name) does not exist." + EngineError.hint(name, among: FunctionRegistry.names))
        }
        let signature = Signature(
            name: function.names.contains(name) ? name : function.name, types: arguments.map(\.type),
            constants: arguments.map(\.constant), context: context)
        let type = try function.resultType(signature)
        if function.name == "if", let condition = arguments[0].constant, arguments[0].type.core.isNumber || condition == .null {
            let isTrue = condition != .null && condition.number != 0
            return try cast(arguments[isTrue ? 1 : 2], to: type)
        }
        guard function.isFoldable, arguments.allSatisfy({ $0.constant != nil }) else {
            return .call(function, signature.name, arguments, type)
        }
        let values = arguments.map { argument -> TypedColumn in
            if case .constant(let column) = argument.kind { return column }
            return TypedColumn(constant: .null, argument.type)
        }
        let result = try function.apply(values, 1, type, context, name: signature.name)
        return .constant(TypedColumn(type, constant: result, count: 1))
    }

    func cast(_ expression: TypedExpression, to type: DataType) throws -> TypedExpression {
        if expression.type == type.stored { return expression }
        return try apply("CAST", [expression, .constant(TypedColumn(constant: .text(Array(type.name.utf8)), .string))])
    }

    private func aggregate(_ call: Expression.Call, _ expression: Expression) throws -> TypedExpression {
        guard !isInsideAggregate else { throw nestedAggregate(expression.columnName) }
        guard planner.allowsAggregates else {
            throw EngineError(.illegalAggregation, "Aggregate function \(expression.columnName) is found in WHERE in query")
        }
        isInsideAggregate = true
        defer { isInsideAggregate = false }
        let arguments = try self.arguments(call)
        let parameters = try (call.parameters ?? []).map { parameter -> Value in
            guard let value = try resolve(parameter).constant else {
                throw EngineError(
                    .parametersToAggregateFunctionsMustBeLiterals,
                    "Parameters to aggregate functions must be constants: \(parameter.columnName)")
            }
            return value
        }
        var name = call.name
        if call.isDistinct {
            name = name.lowercased() == "count" ? "uniqExact" : name + "Distinct"
            if arguments.count > 1, name == "uniqExact" { name = "uniqExact" }
        }
        let function = try AggregateRegistry.function(
            AggregateDefinition.Request(name: name, parameters: parameters, types: arguments.map(\.type), context: context))
        let converted = try zip(arguments, function.argumentTypes).map { try cast($0, to: $1) }
        let shown = "\(name)\(parameters)(\(converted.map(\.signature).joined(separator: ",")))"
        return TypedExpression(
            .aggregate(AggregateCall(function: function, arguments: converted)), function.type.stored, signature: shown)
    }

    private func higherOrder(_ function: HigherOrderFunction, _ call: Expression.Call) throws -> TypedExpression {
        guard let first = call.arguments.first else {
            throw EngineError(.numberOfArgumentsDoesNotMatch, "Function \(function.name) needs at least one array argument")
        }
        var body: TypedExpression?
        var ids: [Int] = []
        let arrayArguments: [Expression]
        if case .lambda = first.kind {
            arrayArguments = Array(call.arguments.dropFirst())
        } else {
            arrayArguments = call.arguments
        }
        var arrays = try arrayArguments.map { try resolve($0) }
        for (index, array) in arrays.enumerated() {
            if case .map(let key, let value) = array.type, let keys = FunctionRegistry.function("mapKeys"), arrays.count == 1,
                let values = FunctionRegistry.function("mapValues")
            {
                arrays = [.call(keys, "mapKeys", [array], .array(key)), .call(values, "mapValues", [array], .array(value))]
                break
            }
            guard case .array = array.type else {
                throw EngineError(
                    .illegalTypeOfArgument,
                    "Argument \(index + 2) of function \(function.name) must be array. Found \(array.type.name) instead")
            }
        }
        if case .lambda(let names, let lambda) = first.kind {
            guard names.count == arrays.count else {
                throw EngineError(
                    .numberOfArgumentsDoesNotMatch,
                    "Function \(function.name) needs one array argument for each of the \(names.count) parameters of its lambda, not \(arrays.count)"
                )
            }
            var level: [String: TypedExpression] = [:]
            for (name, array) in zip(names, arrays) {
                let id = planner.nextParameter()
                ids.append(id)
                level[name] = TypedExpression(.parameter(id), array.type.element?.stored ?? .nothing, signature: "@\(id)")
            }
            lambdaParameters.append(level)
            defer { lambdaParameters.removeLast() }
            body = try resolve(lambda)
        } else if function.needsLambda {
            throw EngineError(.illegalTypeOfArgument, "First argument for function \(function.name) must be a lambda function")
        }
        guard let element = arrays.first?.type.element else {
            throw EngineError(.numberOfArgumentsDoesNotMatch, "Function \(function.name) needs at least one array argument")
        }
        let mapped = body?.type ?? element
        if function.isCondition, !mapped.core.isInteger, mapped.core != .nothing {
            throw EngineError(.illegalTypeOfArgument, "Unexpected type of filter column: \(mapped.name). Expected: UInt8")
        }
        return .higherOrder(function, ids, body, arrays, try function.type(element, mapped).stored)
    }

    private func arrayJoin(_ call: Expression.Call) throws -> TypedExpression {
        guard call.arguments.count == 1 else {
            throw EngineError(.numberOfArgumentsDoesNotMatch, "Function arrayJoin requires exactly one argument")
        }
        var array = try resolve(call.arguments[0])
        if case .map = array.type { array = try cast(array, to: .array(array.type.element ?? .nothing)) }
        guard case .array(let element) = array.type else {
            throw EngineError(.illegalTypeOfArgument, "Argument for function arrayJoin must be Array, not \(array.type.name)")
        }
        let id = arrayJoins.first { $0.array.signature == array.signature }?.id ?? -planner.nextParameter()
        if !arrayJoins.contains(where: { $0.id == id }) { arrayJoins.append((id, array)) }
        return TypedExpression(.parameter(id), element.stored, signature: "@\(id)")
    }

    /// `arrayReduce('sum', array)`: an aggregate over the elements of each row's array.
    private func arrayReduce(_ call: Expression.Call) throws -> TypedExpression {
        guard call.arguments.count >= 2, case .text(let bytes)? = try resolve(call.arguments[0]).constant else {
            throw EngineError(
                .illegalTypeOfArgument,
                "First argument for function arrayReduce must be constant string: name of aggregate function")
        }
        var parser = Parser(bytes)
        let parsed = try parser.expression()
        var (name, parameters) = (String(decoding: bytes, as: UTF8.self), [Value]())
        if case .call(let inner) = parsed.kind {
            name = inner.name
            parameters = try inner.arguments.map { try resolve($0).constant ?? .null }
        }
        let arrays = try call.arguments.dropFirst().map { try resolve($0) }
        let elements = try arrays.map { array -> DataType in
            guard case .array(let element) = array.type else {
                throw EngineError(
                    .illegalTypeOfArgument, "Arguments of function arrayReduce must be arrays, not \(array.type.name)")
            }
            return element
        }
        let aggregate = try AggregateRegistry.function(
            AggregateDefinition.Request(name: name, parameters: parameters, types: elements, context: context))
        let make = aggregate.makeStates
        let types = aggregate.argumentTypes
        let function = Function.reducing(name, aggregate.type, types, AggregateStateMaker(make: make))
        return .call(function, "arrayReduce", arrays, aggregate.type.stored)
    }

    // MARK: IN

    private func isIn(_ call: Expression.Call, isNegated: Bool) throws -> TypedExpression {
        guard call.arguments.count == 2 else {
            throw EngineError(.numberOfArgumentsDoesNotMatch, "Function \(call.name) requires two arguments")
        }
        let left = try resolve(call.arguments[0])
        if left.type == .nullable(.nothing), !context.settings.isOn("transform_null_in") {
            return .constant(TypedColumn(constant: .null, .nullable(.uint8)))
        }
        let set = try SetBuilder(planner: planner, resolver: self).set(call.arguments[1], for: left.type)
        let isNullable = left.type.isNullable && !context.settings.isOn("transform_null_in")
        let type: DataType = isNullable ? .nullable(.uint8) : .uint8
        guard let wanted = set.type else {
            if isNullable {
                return TypedExpression(.isIn(left, set, isNegated: isNegated), type, signature: "in\(planner.nextParameter())")
            }
            return .constant(TypedColumn(constant: .unsigned(isNegated ? 1 : 0), .uint8))
        }
        let converted =
            wanted == (left.type.isNullable ? left.type.core : left.type)
            ? left : try cast(left, to: left.type.isNullable ? .nullable(wanted) : wanted)
        let result = TypedExpression(
            .isIn(converted, set, isNegated: isNegated), type, signature: "in\(planner.nextParameter())(\(converted.signature))")
        guard case .constant(let column) = converted.kind else { return result }
        let answer = try set.contains(column, isNegated: isNegated, type, context)
        return .constant(TypedColumn(type, constant: answer.full, count: 1))
    }
}

/// What makes states, as a value that can be kept in a function.
struct AggregateStateMaker: @unchecked Sendable {  // because it is only called on the thread of its own statement
    let make: () -> AggregateStates
}

extension Function {
    /// An aggregate over the elements of each row's arrays, as a function.
    static func reducing(_ name: String, _ type: DataType, _ types: [DataType], _ maker: AggregateStateMaker) -> Function {
        Function("arrayReduce_" + name, arity: 1...anyNumber, nulls: .own, isFoldable: false, type: { _ in type }) { arguments in
            let cast = Cast(context: arguments.context)
            let arrays = try arguments.values.indices.map { index in
                try cast.column(arguments[index], to: .array(types[index])).full.arrays
            }
            guard arrays.allSatisfy({ $0.ends == arrays[0].ends }) else {
                throw EngineError(.sizesOfArraysDoNotMatch, "All arrays of function arrayReduce must have equal sizes")
            }
            let states = maker.make()
            states.resize(arguments.count)
            try states.add(arrays.map(\.values), arrays[0].rowOfElements)
            return try states.result()
        }
    }
}
