// How many different values: uniq and uniqExact.

/// Counting aggregates of different values. All are exact here; ClickHouse's `uniq` is, up to 65,536 values.
enum UniqAggregates {
    static let all: [AggregateDefinition] = [
        AggregateDefinition("uniq", "uniqExact", "uniqHLL12", make: make),
        AggregateDefinition("uniqCombined", "uniqCombined64", "uniqTheta", make: make),
        AggregateDefinition("uniqUpTo") { request in
            guard let limit = request.parameters.first?.integer, (1...100).contains(limit) else {
                throw EngineError(.argumentOutOfBound, "Aggregate function uniqUpTo needs a parameter from 1 to 100")
            }
            return AggregateFunction(name: request.name, type: .uint64, argumentTypes: request.types) {
                UniqStates(upTo: UInt64(limit))
            }
        },
    ]

    @Sendable private static func make(_ request: AggregateDefinition.Request) throws -> AggregateFunction {
        guard !request.types.isEmpty else {
            throw EngineError(.numberOfArgumentsDoesNotMatch, "Aggregate function \(request.name) requires at least one argument")
        }
        return AggregateFunction(name: request.name, type: .uint64, argumentTypes: request.types) { UniqStates(upTo: .max) }
    }
}

private final class UniqStates: AggregateStates {
    private var seen: [Set<[UInt8]>] = []
    private let limit: UInt64
    init(upTo limit: UInt64) { self.limit = limit }
    override func resize(_ groups: Int) { seen += repeatElement([], count: max(0, groups - seen.count)) }
    override func add(_ arguments: [Column], _ groups: [Int]) {
        for (row, group) in groups.enumerated() {
            var key: [UInt8] = []
            for argument in arguments { argument.appendKey(row, &key) }
            seen[group].insert(key)
        }
    }
    override func result() -> Column {
        .uint64(seen.map { limit < .max && UInt64($0.count) > limit ? limit + 1 : UInt64($0.count) })
    }
}
