// Combinators: what makes an aggregate function of another (-If, -Distinct, -Array), and the care for NULL.

/// Makes aggregate functions of others.
enum AggregateCombinators {
    /// A function of a combinator's name.
    static func combine(_ combinator: String, _ name: String, _ request: AggregateDefinition.Request) throws -> AggregateFunction
    {
        var types = request.types
        switch combinator {
        case "If":
            guard let condition = types.popLast() else {
                throw EngineError(
                    .numberOfArgumentsDoesNotMatch,
                    "Aggregate function \(request.name) requires at least one argument: the condition")
            }
            guard condition.core.isInteger || condition.core == .nothing else {
                throw EngineError(
                    .illegalTypeOfArgument,
                    "Illegal type \(condition.name) of last argument for aggregate function \(request.name)")
            }
            let inner = try self.inner(name, types, request)
            return AggregateFunction(name: request.name, type: inner.type, argumentTypes: inner.argumentTypes + [condition]) {
                FilteredStates(inner.makeStates())
            }
        case "Array":
            let elements = try types.map { type -> DataType in
                guard case .array(let element) = type else {
                    throw EngineError(
                        .illegalTypeOfArgument,
                        "Illegal type \(type.name) of argument for aggregate function \(request.name). Must be array.")
                }
                return element
            }
            let inner = try self.inner(name, elements, request)
            return AggregateFunction(name: request.name, type: inner.type, argumentTypes: inner.argumentTypes.map { .array($0) })
            {
                FlattenedStates(inner.makeStates())
            }
        case "Distinct":
            let inner = try self.inner(name, types, request)
            return AggregateFunction(name: request.name, type: inner.type, argumentTypes: inner.argumentTypes) {
                DistinctStates(inner.makeStates())
            }
        default:
            let inner = try self.inner(name, types, request)
            let type = combinator == "OrNull" ? inner.type.madeNullable : inner.type
            return AggregateFunction(name: request.name, type: type, argumentTypes: inner.argumentTypes) {
                FallbackStates(inner.makeStates(), inner.type, orNull: combinator == "OrNull")
            }
        }
    }

    private static func inner(_ name: String, _ types: [DataType], _ request: AggregateDefinition.Request) throws
        -> AggregateFunction
    {
        try AggregateRegistry.function(
            AggregateDefinition.Request(name: name, parameters: request.parameters, types: types, context: request.context))
    }

    /// A function whose rows with NULL are left out; over no rows it is NULL.
    static func withNulls(_ definition: AggregateDefinition, _ request: AggregateDefinition.Request) throws -> AggregateFunction {
        guard !definition.seesNulls, request.types.contains(where: \.isNullable) else { return try definition.make(request) }
        if request.types.contains(.nullable(.nothing)),
            !["count", "uniq", "uniqExact"].contains(where: { definition.names.contains($0) })
        {
            return AggregateFunction(name: request.name, type: .nullable(.nothing), argumentTypes: request.types) {
                NothingStates()
            }
        }
        let plain = request.types.map { $0.isNullable ? ($0.core == .nothing ? .uint8 : $0.core) : $0 }
        let inner = try definition.make(
            AggregateDefinition.Request(
                name: request.name, parameters: request.parameters, types: plain, context: request.context))
        let keepsType =
            !inner.type.canBeNullable
            || definition.names.contains { ["count", "uniq", "uniqExact", "uniqCombined"].contains($0) }
        let countsNulls = request.context.quirks.averageCountsNulls && definition.names.contains("avg")
        return AggregateFunction(
            name: request.name, type: keepsType ? inner.type : inner.type.madeNullable,
            argumentTypes: zip(inner.argumentTypes, request.types).map { $1.isNullable ? .nullable($0) : $0 }
        ) { NullSkippingStates(inner.makeStates(), inner.type, givesNull: !keepsType, countsNulls: countsNulls) }
    }
}

/// Only the rows whose last argument is true.
private final class FilteredStates: AggregateStates {
    private let inner: AggregateStates
    init(_ inner: AggregateStates) { self.inner = inner }
    override func resize(_ groups: Int) { inner.resize(groups) }
    override func add(_ arguments: [Column], _ groups: [Int]) throws {
        let truths = arguments[arguments.count - 1].truths
        let rows = truths.indices.filter { truths[$0] }
        try inner.add(arguments.dropLast().map { $0.taking(rows) }, rows.map { groups[$0] })
    }
    override func result() throws -> Column { try inner.result() }
}

