// Columns from single values: what literals and input formats give.

extension Column {
    /// A column of values that are of the type already (numbers in its range, NULL only where it may stand).
    init(_ values: [Value], _ type: DataType) {
        func numbers<Result: ColumnNumber>(_ result: Result.Type) -> Column {
            Result.column(
                values.map { value in
                    switch value {
                    case .unsigned(let number): Result(wrapping: number)
                    case .signed(let number): Result(wrapping: number)
                    case .float(let number): Result(wrapping: number)
                    default: 0
                    }
                })
        }
        switch type.storage {
        case .uint8: self = numbers(UInt8.self)
        case .uint16: self = numbers(UInt16.self)
        case .uint32: self = numbers(UInt32.self)
        case .uint64: self = numbers(UInt64.self)
        case .int8: self = numbers(Int8.self)
        case .int16: self = numbers(Int16.self)
        case .int32: self = numbers(Int32.self)
        case .int64: self = numbers(Int64.self)
        case .float32: self = numbers(Float.self)
        case .float64: self = numbers(Double.self)
        case .text: self = Self.texts(values, type)
        case .uuid:
            self = .uuid(
                values.map {
                    if case .uuid(let id) = $0 { return id }
                    return 0
                })
        case .nullable(let inner):
            let isNull = values.map { $0 == .null }
            self = .nullable(isNull: isNull, Column(values.map { $0 == .null ? Self.placeholder(inner) : $0 }, inner))
        case .array(let element):
            var elements: [Value] = []
            var ends: [Int] = []
            for value in values {
                if case .array(let items) = value { elements += items }
                ends.append(elements.count)
            }
            self = .array(ArrayColumn(ends: ends, values: Column(elements, element)))
        case .tuple(let types):
            let columns = types.indices.map { index in
                Column(
                    values.map { value in
                        if case .tuple(let items) = value, index < items.count { return items[index] }
                        return Self.placeholder(types[index])
                    }, types[index])
            }
            self = .tuple(columns, count: values.count)
        case .nothing: self = .nothing(values.count)
        }
    }

    private static func texts(_ values: [Value], _ type: DataType) -> Column {
        var texts = TextColumn()
        for value in values {
            guard case .text(var bytes) = value else {
                texts.append([])
                continue
            }
            if case .fixedString(let size) = type, bytes.count < size {
                bytes += repeatElement(0, count: size - bytes.count)
            }
            texts.append(bytes)
        }
        return .text(texts)
    }

    /// The value that stands where nothing is said.
    static func placeholder(_ type: DataType) -> Value { Column.defaults(type, 1).value(0, type) }
}

/// A column with its type; a constant holds one row for all.
public struct TypedColumn: Sendable {
    /// The type of the values.
    public var type: DataType
    var column: Column
    /// How many rows there are.
    public var count: Int
    var isConstant = false

    init(_ type: DataType, _ column: Column) {
        self.type = type
        self.column = column
        count = column.count
    }

    /// One value for so many rows.
    init(constant value: Value, _ type: DataType, count: Int = 1) {
        self.type = type
        column = Column([value], type)
        self.count = count
        isConstant = true
    }

    init(_ type: DataType, constant column: Column, count: Int) {
        self.type = type
        self.column = column
        self.count = count
        isConstant = true
    }

    /// Every row on its own.
    var full: Column { isConstant ? column.repeating(0, count) : column }

    /// The one value of a constant.
    var constant: Value? { isConstant && column.count == 1 ? column.value(0, type) : nil }

    func value(_ row: Int) -> Value { column.value(isConstant ? 0 : row, type) }

    func taking(_ rows: [Int]) -> TypedColumn {
        if isConstant, !rows.contains(where: { $0 < 0 }) { return TypedColumn(type, constant: column, count: rows.count) }
        return TypedColumn(type, full.taking(rows))
    }
}
