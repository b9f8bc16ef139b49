// Quantiles and medians: interpolated and exact.

/// Quantile aggregates.
enum QuantileAggregates {
    static let all: [AggregateDefinition] = [
        one("quantile", "median", isExact: false), one("quantileExact", "medianExact", isExact: true),
        several("quantiles", isExact: false), several("quantilesExact", isExact: true),
    ]

    private static func level(_ value: Value, _ name: String) throws -> Double {
        guard let level = value.number, (0...1).contains(level) else {
            throw EngineError(.parameterOutOfBound, "Quantile level is out of range [0..1] in aggregate function \(name)")
        }
        return level
    }

    private static func one(_ name: String, _ median: String, isExact: Bool) -> AggregateDefinition {
        AggregateDefinition(name, median) { request in
            guard request.parameters.count <= 1 else {
                throw EngineError(
                    .numberOfArgumentsDoesNotMatch, "Aggregate function \(request.name) requires one parameter or less")
            }
            let level = try request.parameters.first.map { try self.level($0, request.name) } ?? 0.5
            try request.expect(1...1)
            let argument = try request.number(0)
            let type: DataType = isExact || argument.isDateOrTime ? argument : .float64
            return AggregateFunction(name: request.name, type: type, argumentTypes: [argument]) {
                QuantileStates([level], argument, type, isExact: isExact, isArray: false)
            }
        }
    }

    private static func several(_ name: String, isExact: Bool) -> AggregateDefinition {
        AggregateDefinition(name) { request in
            let levels = try request.parameters.map { try level($0, request.name) }
            guard !levels.isEmpty else {
                throw EngineError(
                    .numberOfArgumentsDoesNotMatch, "Aggregate function \(request.name) requires at least one parameter")
            }
            try request.expect(1...1)
            let argument = try request.number(0)
            let type: DataType = isExact || argument.isDateOrTime ? argument : .float64
            return AggregateFunction(name: request.name, type: .array(type), argumentTypes: [argument]) {
                QuantileStates(levels, argument, type, isExact: isExact, isArray: true)
            }
        }
    }
}

/// All values of each group. ClickHouse's `quantile` keeps a sample of 8192; this one keeps them all.
private final class QuantileStates: AggregateStates {
    private let levels: [Double]
    private let type: DataType
    private let isExact: Bool
    private let isArray: Bool
    private var values: Column
    private var rows: [[Int]] = []

    init(_ levels: [Double], _ argument: DataType, _ type: DataType, isExact: Bool, isArray: Bool) {
        self.levels = levels
        self.type = type
        self.isExact = isExact
        self.isArray = isArray
        values = Column.empty(argument)
    }

    override func resize(_ groups: Int) { rows += repeatElement([], count: max(0, groups - rows.count)) }

    override func add(_ arguments: [Column], _ groups: [Int]) {
        let start = values.count
        values.append(arguments[0])
        let column = arguments[0]
        for (row, group) in groups.enumerated() {
            // NaN has no place in an order.
            if case .float64(let numbers) = column, numbers[row].isNaN { continue }
            rows[group].append(start + row)
        }
    }

    override func result() -> Column {
        var ends: [Int] = []
        var results: [Double] = []
        var exact: [Int] = []
        for group in rows.indices {
            let sorted = rows[group].sorted { values.compare($0, values, $1) < 0 }
            for level in levels {
                if isExact {
                    let place = level < 1 ? Int(level * Double(sorted.count)) : sorted.count - 1
                    exact.append(sorted.isEmpty ? -1 : sorted[place])
                } else {
                    results.append(interpolated(sorted, level))
                }
            }
            ends.append((group + 1) * levels.count)
        }
        let column = isExact ? ArrayFunctions.defaulted(values, exact, type) : Column.numbers(results, as: type)
        return isArray ? .array(ArrayColumn(ends: ends, values: column)) : column
    }

    private func interpolated(_ sorted: [Int], _ level: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        func number(_ place: Int) -> Double {
            if case .float64(let numbers) = values { return numbers[sorted[place]] }
            if case .float32(let numbers) = values { return Double(numbers[sorted[place]]) }
            if case .uint64(let numbers) = values { return Double(numbers[sorted[place]]) }
            return Double(values.int64s(sorted[place]))
        }
        let place = level * Double(sorted.count - 1)
        let low = Int(place)
        if low + 1 >= sorted.count { return number(sorted.count - 1) }
        let fraction = place - Double(low)
        return number(low) * (1 - fraction) + number(low + 1) * fraction
    }
}
