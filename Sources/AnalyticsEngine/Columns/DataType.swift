// The types of ClickHouse and their names.

/// The integer types.
public enum IntegerType: String, Sendable, Hashable, CaseIterable {
    case uint8 = "UInt8"
    case uint16 = "UInt16"
    case uint32 = "UInt32"
    case uint64 = "UInt64"
    case int8 = "Int8"
    case int16 = "Int16"
    case int32 = "Int32"
    case int64 = "Int64"

    /// How many bits a value has.
    var bits: Int {
        switch self {
        case .uint8, .int8: 8
        case .uint16, .int16: 16
        case .uint32, .int32: 32
        case .uint64, .int64: 64
        }
    }

    var isSigned: Bool { rawValue.hasPrefix("I") }

    /// The type of so many bits; more than 64 give 64.
    init(bits: Int, isSigned: Bool) {
        switch bits {
        case ...8: self = isSigned ? .int8 : .uint8
        case ...16: self = isSigned ? .int16 : .uint16
        case ...32: self = isSigned ? .int32 : .uint32
        default: self = isSigned ? .int64 : .uint64
        }
    }
}

/// The units of an interval.
public enum IntervalUnit: String, Sendable, Hashable, CaseIterable {
    case nanosecond = "Nanosecond"
    case microsecond = "Microsecond"
    case millisecond = "Millisecond"
    case second = "Second"
    case minute = "Minute"
    case hour = "Hour"
    case day = "Day"
    case week = "Week"
    case month = "Month"
    case quarter = "Quarter"
    case year = "Year"
}

/// The names of an enumeration and their numbers, by number.
public struct EnumNames: Sendable, Hashable {
    let names: [String]
    let numbers: [Int16]

    init(_ pairs: [(name: String, number: Int16)]) {
        let sorted = pairs.sorted { $0.number < $1.number }
        names = sorted.map(\.name)
        numbers = sorted.map(\.number)
    }

    func number(of name: [UInt8]) -> Int16? {
        let name = String(decoding: name, as: UTF8.self)
        return names.firstIndex(of: name).map { numbers[$0] }
    }

    func name(of number: Int16) -> String? { numbers.firstIndex(of: number).map { names[$0] } }
}

/// A member of a tuple.
public struct TupleMember: Sendable, Hashable {
    let name: String?
    let type: DataType
}

/// A type of a column.
public indirect enum DataType: Sendable, Hashable {
    case integer(IntegerType)
    case float32, float64
    case bool
    case string
    case fixedString(Int)
    case uuid
    /// Days since 1970.
    case date, date32
    /// Seconds since 1970; the zone is for its text only.
    case dateTime(zone: String?)
    /// Ticks of 10^-precision seconds since 1970.
    case dateTime64(precision: Int, zone: String?)
    case enum8(EnumNames), enum16(EnumNames)
    case interval(IntervalUnit)
    case nullable(DataType)
    case array(DataType)
    case tuple([TupleMember])
    case map(DataType, DataType)
    /// Kept as its inner type; the name is all that differs.
    case lowCardinality(DataType)
    /// The type of NULL and of an empty array's elements.
    case nothing

    static let uint8 = DataType.integer(.uint8)
    static let uint16 = DataType.integer(.uint16)
    static let uint32 = DataType.integer(.uint32)
    static let uint64 = DataType.integer(.uint64)
    static let int8 = DataType.integer(.int8)
    static let int16 = DataType.integer(.int16)
    static let int32 = DataType.integer(.int32)
    static let int64 = DataType.integer(.int64)

    /// ClickHouse's name: `Array(Nullable(UInt8))`.
    public var name: String {
        func quoted(_ text: String) -> String { ValueText.quoted(Array(text.utf8)) }
        func names(_ names: EnumNames) -> String {
            zip(names.names, names.numbers).map { "\(quoted($0)) = \($1)" }.joined(separator: ", ")
        }
        switch self {
        case .integer(let type): return type.rawValue
        case .float32: return "Float32"
        case .float64: return "Float64"
        case .bool: return "Bool"
        case .string: return "String"
        case .fixedString(let size): return "FixedString(\(size))"
        case .uuid: return "UUID"
        case .date: return "Date"
        case .date32: return "Date32"
        case .dateTime(let zone): return zone.map { "DateTime(\(quoted($0)))" } ?? "DateTime"
        case .dateTime64(let precision, let zone):
            return zone.map { "DateTime64(\(precision), \(quoted($0)))" } ?? "DateTime64(\(precision))"
        case .enum8(let enumeration): return "Enum8(\(names(enumeration)))"
        case .enum16(let enumeration): return "Enum16(\(names(enumeration)))"
        case .interval(let unit): return "Interval\(unit.rawValue)"
        case .nullable(let inner): return "Nullable(\(inner.name))"
        case .array(let element): return "Array(\(element.name))"
        case .tuple(let members):
            return "Tuple(" + members.map { ($0.name.map { $0 + " " } ?? "") + $0.type.name }.joined(separator: ", ") + ")"
        case .map(let key, let value): return "Map(\(key.name), \(value.name))"
        case .lowCardinality(let inner): return "LowCardinality(\(inner.name))"
        case .nothing: return "Nothing"
        }
    }

    /// The type without `LowCardinality` around it or inside it.
    var stored: DataType {
        switch self {
        case .lowCardinality(let inner): inner.stored
        case .nullable(let inner): .nullable(inner.stored)
        case .array(let element): .array(element.stored)
        case .map(let key, let value): .map(key.stored, value.stored)
        case .tuple(let members): .tuple(members.map { TupleMember(name: $0.name, type: $0.type.stored) })
        default: self
        }
    }

    /// The type without `Nullable` and `LowCardinality` around it.
    var core: DataType {
        switch self {
        case .nullable(let inner), .lowCardinality(let inner): inner.core
        default: self
        }
    }

    var isNullable: Bool {
        switch self {
        case .nullable: true
        case .lowCardinality(let inner): inner.isNullable
        default: false
        }
    }

    /// The same, with NULL; arrays, tuples and maps cannot be NULL and stay as they are.
    var madeNullable: DataType {
        switch self {
        case .nullable, .array, .tuple, .map: self
        case .lowCardinality(let inner): .lowCardinality(inner.madeNullable)
        default: .nullable(self)
        }
    }

    var canBeNullable: Bool {
        switch self {
        case .array, .tuple, .map: false
        default: true
        }
    }
}

extension DataType {
    var integerType: IntegerType? {
        switch self {
        case .integer(let type): type
        case .bool: .uint8
        default: nil
        }
    }

    var isInteger: Bool { integerType != nil }
    var isFloat: Bool { self == .float32 || self == .float64 }
    /// Whether arithmetic takes it as a number.
    var isNumber: Bool { isInteger || isFloat }

    var isString: Bool {
        switch self {
        case .string, .fixedString: true
        default: false
        }
    }

    var isDateOrTime: Bool {
        switch self {
        case .date, .date32, .dateTime, .dateTime64: true
        default: false
        }
    }

    var isDate: Bool { self == .date || self == .date32 }
    var isTime: Bool { isDateOrTime && !isDate }

    var enumNames: EnumNames? {
        switch self {
        case .enum8(let names), .enum16(let names): names
        default: nil
        }
    }

    var element: DataType? {
        switch self {
        case .array(let element): element
        case .map(let key, let value):
            .tuple([TupleMember(name: "keys", type: key), TupleMember(name: "values", type: value)])
        default: nil
        }
    }

    /// The zone of a time's text.
    var zone: String? {
        switch self {
        case .dateTime(let zone), .dateTime64(_, let zone): zone
        default: nil
        }
    }
}
