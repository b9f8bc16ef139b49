// JOIN: the right side in a hash table, the left side streamed past it.

/// Executes a join.
struct Joiner {
    let plan: JoinPlan
    let context: Context

    init(_ plan: JoinPlan, _ context: Context) {
        self.plan = plan
        self.context = context
    }

    /// The right rows, and where those of each key are.
    private final class Table {
        var rows: Block
        var places: [[UInt8]: [Int]] = [:]
        /// Which right rows were found, for RIGHT and FULL.
        var isFound: [Bool]

        init(_ rows: Block) {
            self.rows = rows
            isFound = Array(repeating: false, count: rows.count)
        }
    }

    func stream(_ left: BlockStream, _ right: BlockStream) -> BlockStream {
        var table: Table?
        var isEnded = false
        return BlockStream { [self] in
            if table == nil { table = try build(right) }
            guard let built = table, !isEnded else { return nil }
            if let block = try left.next() { return try joined(block, built) }
            isEnded = true
            guard plan.join.kind == .right || plan.join.kind == .full else { return nil }
            return try unmatched(built)
        }
    }

    private func build(_ right: BlockStream) throws -> Table {
        let empty = Block(plan.rightInputTypes.map { TypedColumn($0, Column.empty($0)) }, count: 0)
        let table = Table(try right.all() ?? empty)
        let (keys, isNull) = try self.keys(plan.rightKeys, table.rows)
        guard plan.join.kind != .cross else { return table }
        for row in 0..<table.rows.count where !isNull[row] { table.places[keys[row], default: []].append(row) }
        return table
    }

    private func keys(_ expressions: [TypedExpression], _ block: Block) throws -> (keys: [[UInt8]], isNull: [Bool]) {
        let evaluator = Evaluator(block, context)
        let columns = try expressions.map { try evaluator.evaluate($0) }
        var isNull = Array(repeating: false, count: block.count)
        for column in columns {
            guard let mask = column.full.nullMask else { continue }
            for row in mask.indices where mask[row] { isNull[row] = true }
        }
        return (Block.keys(columns, block.count), isNull)
    }

    private func joined(_ block: Block, _ table: Table) throws -> Block {
        var leftRows: [Int] = []
        var rightRows: [Int] = []
        if plan.join.kind == .cross {
            guard block.count * max(table.rows.count, 1) <= 50_000_000 else {
                throw EngineError(.tooManyRows, "A CROSS JOIN of \(block.count) and \(table.rows.count) rows is too large")
            }
            for row in 0..<block.count {
                leftRows += repeatElement(row, count: table.rows.count)
                rightRows += 0..<table.rows.count
            }
        } else {
            let (keys, isNull) = try self.keys(plan.leftKeys, block)
            let keepsLeft = plan.join.kind == .left || plan.join.kind == .full
            for row in 0..<block.count {
                let found = isNull[row] ? [] : table.places[keys[row]] ?? []
                for place in matches(found, table) {
                    leftRows.append(row)
                    rightRows.append(place)
                    if place >= 0 { table.isFound[place] = true }
                }
                if found.isEmpty, keepsLeft, plan.join.strictness != .semi {
                    leftRows.append(row)
                    rightRows.append(-1)
                }
            }
        }
        let result = combined(block, leftRows, table.rows, rightRows)
        guard let rest = plan.rest else { return result }
        let truths = try Evaluator(result, context).evaluate(rest).full.truths
        guard plan.join.kind == .left || plan.join.kind == .full else { return result.filtered(truths) }
        return keepingLeft(block, leftRows, table.rows, rightRows, truths)
    }

    /// Which of the right rows of a key a left row is put together with.
    private func matches(_ found: [Int], _ table: Table) -> [Int] {
        switch (plan.join.strictness, plan.join.kind) {
        case (.any, .right): return found.filter { !table.isFound[$0] }
        case (.any, _), (.semi, .left): return found.first.map { [$0] } ?? []
        case (.semi, _): return found.filter { !table.isFound[$0] }
        case (.anti, _): return []
        default: return found
        }
    }

    /// LEFT JOIN with a condition beyond keys: a left row that no right row fulfils it with stays alone.
    private func keepingLeft(_ block: Block, _ leftRows: [Int], _ right: Block, _ rightRows: [Int], _ truths: [Bool]) -> Block {
        var (left, rightKept) = ([Int](), [Int]())
        var index = 0
        for row in 0..<block.count {
            var isMatched = false
            while index < leftRows.count, leftRows[index] == row {
                if truths[index], rightRows[index] >= 0 {
                    left.append(row)
                    rightKept.append(rightRows[index])
                    isMatched = true
                }
                index += 1
            }
            if !isMatched {
                left.append(row)
                rightKept.append(-1)
            }
        }
        return combined(block, left, right, rightKept)
    }

    private func unmatched(_ table: Table) throws -> Block {
        let rows = table.rows.count == 0 ? [] : (0..<table.rows.count).filter { !table.isFound[$0] }
        let left = Block(plan.leftTypes.map { TypedColumn($0, Column.empty($0)) }, count: 0)
        return combined(left, Array(repeating: -1, count: rows.count), table.rows, rows)
    }

    private func combined(_ left: Block, _ leftRows: [Int], _ right: Block, _ rightRows: [Int]) -> Block {
        func taken(_ block: Block, _ rows: [Int], _ types: [DataType]) -> [TypedColumn] {
            zip(block.columns, types).map { column, type in
                let base = column.type.isNullable || !type.isNullable || column.type == .nothing ? type : type.core
                let values = ArrayFunctions.defaulted(column.full, rows, base)
                guard type.isNullable, !column.type.isNullable, column.type != .nothing else { return TypedColumn(type, values) }
                return TypedColumn(type, .nullable(isNull: rows.map { $0 < 0 }, values))
            }
        }
        var columns = taken(left, leftRows, plan.leftTypes) + taken(right, rightRows, plan.rightTypes)
        // USING shows one column: the right value where there is no left row.
        for (leftSlot, rightSlot) in plan.usingSlots where leftRows.contains(-1) {
            let (mine, others) = (columns[leftSlot], columns[rightSlot])
            guard mine.type == others.type else { continue }
            var both = mine.full
            both.append(others.full)
            let count = leftRows.count
            columns[leftSlot] = TypedColumn(mine.type, both.taking((0..<count).map { leftRows[$0] < 0 ? count + $0 : $0 }))
        }
        return Block(columns, count: leftRows.count)
    }
}
