// Dates and times rounded down: toStartOfHour, toMonday, toStartOfInterval, date_trunc.

/// Functions that round dates down.
enum DateStartFunctions {
    static let all: [Function] = [
        day("toStartOfYear") { CivilDate($0.year, 1, 1) },
        day("toStartOfQuarter") { CivilDate($0.year, ($0.month - 1) / 3 * 3 + 1, 1) },
        day("toStartOfMonth") { CivilDate($0.year, $0.month, 1) },
        day("toLastDayOfMonth", "LAST_DAY") { CivilDate($0.year, $0.month, CivilDate.days(inMonth: $0.month, of: $0.year)) },
        day("toMonday") { CivilDate(daysSince1970: $0.daysSince1970 + 1 - CivilDate.dayOfWeek($0.daysSince1970)) },
        day("toStartOfISOYear") { date in
            let fourth = CivilDate(DatePartFunctions.isoWeek(date).year, 1, 4).daysSince1970
            return CivilDate(daysSince1970: fourth + 1 - CivilDate.dayOfWeek(fourth))
        },
        Function(
            "toStartOfWeek", arity: 1...3,
            type: { signature in
                try DateValues.isDateOrTime(signature)
                return .date
            }
        ) { arguments in
            let values = try DateValues(arguments, zone: 2)
            let isMonday = arguments.values.count > 1 && (arguments[1].constant?.integer ?? 0) & 1 == 1
            return Column.numbers(
                (0..<arguments.count).map { row in
                    let days = values.days(row)
                    let weekday = CivilDate.dayOfWeek(days)
                    return Int64(days - (isMonday ? weekday - 1 : weekday % 7))
                }, as: .date)
        },
        time("toStartOfDay", 86_400), time("toStartOfHour", 3600), time("toStartOfMinute", 60), time("toStartOfSecond", 1),
        time("toStartOfFiveMinutes", 300, "toStartOfFiveMinute"), time("toStartOfTenMinutes", 600),
        time("toStartOfFifteenMinutes", 900), time("timeSlot", 1800),
        Function(
            "toStartOfInterval", arity: 2...3,
            type: { signature in
                try DateValues.isDateOrTime(signature)
                guard case .interval(let unit) = signature.types[1], let amount = signature.constants[1]?.integer, amount > 0
                else {
                    throw EngineError(
                        .illegalTypeOfArgument, "Second argument of toStartOfInterval must be a positive constant interval")
                }
                return startType(unit, signature.types[0])
            }
        ) { arguments in
            guard case .interval(let unit) = arguments[1].type, let amount = arguments[1].constant?.integer else {
                return .nothing(0)
            }
            return try start(arguments, 0, unit, Int(amount))
        },
        Function(
            "dateTrunc", "date_trunc", arity: 2...3, anyCase: true,
            type: { signature in
                guard let unit = Parser.unit(try signature.text(0)) else {
                    throw EngineError(.badArguments, "\(try signature.text(0)) doesn't look like datepart name in date_trunc")
                }
                try DateValues.isDateOrTime(signature, 1)
                return startType(unit, signature.types[1])
            }
        ) { arguments in
            let unit = Parser.unit(String(decoding: arguments.constantText(0) ?? [], as: UTF8.self)) ?? .day
            return try start(arguments, 1, unit, 1)
        },
    ]

    private static func day(_ names: String..., change: @escaping @Sendable (CivilDate) -> CivilDate) -> Function {
        var function = Function(
            names[0], arity: 1...2, anyCase: true,
            type: { signature in
                try DateValues.isDateOrTime(signature)
                return .date
            }
        ) { arguments in
            let values = try DateValues(arguments, zone: 1)
            return Column.numbers(
                (0..<arguments.count).map { Int64(max(0, change(CivilDate(daysSince1970: values.days($0))).daysSince1970)) },
                as: .date)
        }
        function.names = names
        return function
    }

    private static func time(_ name: String, _ unit: Int, _ other: String? = nil) -> Function {
        var function = Function(
            name, arity: 1...2,
            type: { signature in
                try DateValues.isDateOrTime(signature)
                let zone = signature.types.count == 2 ? try signature.text(1) : signature.types[0].zone
                if name == "toStartOfDay" { return .dateTime(zone: zone) }
                if signature.types[0].isDate { throw signature.illegal(0) }
                if name == "toStartOfSecond", case .dateTime64(let precision, _) = signature.types[0] {
                    return .dateTime64(precision: precision, zone: zone)
                }
                return .dateTime(zone: zone)
            }
        ) { arguments in
            let values = try DateValues(arguments, zone: 1)
            return Column.numbers(
                (0..<arguments.count).map { row in
                    let time = values.time(row).time
                    if unit == 86_400 {
                        let start = CivilTime(time.date)
                        return values.type.isDate ? Int64(values.seconds(row)) : values.number(start) / values.scale
                    }
                    let past = (time.hour * 3600 + time.minute * 60 + time.second) % unit
                    let start = Int64(values.seconds(row) - past)
                    return name == "toStartOfSecond" ? start * values.scale : start
                }, as: arguments.type)
        }
        function.names = [name] + (other.map { [$0] } ?? [])
        return function
    }

    private static func startType(_ unit: IntervalUnit, _ type: DataType) -> DataType {
        switch unit {
        case .year, .quarter, .month, .week: .date
        case .day, .hour, .minute, .second: .dateTime(zone: type.zone)
        case .millisecond: .dateTime64(precision: 3, zone: type.zone)
        case .microsecond: .dateTime64(precision: 6, zone: type.zone)
        case .nanosecond: .dateTime64(precision: 9, zone: type.zone)
        }
    }

    private static func start(_ arguments: Arguments, _ index: Int, _ unit: IntervalUnit, _ amount: Int) throws -> Column {
        let values = try DateValues(arguments, index, zone: 2)
        func date(_ row: Int) -> CivilDate { CivilDate(daysSince1970: values.days(row)) }
        let numbers: [Int64] = (0..<arguments.count).map { row in
            switch unit {
            case .year: return Int64(CivilDate(max(1970, date(row).year / amount * amount), 1, 1).daysSince1970)
            case .quarter, .month:
                let step = unit == .quarter ? amount * 3 : amount
                let months = (date(row).year * 12 + date(row).month - 1 - 1970 * 12) / step * step
                return Int64(CivilDate(1970 + floorDiv(months, 12), floorMod(months, 12) + 1, 1).daysSince1970)
            case .week: return Int64(max(0, floorDiv(values.days(row) + 3, 7 * amount) * 7 * amount - 3))
            case .day:
                let days = floorDiv(values.days(row), amount) * amount
                if values.type.isDate { return Int64(days) * 86_400 }
                return values.number(CivilTime(CivilDate(daysSince1970: days))) / values.scale
            case .hour, .minute, .second:
                let step = amount * (unit == .hour ? 3600 : unit == .minute ? 60 : 1)
                let time = values.time(row).time
                let ofDay = time.hour * 3600 + time.minute * 60 + time.second
                return Int64(values.seconds(row) - floorMod(ofDay, step))
            case .millisecond, .microsecond, .nanosecond:
                let scale: Int64 = unit == .millisecond ? 1000 : unit == .microsecond ? 1_000_000 : 1_000_000_000
                let raw =
                    values.scale <= scale ? values.raw(row) &* (scale / values.scale) : values.raw(row) / (values.scale / scale)
                return Int64(floorDiv(Int(raw), amount) * amount)
            }
        }
        return Column.numbers(numbers, as: arguments.type)
    }
}
