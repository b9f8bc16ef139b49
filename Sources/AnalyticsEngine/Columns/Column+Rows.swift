// Single rows of columns: comparing them, telling them apart, and taking their values out.

extension Column {
    /// How row `row` compares with row `other` of a column of the same type: below, at or above 0. NaN and NULL are
    /// above everything else, by `nanDirection` (1) or below (-1).
    func compare(_ row: Int, _ column: Column, _ other: Int, nanDirection: Int = 1) -> Int {
        func order<Value: Comparable>(_ left: Value, _ right: Value) -> Int { left < right ? -1 : left == right ? 0 : 1 }
        func order(_ left: Double, _ right: Double) -> Int {
            if left.isNaN || right.isNaN {
                return left.isNaN ? (right.isNaN ? 0 : nanDirection) : -nanDirection
            }
            return left < right ? -1 : left == right ? 0 : 1
        }
        switch (self, column) {
        case (.uint8(let left), .uint8(let right)): return order(left[row], right[other])
        case (.uint16(let left), .uint16(let right)): return order(left[row], right[other])
        case (.uint32(let left), .uint32(let right)): return order(left[row], right[other])
        case (.uint64(let left), .uint64(let right)): return order(left[row], right[other])
        case (.int8(let left), .int8(let right)): return order(left[row], right[other])
        case (.int16(let left), .int16(let right)): return order(left[row], right[other])
        case (.int32(let left), .int32(let right)): return order(left[row], right[other])
        case (.int64(let left), .int64(let right)): return order(left[row], right[other])
        case (.float32(let left), .float32(let right)): return order(Double(left[row]), Double(right[other]))
        case (.float64(let left), .float64(let right)): return order(left[row], right[other])
        case (.uuid(let left), .uuid(let right)): return order(left[row], right[other])
        case (.text(let left), .text(let right)): return TextColumn.compare(left[row], right[other])
        case (.nullable(let leftNull, let left), .nullable(let rightNull, let right)):
            if leftNull[row] || rightNull[other] {
                return leftNull[row] ? (rightNull[other] ? 0 : nanDirection) : -nanDirection
            }
            return left.compare(row, right, other, nanDirection: nanDirection)
        case (.array(let left), .array(let right)):
            let (leftRange, rightRange) = (left.range(row), right.range(other))
            for (left, right) in zip(leftRange, rightRange) {
                let result = self.elements.compare(left, column.elements, right, nanDirection: nanDirection)
                if result != 0 { return result }
            }
            return order(leftRange.count, rightRange.count)
        case (.tuple(let left, _), .tuple(let right, _)):
            for (left, right) in zip(left, right) {
                let result = left.compare(row, right, other, nanDirection: nanDirection)
                if result != 0 { return result }
            }
            return 0
        default: return 0
        }
    }

    /// The elements of arrays.
    private var elements: Column {
        if case .array(let arrays) = self { return arrays.values }
        return .nothing(0)
    }

    /// Adds bytes that are equal for equal rows and different for different ones.
    func appendKey(_ row: Int, _ key: inout [UInt8]) {
        func add<Value: FixedWidthInteger>(_ value: Value) { withUnsafeBytes(of: value) { key.append(contentsOf: $0) } }
        switch self {
        case .uint8(let values): key.append(values[row])
        case .uint16(let values): add(values[row])
        case .uint32(let values): add(values[row])
        case .uint64(let values): add(values[row])
        case .int8(let values): add(values[row])
        case .int16(let values): add(values[row])
        case .int32(let values): add(values[row])
        case .int64(let values): add(values[row])
        case .float32(let values): add(values[row].keyBits)
        case .float64(let values): add(values[row].keyBits)
        case .uuid(let values): add(values[row])
        case .text(let texts):
            let text = texts[row]
            add(text.count)
            key.append(contentsOf: text)
        case .nullable(let isNull, let values):
            key.append(isNull[row] ? 1 : 0)
            if !isNull[row] { values.appendKey(row, &key) }
        case .array(let arrays):
            let range = arrays.range(row)
            add(range.count)
            for element in range { arrays.values.appendKey(element, &key) }
        case .tuple(let columns, _):
            for column in columns { column.appendKey(row, &key) }
        case .nothing: break
        }
    }

    /// The value of a row; `type` is the column's.
    func value(_ row: Int, _ type: DataType) -> Value {
        switch self {
        case .uint8(let values): return .unsigned(UInt64(values[row]))
        case .uint16(let values): return .unsigned(UInt64(values[row]))
        case .uint32(let values): return .unsigned(UInt64(values[row]))
        case .uint64(let values): return .unsigned(values[row])
        case .int8(let values): return .integer(Int64(values[row]))
        case .int16(let values): return .integer(Int64(values[row]))
        case .int32(let values): return .integer(Int64(values[row]))
        case .int64(let values): return .integer(values[row])
        case .float32(let values): return .float(Double(values[row]))
        case .float64(let values): return .float(values[row])
        case .uuid(let values): return .uuid(values[row])
        case .text(let texts): return .text(Array(texts[row]))
        case .nullable(let isNull, let values): return isNull[row] ? .null : values.value(row, type)
        case .array(let arrays): return .array(arrays.range(row).map { arrays.values.value($0, type.core.element ?? .nothing) })
        case .tuple(let columns, _): return .tuple(columns.map { $0.value(row, type) })
        case .nothing: return .null
        }
    }

    /// The rows that are NULL; nil where none can be.
    var nullMask: [Bool]? {
        switch self {
        case .nullable(let isNull, _): isNull
        case .nothing(let count): Array(repeating: true, count: count)
        default: nil
        }
    }

    /// The values without regard to NULL.
    var withoutNulls: Column {
        if case .nullable(_, let values) = self { return values }
        return self
    }

    var texts: TextColumn {
        if case .text(let texts) = self { return texts }
        return TextColumn(repeatElement([], count: count))
    }

    var arrays: ArrayColumn {
        if case .array(let arrays) = self { return arrays }
        return ArrayColumn(ends: Array(repeating: 0, count: count), values: .nothing(0))
    }

    /// For each row whether it is a number other than 0, and not NULL.
    var truths: [Bool] {
        switch self {
        case .uint8(let values): return values.map { $0 != 0 }
        case .nullable(let isNull, let values): return zip(isNull, values.truths).map { !$0 && $1 }
        case .nothing(let count): return Array(repeating: false, count: count)
        case .float32, .float64: return doubles.map { $0 != 0 }
        default: return int64s.map { $0 != 0 }
        }
    }

    /// Numbers, 1 for true.
    static func truths(_ values: [Bool]) -> Column { .uint8(values.map { $0 ? 1 : 0 }) }
}

extension TextColumn {
    /// How two texts compare, byte by byte.
    static func compare(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
        var (leftIndex, rightIndex) = (left.startIndex, right.startIndex)
        while leftIndex < left.endIndex, rightIndex < right.endIndex {
            if left[leftIndex] != right[rightIndex] { return left[leftIndex] < right[rightIndex] ? -1 : 1 }
            leftIndex += 1
            rightIndex += 1
        }
        return left.count < right.count ? -1 : left.count == right.count ? 0 : 1
    }
}
