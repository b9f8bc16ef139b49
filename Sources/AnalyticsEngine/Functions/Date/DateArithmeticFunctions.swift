// Dates and times plus and minus numbers and intervals, and the distance of two.

/// Date arithmetic.
enum DateArithmeticFunctions {
    static let all: [Function] =
        IntervalUnit.allCases.flatMap { unit -> [Function] in
            [adding("add\(unit.rawValue)s", unit, 1), adding("subtract\(unit.rawValue)s", unit, -1)]
        } + [
            Function(
                "dateDiff", "timestampDiff", arity: 3...4, anyCase: true,
                type: { signature in
                    let unit = try signature.text(0)
                    guard Parser.unit(unit) != nil else {
                        throw EngineError(.badArguments, "dateDiff does not support '\(unit)' unit")
                    }
                    for index in 1...2 { try DateValues.isDateOrTime(signature, index) }
                    return .int64
                }
            ) { arguments in
                let unit = Parser.unit(String(decoding: arguments.constantText(0) ?? [], as: UTF8.self)) ?? .second
                let (first, second) = (try DateValues(arguments, 1, zone: 3), try DateValues(arguments, 2, zone: 3))
                return .int64((0..<arguments.count).map { ordinal(second, $0, unit) - ordinal(first, $0, unit) })
            },
            Function(
                "toTimeZone", "toTimezone", arity: 2...2,
                type: { signature in
                    guard signature.types[0].isTime else { throw signature.illegal(0) }
                    let zone = try signature.text(1)
                    _ = try signature.context.offset(of: zone)
                    return ConversionFunctions.zoned(signature.types[0], zone)
                }
            ) { $0.column(0) },
            Function(
                "timezoneOffset", arity: 1...1,
                type: { signature in
                    try signature.require(0, \.isTime)
                    return .int32
                }
            ) { arguments in
                let values = try DateValues(arguments)
                return .int32(
                    (0..<arguments.count).map { row in
                        let seconds = values.seconds(row)
                        let local = values.time(row).time
                        return Int32(clamping: local.seconds { _ in 0 } - seconds)
                    })
            },
        ]

    /// Which year, month, ... since 1970 a time is in.
    private static func ordinal(_ values: DateValues, _ row: Int, _ unit: IntervalUnit) -> Int64 {
        let time = values.time(row).time
        switch unit {
        case .year: return Int64(time.date.year)
        case .quarter: return Int64(time.date.year * 4 + (time.date.month - 1) / 3)
        case .month: return Int64(time.date.year * 12 + time.date.month)
        case .week: return Int64(floorDiv(time.date.daysSince1970 + 3, 7))
        case .day: return Int64(time.date.daysSince1970)
        case .hour: return Int64(floorDiv(time.seconds { _ in 0 }, 3600))
        case .minute: return Int64(floorDiv(time.seconds { _ in 0 }, 60))
        case .second: return Int64(values.seconds(row))
        case .millisecond, .microsecond, .nanosecond:
            let scale: Int64 = unit == .millisecond ? 1000 : unit == .microsecond ? 1_000_000 : 1_000_000_000
            let fraction = values.time(row).fraction
            return Int64(values.seconds(row)) &* scale
                &+ (values.scale <= scale ? fraction &* (scale / values.scale) : fraction / (values.scale / scale))
        }
    }

    /// What a date is after an interval is added to it.
    private static func grown(_ type: DataType, _ unit: IntervalUnit) -> DataType {
        let isSmall = [.millisecond, .microsecond, .nanosecond].contains(unit)
        let precision = unit == .millisecond ? 3 : unit == .microsecond ? 6 : 9
        switch type {
        case .date, .date32:
            if isSmall { return .dateTime64(precision: precision, zone: nil) }
            if [.second, .minute, .hour].contains(unit) {
                return type == .date ? .dateTime(zone: nil) : .dateTime64(precision: 0, zone: nil)
            }
            return type
        case .dateTime(let zone): return isSmall ? .dateTime64(precision: precision, zone: zone) : type
        case .dateTime64(let old, let zone): return isSmall ? .dateTime64(precision: max(old, precision), zone: zone) : type
        default: return type
        }
    }

    private static func adding(_ name: String, _ unit: IntervalUnit, _ sign: Int64) -> Function {
        Function(
            name, arity: 2...3,
            type: { signature in
                if signature.types[0].isString { return grown(.dateTime64(precision: 3, zone: nil), unit) }
                try DateValues.isDateOrTime(signature)
                try signature.require(1, \.isNumber)
                return grown(signature.types[0], unit)
            }
        ) { arguments in try add(arguments[0], arguments.int64s(1).map { $0 &* sign }, unit, arguments.type, arguments.context) }
    }

