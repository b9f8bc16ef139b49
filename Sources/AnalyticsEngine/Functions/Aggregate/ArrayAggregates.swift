// Aggregates that give arrays: groupArray, groupUniqArray.

/// Array aggregates.
enum ArrayAggregates {
    static let all: [AggregateDefinition] = [
        AggregateDefinition("groupArray", "array_agg", anyCase: true) { try make($0, isUnique: false) },
        AggregateDefinition("groupUniqArray") { try make($0, isUnique: true) },
    ]

    private static func make(_ request: AggregateDefinition.Request, isUnique: Bool) throws -> AggregateFunction {
        try request.expect(1...1)
        var limit = Int.max
        if let parameter = request.parameters.first {
            guard let number = parameter.integer, number > 0 else {
                throw EngineError(.badArguments, "Parameter for aggregate function \(request.name) should be positive number")
            }
            limit = Int(number)
        }
        let type = request.types[0]
        return AggregateFunction(name: request.name, type: .array(type), argumentTypes: [type]) {
            GroupArrayStates(type, limit: limit, isUnique: isUnique)
        }
    }
}

private final class GroupArrayStates: AggregateStates {
    private var values: Column
    private var rows: [[Int]] = []
    private var seen: [Set<[UInt8]>] = []
    private let limit: Int
    private let isUnique: Bool

    init(_ type: DataType, limit: Int, isUnique: Bool) {
        values = Column.empty(type)
        self.limit = limit
        self.isUnique = isUnique
    }

    override func resize(_ groups: Int) {
        rows += repeatElement([], count: max(0, groups - rows.count))
        if isUnique { seen += repeatElement([], count: max(0, groups - seen.count)) }
    }

    override func add(_ arguments: [Column], _ groups: [Int]) {
        let start = values.count
        values.append(arguments[0])
        for (row, group) in groups.enumerated() where rows[group].count < limit {
            if isUnique {
                var key: [UInt8] = []
                arguments[0].appendKey(row, &key)
                guard seen[group].insert(key).inserted else { continue }
            }
            rows[group].append(start + row)
        }
    }

    override func result() -> Column {
        var ends: [Int] = []
        var all: [Int] = []
        for group in rows {
            all += group
            ends.append(all.count)
        }
        return .array(ArrayColumn(ends: ends, values: values.taking(all)))
    }
}