/// The elements of arrays, each as a row.
private final class FlattenedStates: AggregateStates {
    private let inner: AggregateStates
    init(_ inner: AggregateStates) { self.inner = inner }
    override func resize(_ groups: Int) { inner.resize(groups) }
    override func add(_ arguments: [Column], _ groups: [Int]) throws {
        guard let first = arguments.first?.arrays else { return }
        guard arguments.allSatisfy({ $0.arrays.ends == first.ends }) else {
            throw EngineError(.sizesOfArraysDoNotMatch, "All arrays passed to an aggregate function -Array must have equal sizes")
        }
        try inner.add(arguments.map(\.arrays.values), first.rowOfElements.map { groups[$0] })
    }
    override func result() throws -> Column { try inner.result() }
}

/// Equal rows of a group once.
private final class DistinctStates: AggregateStates {
    private let inner: AggregateStates
    private var seen: [Set<[UInt8]>] = []
    init(_ inner: AggregateStates) { self.inner = inner }
    override func resize(_ groups: Int) {
        inner.resize(groups)
        while seen.count < groups { seen.append([]) }
    }
    override func add(_ arguments: [Column], _ groups: [Int]) throws {
        var rows: [Int] = []
        for row in groups.indices {
            var key: [UInt8] = []
            for argument in arguments { argument.appendKey(row, &key) }
            if seen[groups[row]].insert(key).inserted { rows.append(row) }
        }
        try inner.add(arguments.map { $0.taking(rows) }, rows.map { groups[$0] })
    }
    override func result() throws -> Column { try inner.result() }
}

/// Rows with NULL in any argument left out; a group without any other row is NULL.
private final class NullSkippingStates: AggregateStates {
    private let inner: AggregateStates
    private let type: DataType
    private let givesNull: Bool
    private let countsNulls: Bool
    private var isSeen: [Bool] = []
    init(_ inner: AggregateStates, _ type: DataType, givesNull: Bool, countsNulls: Bool) {
        self.inner = inner
        self.type = type
        self.givesNull = givesNull
        self.countsNulls = countsNulls
    }
    override func resize(_ groups: Int) {
        inner.resize(groups)
        isSeen += repeatElement(false, count: max(0, groups - isSeen.count))
    }
    override func add(_ arguments: [Column], _ groups: [Int]) throws {
        let masks = arguments.compactMap(\.nullMask)
        let rows = groups.indices.filter { row in countsNulls || !masks.contains { $0[row] } }
        for row in rows { isSeen[groups[row]] = true }
        let columns = rows.count == groups.count ? arguments : arguments.map { $0.taking(rows) }
        try inner.add(columns.map { plain($0) }, rows.map { groups[$0] })
    }
    /// Where NULL counts, it counts as 0.
    private func plain(_ column: Column) -> Column {
        guard countsNulls, case .nullable(let isNull, let values) = column else { return column.withoutNulls }
        return values.taking(isNull.indices.map { isNull[$0] ? -1 : $0 })
    }
    override func result() throws -> Column {
        let result = try inner.result()
        guard givesNull else { return result }
        return .nullable(isNull: isSeen.map { !$0 }, result)
    }
}

/// What a group without rows gives: NULL, or the default.
private final class FallbackStates: AggregateStates {
    private let inner: AggregateStates
    private let type: DataType
    private let orNull: Bool
    private var isSeen: [Bool] = []
    init(_ inner: AggregateStates, _ type: DataType, orNull: Bool) {
        self.inner = inner
        self.type = type
        self.orNull = orNull
    }
    override func resize(_ groups: Int) {
        inner.resize(groups)
        isSeen += repeatElement(false, count: max(0, groups - isSeen.count))
    }
    override func add(_ arguments: [Column], _ groups: [Int]) throws {
        for group in groups { isSeen[group] = true }
        try inner.add(arguments, groups)
    }
    override func result() throws -> Column {
        let result = try inner.result()
        if case .nullable = type { return result }
        guard orNull, type.canBeNullable else {
            return ArrayFunctions.defaulted(result, isSeen.indices.map { isSeen[$0] ? $0 : -1 }, type)
        }
        return .nullable(isNull: isSeen.map { !$0 }, result)
    }
}

/// NULL for every group.
final class NothingStates: AggregateStates {
    private var groups = 0
    override func resize(_ groups: Int) { self.groups = groups }
    override func result() throws -> Column { Column.defaults(.nullable(.nothing), groups) }
}
