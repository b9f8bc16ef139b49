// groupBitAnd, groupBitOr, groupBitXor.

/// Bit aggregates.
enum BitAggregates {
    static let all: [AggregateDefinition] = [
        bits("groupBitAnd", "BIT_AND", initial: .max) { $0 & $1 }, bits("groupBitOr", "BIT_OR", initial: 0) { $0 | $1 },
        bits("groupBitXor", "BIT_XOR", initial: 0) { $0 ^ $1 },
    ]

    private static func bits(
        _ name: String, _ other: String, initial: UInt64, _ join: @escaping @Sendable (UInt64, UInt64) -> UInt64
    ) -> AggregateDefinition {
        AggregateDefinition(name, other, anyCase: true) { request in
            try request.expect(1...1)
            guard request.types[0].isInteger else {
                throw EngineError(
                    .illegalTypeOfArgument,
                    "The type \(request.types[0].name) of argument for aggregate function \(request.name) is illegal")
            }
            let type = request.types[0]
            return AggregateFunction(name: request.name, type: type, argumentTypes: [type]) { BitStates(type, initial, join) }
        }
    }
}

private final class BitStates: AggregateStates {
    private let type: DataType
    private let initial: UInt64
    private let join: (UInt64, UInt64) -> UInt64
    private var words: [UInt64] = []
    init(_ type: DataType, _ initial: UInt64, _ join: @escaping (UInt64, UInt64) -> UInt64) {
        self.type = type
        self.initial = initial
        self.join = join
    }
    override func resize(_ groups: Int) { words += repeatElement(initial, count: max(0, groups - words.count)) }
    override func add(_ arguments: [Column], _ groups: [Int]) {
        for (group, word) in zip(groups, arguments[0].uint64s) { words[group] = join(words[group], word) }
    }
    override func result() -> Column { Column.numbers(words, as: type) }
}
