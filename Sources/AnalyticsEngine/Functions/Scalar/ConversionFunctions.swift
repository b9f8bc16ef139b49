// Conversions: toInt32 and its family with OrZero, OrNull and OrDefault, toString, toDate, CAST, reinterpret.

/// Conversion functions.
enum ConversionFunctions {
    static let all: [Function] = numbers + others + reinterpretations

    private static let targets: [(String, DataType)] =
        IntegerType.allCases.map { ("to" + $0.rawValue, .integer($0)) } + [
            ("toFloat32", .float32), ("toFloat64", .float64), ("toUUID", .uuid), ("toDate", .date), ("toDate32", .date32),
            ("toDateTime", .dateTime(zone: nil)), ("toDateTime64", .dateTime64(precision: 3, zone: nil)),
        ]

    private static let numbers: [Function] = targets.flatMap { name, type in
        [
            strict(name, type), lenient(name + "OrZero", type, orNull: false), lenient(name + "OrNull", type, orNull: true),
        ]
    }

    /// A time's precision and zone come from the arguments.
    private static func target(_ type: DataType, _ signature: Signature) throws -> DataType {
        switch type {
        case .dateTime:
            if signature.types.count == 2 { return .dateTime(zone: try signature.text(1)) }
            return .dateTime(zone: signature.types[0].core.zone)
        case .dateTime64:
            guard signature.types.count >= 2 || signature.name != "toDateTime64" else { return type }
            let precision = signature.types.count >= 2 ? signature.constants[1]?.integer ?? 3 : 3
            guard (0...9).contains(precision) else {
                throw EngineError(
                    .argumentOutOfBound, "Scale \(precision) is too large for DateTime64. Maximum is up to nanoseconds (9).")
            }
            let zone = signature.types.count == 3 ? try signature.text(2) : signature.types[0].core.zone
            return .dateTime64(precision: Int(precision), zone: zone)
        default: return type
        }
    }

    private static func arity(_ type: DataType) -> ClosedRange<Int> {
        switch type {
        case .dateTime64: 1...3
        case .dateTime, .date, .date32: 1...2
        case .integer, .float32, .float64: 1...1
        default: 1...2
        }
    }

    private static func strict(_ name: String, _ type: DataType) -> Function {
        Function(
            name, arity: arity(type), anyCase: true,
            type: { signature in
                let from = signature.types[0]
                let isRight: Bool
                switch from {
                case .array, .map, .tuple: isRight = false
                case .uuid: isRight = type == .uuid
                default: isRight = type != .uuid || from.isString
                }
                guard isRight else { throw signature.illegal(0) }
                return try target(type, signature)
            },
            compute: { arguments in
                if type == .date, arguments.values.count == 2, arguments[0].type.isTime, let zone = arguments.constantText(1) {
                    let zone = String(decoding: zone, as: UTF8.self)
                    return try Cast(context: arguments.context).column(
                        TypedColumn(.dateTime(zone: zone), arguments.column(0)), to: .date
                    ).full
                }
                return try Cast(context: arguments.context).column(arguments[0], to: arguments.type).full
            })
    }

    private static func lenient(_ name: String, _ type: DataType, orNull: Bool) -> Function {
        Function(
            name, arity: arity(type),
            type: { signature in
                try signature.require(0, \.isString)
                let target = try target(type, signature)
                return orNull ? .nullable(target) : target
            },
            compute: { arguments in
                let reader = ValueReader(context: arguments.context)
                let texts = arguments.texts(0)
                let inner = orNull ? arguments.type.core : arguments.type
                let values = (0..<arguments.count).map { row -> Value in
                    var text = texts[row]
                    if case .fixedString = arguments[0].type {
                        while text.last == 0 { text.removeLast() }
                    }
                    return (try? reader.value(text, inner)) ?? (orNull ? .null : Column.placeholder(inner))
                }
                return Column(values, arguments.type)
            })
    }

