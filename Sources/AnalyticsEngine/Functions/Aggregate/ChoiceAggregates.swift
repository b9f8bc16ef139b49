// Aggregates that choose one of a group's rows: min, max, any, anyLast, argMin, argMax.

/// Choosing aggregates.
enum ChoiceAggregates {
    static let all: [AggregateDefinition] = [
        choice("min", anyCase: true) { $0 < 0 }, choice("max", anyCase: true) { $0 > 0 },
        choice("any", "any_value", "first_value", anyCase: true) { _ in false },
        choice("anyLast", "last_value", anyCase: true) { _ in true },
        argument("argMin") { $0 < 0 }, argument("argMax") { $0 > 0 },
    ]

    private static func choice(
        _ names: String..., anyCase: Bool = false, _ replaces: @escaping @Sendable (Int) -> Bool
    ) -> AggregateDefinition {
        let make: @Sendable (AggregateDefinition.Request) throws -> AggregateFunction = { request in
            try request.expect(1...1)
            try request.expectNoParameters()
            let type = request.types[0]
            return AggregateFunction(name: request.name, type: type, argumentTypes: [type]) {
                ChoiceStates(type, type, compared: 0, replaces)
            }
        }
        switch names.count {
        case 1: return AggregateDefinition(names[0], anyCase: anyCase, make: make)
        case 2: return AggregateDefinition(names[0], names[1], anyCase: anyCase, make: make)
        default: return AggregateDefinition(names[0], names[1], names[2], anyCase: anyCase, make: make)
        }
    }

    private static func argument(_ name: String, _ replaces: @escaping @Sendable (Int) -> Bool) -> AggregateDefinition {
        AggregateDefinition(name) { request in
            try request.expect(2...2)
            let (value, key) = (request.types[0], request.types[1])
            return AggregateFunction(name: request.name, type: value, argumentTypes: [value, key]) {
                ChoiceStates(value, key, compared: 1, replaces)
            }
        }
    }
}

/// The chosen value of each group, and what it was chosen by.
private final class ChoiceStates: AggregateStates {
    private let type: DataType
    private var values: Column
    private var keys: Column
    private let compared: Int
    private let replaces: (Int) -> Bool
    /// The place of each group's value in `values`; -1 where there is none.
    private var places: [Int] = []

    init(_ type: DataType, _ key: DataType, compared: Int, _ replaces: @escaping (Int) -> Bool) {
        self.type = type
        values = Column.empty(type)
        keys = Column.empty(key)
        self.compared = compared
        self.replaces = replaces
    }

    override func resize(_ groups: Int) { places += repeatElement(-1, count: max(0, groups - places.count)) }

    override func add(_ arguments: [Column], _ groups: [Int]) {
        let candidates = arguments[compared]
        // The best row of this block for each group, then against what was kept.
        var best: [Int: Int] = [:]
        var order: [Int] = []
        for (row, group) in groups.enumerated() {
            if let known = best[group] {
                if replaces(candidates.compare(row, candidates, known)) { best[group] = row }
            } else {
                best[group] = row
                order.append(group)
            }
        }
        let winners = order.filter { group in
            places[group] < 0 || replaces(candidates.compare(best[group] ?? 0, keys, places[group]))
        }
        let start = values.count
        let rows = winners.map { best[$0] ?? 0 }
        values.append(arguments[0].taking(rows))
        keys.append(candidates.taking(rows))
        for (offset, group) in winners.enumerated() { places[group] = start + offset }
        compact()
    }

    /// Values that were replaced are let go once they are many.
    private func compact() {
        guard values.count > 4 * places.count + 1024 else { return }
        let kept = places.indices.filter { places[$0] >= 0 }
        let rows = kept.map { places[$0] }
        values = values.taking(rows)
        keys = keys.taking(rows)
        for (place, group) in kept.enumerated() { places[group] = place }
    }

    override func result() -> Column { ArrayFunctions.defaulted(values, places, type) }
}
