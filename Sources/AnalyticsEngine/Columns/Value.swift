// Single values: literals, settings, parameters, what an input format reads.

/// A value outside a column.
public enum Value: Sendable, Hashable {
    case null
    case unsigned(UInt64)
    case signed(Int64)
    case float(Double)
    case text([UInt8])
    case uuid(UInt128)
    /// An array; a map is an array of tuples.
    case array([Value])
    case tuple([Value])

    /// An integer in its one form: negative numbers are signed, all others unsigned.
    static func integer(_ number: Int64) -> Value { number < 0 ? .signed(number) : .unsigned(UInt64(number)) }

    /// The type that a literal of this value has.
    var literalType: DataType {
        switch self {
        case .null: return .nullable(.nothing)
        case .unsigned(let number):
            return number <= 0xFF ? .uint8 : number <= 0xFFFF ? .uint16 : number <= 0xFFFF_FFFF ? .uint32 : .uint64
        case .signed(let number):
            if number >= 0 { return Value.unsigned(UInt64(number)).literalType }
            return number >= -0x80 ? .int8 : number >= -0x8000 ? .int16 : number >= -0x8000_0000 ? .int32 : .int64
        case .float: return .float64
        case .text: return .string
        case .uuid: return .uuid
        case .array(let values):
            return .array((try? Supertype.of(values.map(\.literalType))) ?? .nothing)
        case .tuple(let values): return .tuple(values.map { TupleMember(name: nil, type: $0.literalType) })
        }
    }

    /// The number as Int64, if it is one that fits.
    var integer: Int64? {
        switch self {
        case .unsigned(let number): Int64(exactly: number)
        case .signed(let number): number
        case .float(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// The number as Double, if it is one.
    var number: Double? {
        switch self {
        case .unsigned(let number): Double(number)
        case .signed(let number): Double(number)
        case .float(let number): number
        default: nil
        }
    }
}