    private static let others: [Function] =
        [
            Function(
                "toString", arity: 1...2,
                type: { signature in
                    if signature.types.count == 2 { _ = try signature.text(1) }
                    return .string
                }
            ) { arguments in
                var value = arguments[0]
                if let zone = arguments.values.count == 2 ? arguments.constantText(1) : nil {
                    value.type = zoned(value.type, String(decoding: zone, as: UTF8.self))
                }
                return try Cast(context: arguments.context).column(value, to: .string).full
            },
            Function(
                "CAST", "cast", "_CAST", arity: 2...2, anyCase: true, nulls: .own,
                type: { signature in
                    try TypeParser.type(try signature.text(1)).stored
                }
            ) { try Cast(context: $0.context).column($0[0], to: $0.type).full },
            Function("toBool", arity: 1...1, type: { _ in .bool }) {
                try Cast(context: $0.context).column($0[0], to: .bool).full
            },
            Function(
                "toFixedString", arity: 2...2,
                type: { signature in
                    try signature.require(0, \.isString)
                    guard let size = signature.constants[1]?.integer, (1...0xFF_FFFF).contains(size) else {
                        throw EngineError(
                            .argumentOutOfBound, "Number of characters of function toFixedString must be a positive constant")
                    }
                    return .fixedString(Int(size))
                }
            ) { try Cast(context: $0.context).column($0[0], to: $0.type).full },
            Function(
                "toStringCutToZero", arity: 1...1,
                type: { signature in
                    try signature.require(0, \.isString)
                    return .string
                }
            ) { arguments in
                let texts = arguments.texts(0)
                return arguments.texts { texts[$0].prefix { $0 != 0 } }
            },
            Function("toUnixTimestamp", arity: 1...2, type: { _ in .uint32 }) { arguments in
                let zone =
                    arguments.values.count == 2 ? arguments.constantText(1).map { String(decoding: $0, as: UTF8.self) } : nil
                let time = try Cast(context: arguments.context).column(arguments[0], to: .dateTime(zone: zone))
                return Column.numbers(time.full.int64s, as: .uint32)
            },
        ]
        + IntervalUnit.allCases.map { unit in
            Function(
                "toInterval" + unit.rawValue, arity: 1...1,
                type: { signature in
                    guard signature.types[0].isNumber || signature.types[0].isString else { throw signature.illegal(0) }
                    return .interval(unit)
                }
            ) { arguments in
                if arguments[0].type.isString {
                    return try Cast(context: arguments.context).column(arguments[0], to: .int64).full
                }
                return .int64(arguments.int64s(0))
            }
        }

    static func zoned(_ type: DataType, _ zone: String) -> DataType {
        switch type {
        case .dateTime: .dateTime(zone: zone)
        case .dateTime64(let precision, _): .dateTime64(precision: precision, zone: zone)
        default: type
        }
    }

    private static let reinterpretations: [Function] =
        targets.filter { $0.1.isNumber || $0.1 == .date || $0.1 == .dateTime(zone: nil) }.map { name, type in
            Function("reinterpretAs" + name.dropFirst(2), arity: 1...1, type: { _ in type }) { arguments in
                let column = arguments.column(0)
                let words: [UInt64] = (0..<arguments.count).map { row in
                    if case .text(let texts) = column {
                        return texts[row].prefix(8).enumerated().reduce(0) { $0 | UInt64($1.element) << UInt64($1.offset * 8) }
                    }
                    if case .float64(let values) = column { return values[row].bitPattern }
                    if case .float32(let values) = column { return UInt64(values[row].bitPattern) }
                    return UInt64(bitPattern: column.int64s(row))
                }
                if type == .float64 { return .float64(words.map { Double(bitPattern: $0) }) }
                if type == .float32 { return .float32(words.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }) }
                return Column.numbers(words, as: type)
            }
        } + [
            Function("reinterpretAsString", arity: 1...1, type: { _ in .string }) { arguments in
                let column = arguments.column(0)
                return arguments.texts { row -> [UInt8] in
                    if case .text(let texts) = column { return Array(texts[row]) }
                    var bytes: [UInt8] = []
                    column.appendRaw(row, &bytes)
                    while bytes.last == 0 { bytes.removeLast() }
                    return bytes
                }
            }
        ]
}

extension Column {
    /// Adds the bytes of a row as they are stored.
    func appendRaw(_ row: Int, _ bytes: inout [UInt8]) {
        switch self {
        case .float32(let values): withUnsafeBytes(of: values[row].bitPattern) { bytes.append(contentsOf: $0) }
        case .float64(let values): withUnsafeBytes(of: values[row].bitPattern) { bytes.append(contentsOf: $0) }
        case .text(let texts): bytes += texts[row]
        default: appendKey(row, &bytes)
        }
    }
}