    private static func add(
        _ value: TypedColumn, _ amounts: [Int64], _ unit: IntervalUnit, _ type: DataType, _ context: Context
    ) throws -> Column {
        let converted = try Cast(context: context).column(value, to: type)
        let values = try DateValues(converted, context)
        let numbers: [Int64] = amounts.indices.map { row in
            let amount = Int(max(-1 << 40, min(amounts[row], 1 << 40)))
            let (time, fraction) = values.time(row)
            switch unit {
            case .year, .quarter, .month:
                let months = amount * (unit == .year ? 12 : unit == .quarter ? 3 : 1)
                return values.number(
                    CivilTime(time.date.adding(months: months), time.hour, time.minute, time.second), fraction: fraction)
            case .week, .day:
                let days = Int64(unit == .week ? amount * 7 : amount)
                if values.type.isDate { return values.raw(row) &+ days }
                let limited = Int(max(-40_000_000, min(days, 40_000_000)))
                let date = CivilDate(daysSince1970: time.date.daysSince1970 + limited)
                return values.number(CivilTime(date, time.hour, time.minute, time.second), fraction: fraction)
            case .hour: return values.raw(row) &+ Int64(amount) &* 3600 &* values.scale
            case .minute: return values.raw(row) &+ Int64(amount) &* 60 &* values.scale
            case .second: return values.raw(row) &+ Int64(amount) &* values.scale
            case .millisecond: return values.raw(row) &+ Int64(amount) &* (values.scale / 1000)
            case .microsecond: return values.raw(row) &+ Int64(amount) &* (values.scale / 1_000_000)
            case .nanosecond: return values.raw(row) &+ Int64(amount) &* (values.scale / 1_000_000_000)
            }
        }
        return Column.numbers(numbers, as: type)
    }

    // MARK: + and -

    /// The type of `plus` and `minus` where dates or intervals take part; nil where none do.
    static func resultType(_ signature: Signature) throws -> DataType? {
        guard signature.types.count == 2, signature.name == "plus" || signature.name == "minus" else { return nil }
        var (left, right) = (signature.types[0], signature.types[1])
        let isMinus = signature.name == "minus"
        if right.isDateOrTime, !left.isDateOrTime, !isMinus { (left, right) = (right, left) }
        if case .interval(let unit) = right {
            if case .interval(let other) = left, other == unit { return left }
            if left.isString { return grown(.dateTime64(precision: 3, zone: nil), unit) }
            guard left.isDateOrTime else { throw signature.illegal(0) }
            return grown(left, unit)
        }
        guard left.isDateOrTime else { return nil }
        if right.isDateOrTime {
            guard isMinus, left.isDate == right.isDate else { throw signature.illegal(1) }
            return .int32
        }
        guard right.isNumber else { throw signature.illegal(1) }
        return left
    }

    /// `plus` and `minus` where dates or intervals take part; nil where none do.
    static func arithmetic(_ arguments: Arguments) throws -> Column? {
        guard arguments.name == "plus" || arguments.name == "minus" else { return nil }
        var (left, right) = (arguments[0], arguments[1])
        let isMinus = arguments.name == "minus"
        if right.type.isDateOrTime, !left.type.isDateOrTime, !isMinus { (left, right) = (right, left) }
        let sign: Int64 = isMinus ? -1 : 1
        if case .interval(let unit) = right.type {
            let amounts = right.full.int64s.map { $0 &* sign }
            if case .interval = left.type { return .int64(zip(left.full.int64s, amounts).map { $0 &+ $1 }) }
            return try add(left, amounts, unit, arguments.type, arguments.context)
        }
        guard left.type.isDateOrTime else { return nil }
        if right.type.isDateOrTime {
            let (first, second) = (try DateValues(left, arguments.context), try DateValues(right, arguments.context))
            let isDate = left.type.isDate
            return .int32(
                (0..<arguments.count).map { row in
                    Int32(clamping: isDate ? first.days(row) - second.days(row) : first.seconds(row) - second.seconds(row))
                })
        }
        let amounts = right.full.int64s.map { $0 &* sign }
        return try add(left, amounts, left.type.isDate ? .day : .second, arguments.type, arguments.context)
    }
}
