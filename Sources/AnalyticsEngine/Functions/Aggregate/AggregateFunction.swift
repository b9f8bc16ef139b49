// What an aggregate function is: a state for every group, filled column by column.

/// The states of one aggregate for all groups. Each function has its class.
class AggregateStates {
    /// Makes room for so many groups.
    func resize(_ groups: Int) {}

    /// Takes rows in; `groups` says of each row to which group it belongs.
    func add(_ arguments: [Column], _ groups: [Int]) throws {}

    /// What the states say, one row for each group.
    func result() throws -> Column { .nothing(0) }
}

/// An aggregate function for arguments of certain types.
struct AggregateFunction {
    /// The name that was called, combinators included.
    let name: String
    let type: DataType
    /// The types to which the arguments are converted first.
    let argumentTypes: [DataType]
    let makeStates: () -> AggregateStates
}

/// How aggregate functions are found: a name, and what makes a function for types.
struct AggregateDefinition: Sendable {
    /// What a call knows before there are rows.
    struct Request {
        let name: String
        let parameters: [Value]
        let types: [DataType]
        let context: Context

        /// Throws 42 unless there are so many arguments.
        func expect(_ count: ClosedRange<Int>) throws {
            guard count.contains(types.count) else {
                throw EngineError(
                    .numberOfArgumentsDoesNotMatch,
                    "Aggregate function \(name) requires \(count.lowerBound == count.upperBound ? "\(count.lowerBound)" : "\(count)") argument(s), but \(types.count) given"
                )
            }
        }

        func number(_ index: Int) throws -> DataType {
            guard types[index].isNumber || types[index].isDateOrTime && name.hasPrefix("quantile") else {
                throw EngineError(
                    .illegalTypeOfArgument, "Illegal type \(types[index].name) of argument for aggregate function \(name)")
            }
            return types[index]
        }

        /// Throws 133 where parameters are given that the function does not take.
        func expectNoParameters() throws {
            guard parameters.isEmpty else {
                throw EngineError(.aggregateFunctionDoesNotAllowParameters, "Aggregate function \(name) cannot have parameters")
            }
        }
    }

    let names: [String]
    var anyCase = false
    /// Whether the function itself looks at NULL (count, any with respect to NULL do not).
    var seesNulls = false
    let make: @Sendable (Request) throws -> AggregateFunction

    init(
        _ names: String..., anyCase: Bool = false, seesNulls: Bool = false,
        make: @escaping @Sendable (Request) throws -> AggregateFunction
    ) {
        self.names = names
        self.anyCase = anyCase
        self.seesNulls = seesNulls
        self.make = make
    }
}

/// Finds aggregate functions.
enum AggregateRegistry {
    private static let families: [[AggregateDefinition]] = [
        CountAggregates.all, SumAggregates.all, ChoiceAggregates.all, MomentAggregates.all, QuantileAggregates.all,
        ArrayAggregates.all, UniqAggregates.all, BitAggregates.all,
    ]

    private static let byName: [String: AggregateDefinition] = {
        var definitions: [String: AggregateDefinition] = [:]
        for definition in families.joined() {
            for name in definition.names {
                definitions[name] = definition
                if definition.anyCase { definitions[name.lowercased()] = definition }
            }
        }
        return definitions
    }()

    static let names: [String] = families.joined().flatMap(\.names)

    private static let combinators = ["If", "Array", "Distinct", "OrNull", "OrDefault"]

    private static func definition(_ name: String) -> AggregateDefinition? {
        if let found = byName[name] { return found }
        let lower = name.lowercased()
        return byName[lower].flatMap { $0.anyCase ? $0 : nil }
    }

    /// Whether a name is that of an aggregate function, combinators included.
    static func isAggregate(_ name: String) -> Bool {
        if definition(name) != nil { return true }
        return combinators.contains {
            name.hasSuffix($0) && name.count > $0.count && isAggregate(String(name.dropLast($0.count)))
        }
    }

    /// The function for a name and types. Throws 63 for a name that is none, 42, 43 and 133.
    static func function(_ request: AggregateDefinition.Request) throws -> AggregateFunction {
        if let definition = definition(request.name) { return try AggregateCombinators.withNulls(definition, request) }
        for combinator in combinators where request.name.hasSuffix(combinator) && request.name.count > combinator.count {
            let inner = String(request.name.dropLast(combinator.count))
            guard isAggregate(inner) else { continue }
            return try AggregateCombinators.combine(combinator, inner, request)
        }
        throw EngineError(
            .unknownAggregateFunction,
            "Unknown aggregate function \(request.name)." + EngineError.hint(request.name, among: names))
    }
}
