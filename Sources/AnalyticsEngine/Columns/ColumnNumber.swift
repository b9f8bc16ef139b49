// The machine numbers that columns hold, and how one becomes another.

/// A number of a column. Conversions wrap as C++ casts do; none traps.
protocol ColumnNumber: Numeric, Comparable, Hashable, Sendable {
    init<Integer: FixedWidthInteger>(wrapping: Integer)
    init(wrapping: Double)
    var double: Double { get }
    /// 64 bits that are equal for equal numbers.
    var keyBits: UInt64 { get }
    static func column(_ values: [Self]) -> Column
    func converted<Other: ColumnNumber>(to type: Other.Type) -> Other
}

extension ColumnNumber where Self: FixedWidthInteger {
    @inline(__always) init<Integer: FixedWidthInteger>(wrapping value: Integer) { self.init(truncatingIfNeeded: value) }

    init(wrapping value: Double) {
        if value > -0x1p63, value < 0x1p63 {
            self.init(truncatingIfNeeded: Int64(value))
        } else if value >= 0, value < 0x1p64 {
            self.init(truncatingIfNeeded: UInt64(value))
        } else {
            self.init(truncatingIfNeeded: Int64.min)
        }
    }

    var double: Double { Double(self) }
    var keyBits: UInt64 { UInt64(truncatingIfNeeded: self) }
    @inline(__always) func converted<Other: ColumnNumber>(to type: Other.Type) -> Other { Other(wrapping: self) }
}

extension ColumnNumber where Self: BinaryFloatingPoint {
    @inline(__always) init<Integer: FixedWidthInteger>(wrapping value: Integer) { self.init(value) }
    init(wrapping value: Double) { self.init(value) }
    var double: Double { Double(self) }
    var keyBits: UInt64 { self == 0 ? 0 : isNaN ? Double.nan.bitPattern : Double(self).bitPattern }
    @inline(__always) func converted<Other: ColumnNumber>(to type: Other.Type) -> Other { Other(wrapping: Double(self)) }
}

extension UInt8: ColumnNumber { static func column(_ values: [UInt8]) -> Column { .uint8(values) } }
extension UInt16: ColumnNumber { static func column(_ values: [UInt16]) -> Column { .uint16(values) } }
extension UInt32: ColumnNumber { static func column(_ values: [UInt32]) -> Column { .uint32(values) } }
extension UInt64: ColumnNumber { static func column(_ values: [UInt64]) -> Column { .uint64(values) } }
extension Int8: ColumnNumber { static func column(_ values: [Int8]) -> Column { .int8(values) } }
extension Int16: ColumnNumber { static func column(_ values: [Int16]) -> Column { .int16(values) } }
extension Int32: ColumnNumber { static func column(_ values: [Int32]) -> Column { .int32(values) } }
extension Int64: ColumnNumber { static func column(_ values: [Int64]) -> Column { .int64(values) } }
extension Float: ColumnNumber { static func column(_ values: [Float]) -> Column { .float32(values) } }
extension Double: ColumnNumber { static func column(_ values: [Double]) -> Column { .float64(values) } }

extension Column {
    /// The numbers as another type; nil where the column holds no numbers.
    func numbers<Result: ColumnNumber>(as type: Result.Type) -> [Result]? {
        func convert<Stored: ColumnNumber>(_ values: [Stored]) -> [Result] {
            if let same = values as? [Result] { return same }
            return values.map { $0.converted(to: type) }
        }
        switch self {
        case .uint8(let values): return convert(values)
        case .uint16(let values): return convert(values)
        case .uint32(let values): return convert(values)
        case .uint64(let values): return convert(values)
        case .int8(let values): return convert(values)
        case .int16(let values): return convert(values)
        case .int32(let values): return convert(values)
        case .int64(let values): return convert(values)
        case .float32(let values): return convert(values)
        case .float64(let values): return convert(values)
        case .nothing(let count): return Array(repeating: 0, count: count)
        default: return nil
        }
    }

    var int64s: [Int64] { numbers(as: Int64.self) ?? [] }
    var uint64s: [UInt64] { numbers(as: UInt64.self) ?? [] }
    var doubles: [Double] { numbers(as: Double.self) ?? [] }

    /// The same numbers, stored as the type's own.
    static func numbers<Stored: ColumnNumber>(_ values: [Stored], as type: DataType) -> Column {
        func convert<Result: ColumnNumber>(_ result: Result.Type) -> Column {
            if let same = values as? [Result] { return Result.column(same) }
            return Result.column(values.map { $0.converted(to: result) })
        }
        switch type.storage {
        case .uint8: return convert(UInt8.self)
        case .uint16: return convert(UInt16.self)
        case .uint32: return convert(UInt32.self)
        case .uint64: return convert(UInt64.self)
        case .int8: return convert(Int8.self)
        case .int16: return convert(Int16.self)
        case .int32: return convert(Int32.self)
        case .int64: return convert(Int64.self)
        case .float32: return convert(Float.self)
        case .float64: return convert(Double.self)
        default: return .nothing(values.count)
        }
    }
}
