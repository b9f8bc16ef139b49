// ORDER BY: rows of all blocks in the order of several columns.

/// Sorts rows; rows that are equal stay in the order in which they came.
struct Sorter {
    let terms: [SortTerm]
    /// How many rows are wanted at most.
    let limit: Int?

    init(_ terms: [SortTerm], limit: Int?) {
        self.terms = terms
        self.limit = limit
    }

    /// How two rows compare, below, at or above 0.
    func compare(_ left: Block, _ leftRow: Int, _ right: Block, _ rightRow: Int) -> Int {
        for term in terms {
            let (column, other) = (left.columns[term.slot], right.columns[term.slot])
            let order = compare(column.full, leftRow, other.full, rightRow, term)
            if order != 0 { return order }
        }
        return 0
    }

    private func compare(_ column: Column, _ row: Int, _ other: Column, _ otherRow: Int, _ term: SortTerm) -> Int {
        // Above everything else means last, also where the direction is turned.
        let isLast = !term.nullsFirst
        let order = column.compare(row, other, otherRow, nanDirection: isLast == term.isDescending ? -1 : 1)
        return term.isDescending ? -order : order
    }

    func stream(_ input: BlockStream) -> BlockStream {
        var isDone = false
        weak var result: BlockStream?
        let stream = BlockStream { [self] in
            guard !isDone else { return nil }
            isDone = true
            let all = try input.all()
            result?.totals = input.totals
            guard let all else { return nil }
            return sorted(all)
        }
        result = stream
        return stream
    }

    private func sorted(_ block: Block) -> Block {
        let columns = terms.map { block.columns[$0.slot].full }
        let order = (0..<block.count).sorted { left, right in
            for (term, column) in zip(terms, columns) {
                let order = compare(column, left, column, right, term)
                if order != 0 { return order < 0 }
            }
            return left < right
        }
        return block.taking(order)
    }
}
