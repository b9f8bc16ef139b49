// Executes plans: every step is a stream of blocks over the streams before it.

/// Executes plans of one statement.
struct Executor {
    let planner: Planner
    private var context: Context { planner.context }

    init(_ planner: Planner) { self.planner = planner }

    /// The blocks that a node gives.
    func stream(_ node: PlanNode) throws -> BlockStream {
        switch node {
        case .rows(let block): return BlockStream([block])
        case .scan(let table, let needed): return scan(table, needed)
        case .numbers(let start, let count, let areZeros): return numbers(start, count, areZeros)
        case .filter(let input, let condition): return filter(try stream(input), condition)
        case .extend(let input, let expressions):
            let context = context
            func extended(_ block: Block) throws -> Block {
                let evaluator = Evaluator(block, context)
                return Block(block.columns + (try expressions.map { try evaluator.evaluate($0) }), count: block.count)
            }
            return try stream(input).mapped(totals: extended, extended)
        case .project(let input, let expressions): return project(try stream(input), expressions)
        case .arrayJoin(let input, let slots, let isLeft): return arrayJoin(try stream(input), slots, isLeft)
        case .aggregate(let input, let aggregation): return Aggregator(aggregation, context).stream(try stream(input))
        case .sort(let input, let terms, let limit): return Sorter(terms, limit: limit).stream(try stream(input))
        case .distinct(let input, let slots): return distinct(try stream(input), slots)
        case .limit(let input, let offset, let count, let ties): return limit(try stream(input), offset, count, ties)
        case .limitBy(let input, let offset, let count, let slots): return limitBy(try stream(input), offset, count, slots)
        case .union(let inputs):
            var rest = try inputs.map { try stream($0) }[...]
            return BlockStream {
                while let first = rest.first {
                    if let block = try first.next() { return block }
                    rest.removeFirst()
                }
                return nil
            }
        case .join(let left, let right, let plan):
            return Joiner(plan, context).stream(try stream(left), try stream(right))
        }
    }

    // MARK: Sources

    private func scan(_ table: Table, _ needed: Set<Int>?) -> BlockStream {
        let planner = planner
        let columns = table.columns.filter(\.isStored)
        if table.blocks.isEmpty {
            let empty = columns.map { TypedColumn($0.type.stored, Column.empty($0.type.stored)) }
            return BlockStream([Block(empty, count: 0)])
        }
        var rest = table.blocks[...]
        return BlockStream {
            guard var block = rest.popFirst() else { return nil }
            if let needed {
                for slot in block.columns.indices where !needed.contains(slot) {
                    block.columns[slot] = TypedColumn(.nothing, .nothing(block.count))
                }
            }
            try planner.noteRead(block)
            return block
        }
    }

    private func numbers(_ start: UInt64, _ count: UInt64?, _ areZeros: Bool) -> BlockStream {
        let planner = planner
        let size = UInt64(max(1, min(context.settings.integer("max_block_size"), 1 << 20)))
        var next = start
        var left = count
        var isFirst = true
        return BlockStream {
            let rows = min(left ?? size, size)
            if rows == 0, !isFirst { return nil }
            isFirst = false
            left = left.map { $0 - rows }
            let column: TypedColumn
            if areZeros {
                column = TypedColumn(.uint8, .uint8(Array(repeating: 0, count: Int(rows))))
            } else {
                column = TypedColumn(.uint64, .uint64((0..<rows).map { next &+ $0 }))
            }
            next = next &+ rows
            let block = Block([column], count: Int(rows))
            try planner.noteRead(block)
            return block
        }
    }

    // MARK: Rows that go

    private func filter(_ input: BlockStream, _ condition: TypedExpression) -> BlockStream {
        let context = context
        return input.mapped { block in
            let value = try Evaluator(block, context).evaluate(condition)
            if value.isConstant {
                return value.column.truths.first == true ? block : block.slice(0..<0)
            }
            return block.filtered(value.full.truths)
        }
    }

    private func project(_ input: BlockStream, _ expressions: [TypedExpression]) -> BlockStream {
        let context = context
        func projected(_ block: Block) throws -> Block {
            let evaluator = Evaluator(block, context)
            return Block(try expressions.map { try evaluator.evaluate($0) }, count: block.count)
        }
        return input.mapped(totals: projected, projected)
    }

    private func distinct(_ input: BlockStream, _ slots: [Int]) -> BlockStream {
        var seen: Set<[UInt8]> = []
        return input.mapped { block in
            let keys = Block.keys(slots.map { block.columns[$0] }, block.count)
            return block.filtered(keys.map { seen.insert($0).inserted })
        }
    }

    private func limit(_ input: BlockStream, _ offset: Int, _ count: Int?, _ ties: [SortTerm]?) -> BlockStream {
        var skipped = 0
        var left = count ?? Int.max
        var isDone = false
        var last: Block?
        var rows = 0
        weak var result: BlockStream?
        let stream = BlockStream {
            while !isDone, let block = try input.next() {
                rows += block.count
                let skip = min(offset - skipped, block.count)
                skipped += skip
                let take = min(left, block.count - skip)
                left -= take
                var end = skip + take
                if left == 0, let ties, end > 0 || last != nil {
                    let sorter = Sorter(ties, limit: nil)
                    let reference = take > 0 ? block.slice(end - 1..<end) : last
                    while let reference, end < block.count, sorter.compare(reference, 0, block, end) == 0 { end += 1 }
                    isDone = end < block.count
                    last = reference
                } else if left == 0, count != nil {
                    isDone = true
                }
                if end > skip || block.count == 0 { return block.slice(skip..<max(skip, end)) }
            }
            result?.totals = input.totals
            result?.rowsBeforeLimit = rows
            return nil
        }
        result = stream
        return stream
    }

    private func limitBy(_ input: BlockStream, _ offset: Int, _ count: Int, _ slots: [Int]) -> BlockStream {
        var counts: [[UInt8]: Int] = [:]
        return input.mapped { block in
            let keys = Block.keys(slots.map { block.columns[$0] }, block.count)
            return block.filtered(
                keys.map { key in
                    let number = counts[key, default: 0]
                    counts[key] = number + 1
                    return number >= offset && number - offset < count
                })
        }
    }

    private func arrayJoin(_ input: BlockStream, _ slots: [Int], _ isLeft: Bool) -> BlockStream {
        func joined(_ block: Block) throws -> Block {
            let arrays = slots.map { block.columns[$0].full.arrays }
            guard let first = arrays.first else { return block }
            for other in arrays where other.ends != first.ends {
                throw EngineError(.sizesOfArraysDoNotMatch, "Sizes of ARRAY-JOIN-ed arrays do not match")
            }
            var rows: [Int] = []
            var places: [Int] = []
            for row in 0..<block.count {
                let range = first.range(row)
                if range.isEmpty, isLeft {
                    rows.append(row)
                    places.append(-1)
                }
                rows += repeatElement(row, count: range.count)
                places += range
            }
            var columns = block.columns.enumerated().map { slot, column in
                slots.contains(slot) ? column : column.taking(rows)
            }
            for (slot, array) in zip(slots, arrays) {
                let type = block.columns[slot].type.element?.stored ?? .nothing
                columns[slot] = TypedColumn(type, ArrayFunctions.defaulted(array.values, places, type))
            }
            return Block(columns, count: rows.count)
        }
        return input.mapped(totals: joined, joined)
    }
}
