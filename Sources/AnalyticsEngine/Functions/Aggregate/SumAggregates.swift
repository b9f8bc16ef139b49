// count, sum and avg.

/// count().
enum CountAggregates {
    static let all: [AggregateDefinition] = [
        AggregateDefinition("count", anyCase: true) { request in
            try request.expect(0...1)
            try request.expectNoParameters()
            return AggregateFunction(name: request.name, type: .uint64, argumentTypes: request.types) { CountStates() }
        }
    ]
}

private final class CountStates: AggregateStates {
    private var counts: [UInt64] = []
    override func resize(_ groups: Int) { counts += repeatElement(0, count: max(0, groups - counts.count)) }
    override func add(_ arguments: [Column], _ groups: [Int]) { for group in groups { counts[group] += 1 } }
    override func result() -> Column { .uint64(counts) }
}

/// sum() and avg().
enum SumAggregates {
    static let all: [AggregateDefinition] = [
        AggregateDefinition("sum", anyCase: true) { try sum($0, wraps: false) },
        AggregateDefinition("sumWithOverflow") { try sum($0, wraps: true) },
        AggregateDefinition("sumKahan") { request in
            try request.expect(1...1)
            _ = try request.number(0)
            return AggregateFunction(name: request.name, type: .float64, argumentTypes: [.float64]) { KahanStates() }
        },
        AggregateDefinition("avg", anyCase: true) { request in
            try request.expect(1...1)
            let type = try request.number(0)
            return AggregateFunction(name: request.name, type: .float64, argumentTypes: [type]) { AverageStates() }
        },
        AggregateDefinition("avgWeighted") { request in
            try request.expect(2...2)
            _ = (try request.number(0), try request.number(1))
            return AggregateFunction(name: request.name, type: .float64, argumentTypes: [.float64, .float64]) { WeightedStates() }
        },
    ]

    private static func sum(_ request: AggregateDefinition.Request, wraps: Bool) throws -> AggregateFunction {
        try request.expect(1...1)
        try request.expectNoParameters()
        let argument = try request.number(0)
        let type: DataType
        if wraps {
            type = argument
        } else if argument.isFloat {
            type = .float64
        } else {
            type = .integer(IntegerType(bits: 64, isSigned: argument.integerType?.isSigned ?? false))
        }
        return AggregateFunction(name: request.name, type: type, argumentTypes: [argument]) {
            argument.isFloat ? RealSumStates(type) : WholeSumStates(type)
        }
    }
}

private final class WholeSumStates: AggregateStates {
    private let type: DataType
    private var sums: [Int64] = []
    init(_ type: DataType) { self.type = type }
    override func resize(_ groups: Int) { sums += repeatElement(0, count: max(0, groups - sums.count)) }
    override func add(_ arguments: [Column], _ groups: [Int]) {
        for (group, value) in zip(groups, arguments[0].int64s) { sums[group] &+= value }
    }
    override func result() -> Column { Column.numbers(sums, as: type) }
}

private final class RealSumStates: AggregateStates {
    private let type: DataType
    private var sums: [Double] = []
    init(_ type: DataType) { self.type = type }
    override func resize(_ groups: Int) { sums += repeatElement(0, count: max(0, groups - sums.count)) }
    override func add(_ arguments: [Column], _ groups: [Int]) {
        for (group, value) in zip(groups, arguments[0].doubles) { sums[group] += value }
    }
    override func result() -> Column { Column.numbers(sums, as: type) }
}

private final class KahanStates: AggregateStates {
    private var sums: [(sum: Double, compensation: Double)] = []
    override func resize(_ groups: Int) { sums += repeatElement((sum: 0, compensation: 0), count: max(0, groups - sums.count)) }
    override func add(_ arguments: [Column], _ groups: [Int]) {
        for (group, value) in zip(groups, arguments[0].doubles) {
            let corrected = value - sums[group].compensation
            let sum = sums[group].sum + corrected
            sums[group] = (sum, (sum - sums[group].sum) - corrected)
        }
    }
    override func result() -> Column { .float64(sums.map(\.sum)) }
}

private final class AverageStates: AggregateStates {
    private var whole: [Int64] = []
    private var real: [Double] = []
    private var counts: [Int] = []
    private var isReal = false
    private var isUnsigned = false
    override func resize(_ groups: Int) {
        let more = max(0, groups - counts.count)
        whole += repeatElement(0, count: more)
        real += repeatElement(0, count: more)
        counts += repeatElement(0, count: more)
    }
    override func add(_ arguments: [Column], _ groups: [Int]) {
        for group in groups { counts[group] += 1 }
        isUnsigned = arguments[0].isUnsigned
        if arguments[0].isReal {
            isReal = true
            for (group, value) in zip(groups, arguments[0].doubles) { real[group] += value }
        } else {
            for (group, value) in zip(groups, arguments[0].int64s) { whole[group] &+= value }
        }
    }
    override func result() -> Column {
        .float64(
            counts.indices.map { group in
                let sum = isReal ? real[group] : isUnsigned ? Double(UInt64(bitPattern: whole[group])) : Double(whole[group])
                return sum / Double(counts[group])
            })
    }
}

private final class WeightedStates: AggregateStates {
    private var sums: [(sum: Double, weight: Double)] = []
    override func resize(_ groups: Int) { sums += repeatElement((sum: 0, weight: 0), count: max(0, groups - sums.count)) }
    override func add(_ arguments: [Column], _ groups: [Int]) {
        let (values, weights) = (arguments[0].doubles, arguments[1].doubles)
        for row in groups.indices {
            sums[groups[row]].sum += values[row] * weights[row]
            sums[groups[row]].weight += weights[row]
        }
    }
    override func result() -> Column { .float64(sums.map { $0.sum / $0.weight }) }
}
