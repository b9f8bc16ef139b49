// Blocks: rows of several columns, the unit in which a query is executed.

/// Some rows of several columns, equally many of each.
public struct Block: Sendable {
    /// The columns, in the order of the plan's slots.
    public var columns: [TypedColumn]
    /// How many rows there are.
    public var count: Int

    init(_ columns: [TypedColumn], count: Int) {
        self.columns = columns
        self.count = count
    }

    /// Bytes of memory, about.
    public var byteCount: Int { columns.reduce(0) { $0 + $1.column.size } }

    func taking(_ rows: [Int]) -> Block { Block(columns.map { $0.taking(rows) }, count: rows.count) }

    func slice(_ range: Range<Int>) -> Block {
        range == 0..<count ? self : taking(Array(range))
    }

    /// The rows for which it is true.
    func filtered(_ mask: [Bool]) -> Block {
        var rows: [Int] = []
        for (row, isKept) in mask.enumerated() where isKept { rows.append(row) }
        return rows.count == count ? self : taking(rows)
    }

    mutating func append(_ other: Block) {
        if count == 0 {
            self = other
            return
        }
        guard other.count > 0 else { return }
        for index in columns.indices {
            let (mine, others) = (columns[index], other.columns[index])
            if mine.isConstant, others.isConstant, mine.constant == others.constant {
                columns[index].count += others.count
            } else {
                var column = mine.full
                columns[index] = TypedColumn(mine.type, .nothing(0))
                column.append(others.full)
                columns[index] = TypedColumn(mine.type, column)
            }
        }
        count += other.count
    }

    /// Bytes that are equal for rows equal in these columns.
    static func keys(_ columns: [TypedColumn], _ count: Int) -> [[UInt8]] {
        let full = columns.map(\.full)
        return (0..<count).map { row in
            var key: [UInt8] = []
            for column in full { column.appendKey(row, &key) }
            return key
        }
    }
}
