// GROUP BY: rows to groups by the bytes of their keys, states filled block by block.

/// Executes a grouping.
struct Aggregator {
    let aggregation: Aggregation
    let context: Context

    init(_ aggregation: Aggregation, _ context: Context) {
        self.aggregation = aggregation
        self.context = context
    }

    /// The groups of one grouping, in the order in which they were met.
    private final class Groups {
        var byKey: [[UInt8]: Int] = [:]
        var byNumber: [UInt64: Int] = [:]
        var count = 0
        var keys: [Column]
        let states: [AggregateStates]

        init(_ aggregation: Aggregation) {
            keys = aggregation.keys.map { Column.empty($0.type) }
            states = aggregation.calls.map { $0.function.makeStates() }
        }
    }

    func stream(_ input: BlockStream) -> BlockStream {
        var isDone = false
        weak var result: BlockStream?
        let stream = BlockStream { [self] in
            guard !isDone else { return nil }
            isDone = true
            var groupings = aggregation.groupings.map { _ in Groups(aggregation) }
            // What a total is made of: which group each row went to.
            var kept: [(arguments: [[Column]], groups: [Int])] = []
            while let block = try input.next() {
                guard block.count > 0 else { continue }
                let evaluator = Evaluator(block, context)
                let keys = try aggregation.keys.map { try evaluator.evaluate($0) }
                let arguments = try aggregation.calls.map { call in try call.arguments.map { try evaluator.evaluate($0).full } }
                for (index, mask) in aggregation.groupings.enumerated() {
                    let numbers = assign(keys, mask, block.count, groupings[index])
                    try fill(groupings[index], arguments, numbers)
                    if index == 0, aggregation.hasTotals { kept.append((arguments, numbers)) }
                }
            }
            if aggregation.isGlobal, groupings[0].count == 0 { groupings[0].count = 1 }
            var block = try finished(groupings[0])
            for groups in groupings.dropFirst() { block.append(try finished(groups)) }
            groupings.removeAll()
            let mask = try aggregation.having.map { try Evaluator(block, context).evaluate($0).full.truths }
            if aggregation.hasTotals { result?.totals = try totals(kept, mask, block) }
            return mask.map { block.filtered($0) } ?? block
        }
        result = stream
        return stream
    }

    /// The number of each row's group; a group that is new gets the next one.
    private func assign(_ keys: [TypedColumn], _ mask: [Bool], _ count: Int, _ groups: Groups) -> [Int] {
        guard !keys.isEmpty else {
            if count > 0 { groups.count = 1 }
            return Array(repeating: 0, count: count)
        }
        let columns = zip(keys, mask).map { key, isKept in isKept ? key.full : Column.defaults(key.type, count) }
        var fresh: [Int] = []
        var numbers: [Int] = []
        numbers.reserveCapacity(count)
        if columns.count == 1, let words = columns[0].isReal ? nil : columns[0].numbers(as: UInt64.self) {
            for (row, word) in words.enumerated() {
                if let known = groups.byNumber[word] {
                    numbers.append(known)
                } else {
                    groups.byNumber[word] = groups.count
                    numbers.append(groups.count)
                    groups.count += 1
                    fresh.append(row)
                }
            }
        } else {
            var key: [UInt8] = []
            for row in 0..<count {
                key.removeAll(keepingCapacity: true)
                for column in columns { column.appendKey(row, &key) }
                if let known = groups.byKey[key] {
                    numbers.append(known)
                } else {
                    groups.byKey[key] = groups.count
                    numbers.append(groups.count)
                    groups.count += 1
                    fresh.append(row)
                }
            }
        }
        for index in columns.indices { groups.keys[index].append(columns[index].taking(fresh)) }
        return numbers
    }

    private func fill(_ groups: Groups, _ arguments: [[Column]], _ numbers: [Int]) throws {
        for (states, columns) in zip(groups.states, arguments) {
            states.resize(groups.count)
            try states.add(columns, numbers)
        }
    }

    private func finished(_ groups: Groups) throws -> Block {
        var columns = zip(aggregation.keys, groups.keys).map { TypedColumn($0.type, $1) }
        for (call, states) in zip(aggregation.calls, groups.states) {
            states.resize(groups.count)
            columns.append(TypedColumn(call.function.type.stored, try states.result()))
        }
        return Block(columns, count: groups.count)
    }

    /// One row over all groups that HAVING leaves (totals_mode = 'after_having_exclusive'), or over all of them.
    private func totals(_ kept: [(arguments: [[Column]], groups: [Int])], _ mask: [Bool]?, _ block: Block) throws -> Block {
        let isBefore = context.settings.text("totals_mode") == "before_having"
        let groups = Groups(aggregation)
        groups.count = 1
        for (arguments, numbers) in kept {
            let rows = numbers.indices.filter { isBefore || mask?[numbers[$0]] != false }
            let columns = arguments.map { $0.map { $0.taking(rows) } }
            try fill(groups, columns, Array(repeating: 0, count: rows.count))
        }
        groups.keys = aggregation.keys.map { Column.defaults($0.type, 1) }
        return try finished(groups)
    }
}
