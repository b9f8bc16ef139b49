// Columns: values of one type in contiguous arrays, and what every column can do.

/// Texts, one behind the other.
public struct TextColumn: Sendable {
    var bytes: [UInt8] = []
    /// Where each text ends in `bytes`.
    var ends: [Int] = []

    init() {}

    init(_ texts: some Sequence<[UInt8]>) {
        for text in texts { append(text) }
    }

    var count: Int { ends.count }

    func range(_ row: Int) -> Range<Int> { (row == 0 ? 0 : ends[row - 1])..<ends[row] }

    subscript(_ row: Int) -> ArraySlice<UInt8> { bytes[range(row)] }

    mutating func append(_ text: some Sequence<UInt8>) {
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
    }
}

/// Arrays, their elements one behind the other.
public struct ArrayColumn: Sendable {
    /// Where each array ends in `values`.
    var ends: [Int]
    var values: Column

    func range(_ row: Int) -> Range<Int> { (row == 0 ? 0 : ends[row - 1])..<ends[row] }

    /// For each element, the row of its array.
    var rowOfElements: [Int] {
        var rows: [Int] = []
        rows.reserveCapacity(ends.last ?? 0)
        for row in ends.indices { rows.append(contentsOf: repeatElement(row, count: range(row).count)) }
        return rows
    }
}

/// The values of one column.
public indirect enum Column: Sendable {
    case uint8([UInt8]), uint16([UInt16]), uint32([UInt32]), uint64([UInt64])
    case int8([Int8]), int16([Int16]), int32([Int32]), int64([Int64])
    case float32([Float]), float64([Double])
    case text(TextColumn)
    case uuid([UInt128])
    /// Which rows are NULL, and the values, with any in place of NULL.
    case nullable(isNull: [Bool], Column)
    case array(ArrayColumn)
    case tuple([Column], count: Int)
    /// Rows without values.
    case nothing(Int)

    /// How many rows there are.
    public var count: Int {
        switch self {
        case .uint8(let values): values.count
        case .uint16(let values): values.count
        case .uint32(let values): values.count
        case .uint64(let values): values.count
        case .int8(let values): values.count
        case .int16(let values): values.count
        case .int32(let values): values.count
        case .int64(let values): values.count
        case .float32(let values): values.count
        case .float64(let values): values.count
        case .text(let texts): texts.count
        case .uuid(let values): values.count
        case .nullable(let isNull, _): isNull.count
        case .array(let arrays): arrays.ends.count
        case .tuple(_, let count): count
        case .nothing(let count): count
        }
    }

    /// Bytes of memory, about.
    var size: Int {
        switch self {
        case .uint8(let values): values.count
        case .uint16, .int16: count * 2
        case .uint32, .int32, .float32: count * 4
        case .text(let texts): texts.bytes.count + texts.count * 8
        case .uuid(let values): values.count * 16
        case .nullable(let isNull, let values): isNull.count + values.size
        case .array(let arrays): arrays.ends.count * 8 + arrays.values.size
        case .tuple(let columns, _): columns.reduce(0) { $0 + $1.size }
        case .int8(let values): values.count
        default: count * 8
        }
    }

    /// A column without rows.
    static func empty(_ type: DataType) -> Column {
        switch type.storage {
        case .uint8: .uint8([])
        case .uint16: .uint16([])
        case .uint32: .uint32([])
        case .uint64: .uint64([])
        case .int8: .int8([])
        case .int16: .int16([])
        case .int32: .int32([])
        case .int64: .int64([])
        case .float32: .float32([])
        case .float64: .float64([])
        case .text: .text(TextColumn())
        case .uuid: .uuid([])
        case .nullable(let inner): .nullable(isNull: [], empty(inner))
        case .array(let element): .array(ArrayColumn(ends: [], values: empty(element)))
        case .tuple(let types): .tuple(types.map { empty($0) }, count: 0)
        case .nothing: .nothing(0)
        }
    }

    /// So many rows of the type's default: 0, '', NULL, [].
    static func defaults(_ type: DataType, _ count: Int) -> Column {
        switch type {
        case .enum8(let names): return .int8(Array(repeating: Int8(truncatingIfNeeded: names.numbers.first ?? 0), count: count))
        case .enum16(let names): return .int16(Array(repeating: names.numbers.first ?? 0, count: count))
        case .fixedString(let size):
            var texts = TextColumn()
            for _ in 0..<count { texts.append(repeatElement(0, count: size)) }
            return .text(texts)
        case .nullable(let inner):
            return .nullable(isNull: Array(repeating: true, count: count), defaults(inner, count))
        case .lowCardinality(let inner): return defaults(inner, count)
        case .tuple(let members): return .tuple(members.map { defaults($0.type, count) }, count: count)
        default: return empty(type).taking(Array(repeating: -1, count: count))
        }
    }

    /// The rows of these numbers, in this order; -1 stands for 0, '', NULL or [].
    func taking(_ rows: [Int]) -> Column {
        func take<Value: ColumnNumber>(_ values: [Value]) -> Column {
            Value.column(rows.map { $0 < 0 ? 0 : values[$0] })
        }
        switch self {
        case .uint8(let values): return take(values)
        case .uint16(let values): return take(values)
        case .uint32(let values): return take(values)
        case .uint64(let values): return take(values)
        case .int8(let values): return take(values)
        case .int16(let values): return take(values)
        case .int32(let values): return take(values)
        case .int64(let values): return take(values)
        case .float32(let values): return take(values)
        case .float64(let values): return take(values)
        case .uuid(let values): return .uuid(rows.map { $0 < 0 ? 0 : values[$0] })
        case .text(let texts):
            var taken = TextColumn()
            taken.ends.reserveCapacity(rows.count)
            for row in rows { taken.append(row < 0 ? [] : texts[row]) }
            return .text(taken)
        case .nullable(let isNull, let values):
            return .nullable(isNull: rows.map { $0 < 0 || isNull[$0] }, values.taking(rows))
        case .array(let arrays):
            var elements: [Int] = []
            var ends: [Int] = []
            ends.reserveCapacity(rows.count)
            for row in rows {
                if row >= 0 { elements.append(contentsOf: arrays.range(row)) }
                ends.append(elements.count)
            }
            return .array(ArrayColumn(ends: ends, values: arrays.values.taking(elements)))
        case .tuple(let columns, _): return .tuple(columns.map { $0.taking(rows) }, count: rows.count)
        case .nothing: return .nothing(rows.count)
        }
    }

    /// The rows of a range.
    func slice(_ range: Range<Int>) -> Column {
        if range.lowerBound == 0, range.upperBound == count { return self }
        return taking(Array(range))
    }

    /// The same row so many times.
    func repeating(_ row: Int, _ count: Int) -> Column {
        if count == 1, self.count == 1 { return self }
        return taking(Array(repeating: row, count: count))
    }

    /// Adds the rows of another column of the same type.
    mutating func append(_ other: Column) {
        switch (self, other) {
        case (.uint8(var values), .uint8(let more)): join(&values, more)
        case (.uint16(var values), .uint16(let more)): join(&values, more)
        case (.uint32(var values), .uint32(let more)): join(&values, more)
        case (.uint64(var values), .uint64(let more)): join(&values, more)
        case (.int8(var values), .int8(let more)): join(&values, more)
        case (.int16(var values), .int16(let more)): join(&values, more)
        case (.int32(var values), .int32(let more)): join(&values, more)
        case (.int64(var values), .int64(let more)): join(&values, more)
        case (.float32(var values), .float32(let more)): join(&values, more)
        case (.float64(var values), .float64(let more)): join(&values, more)
        case (.uuid(var values), .uuid(let more)):
            self = .nothing(0)
            values += more
            self = .uuid(values)
        case (.text(var texts), .text(let more)):
            self = .nothing(0)
            let start = texts.bytes.count
            texts.bytes += more.bytes
            texts.ends += more.ends.map { $0 + start }
            self = .text(texts)
        case (.nullable(var isNull, var values), .nullable(let moreNull, let more)):
            self = .nothing(0)
            isNull += moreNull
            values.append(more)
            self = .nullable(isNull: isNull, values)
        case (.array(var arrays), .array(let more)):
            self = .nothing(0)
            let start = arrays.values.count
            arrays.ends += more.ends.map { $0 + start }
            arrays.values.append(more.values)
            self = .array(arrays)
        case (.tuple(var columns, let count), .tuple(let more, let moreCount)):
            self = .nothing(0)
            for index in columns.indices { columns[index].append(more[index]) }
            self = .tuple(columns, count: count + moreCount)
        case (.nothing(let count), .nothing(let more)): self = .nothing(count + more)
        case (.nothing(0), _): self = other
        default: preconditionFailure("columns of different types are joined: \(self.caseName) and \(other.caseName)")
        }
    }

    private mutating func join<Value: ColumnNumber>(_ values: inout [Value], _ more: [Value]) {
        self = .nothing(0)
        values += more
        self = Value.column(values)
    }

    private var caseName: String { String(describing: self).prefix { $0 != "(" }.description }
}

/// How a type's values are stored.
indirect enum Storage {
    case uint8, uint16, uint32, uint64, int8, int16, int32, int64, float32, float64, text, uuid, nothing
    case nullable(DataType), array(DataType), tuple([DataType])
}

extension DataType {
    /// How values of the type are stored.
    var storage: Storage {
        switch self {
        case .integer(.uint8), .bool: .uint8
        case .integer(.uint16), .date: .uint16
        case .integer(.uint32), .dateTime: .uint32
        case .integer(.uint64): .uint64
        case .integer(.int8), .enum8: .int8
        case .integer(.int16), .enum16: .int16
        case .integer(.int32), .date32: .int32
        case .integer(.int64), .interval, .dateTime64: .int64
        case .float32: .float32
        case .float64: .float64
        case .string, .fixedString: .text
        case .uuid: .uuid
        case .nullable(let inner): .nullable(inner)
        case .array(let element): .array(element)
        case .map: .array(element ?? .nothing)
        case .tuple(let members): .tuple(members.map(\.type))
        case .lowCardinality(let inner): inner.storage
        case .nothing: .nothing
        }
    }
}
