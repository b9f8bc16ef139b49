// Parts of dates and times as numbers: toYear, toHour, toYYYYMM, toDayOfWeek.

/// Functions that give a part of a date.
enum DatePartFunctions {
    static let all: [Function] = [
        part("toYear", "YEAR", .uint16) { $0.date.year }, part("toQuarter", "QUARTER", .uint8) { ($0.date.month - 1) / 3 + 1 },
        part("toMonth", "MONTH", .uint8) { $0.date.month }, part("toDayOfMonth", "DAY", "DAYOFMONTH", .uint8) { $0.date.day },
        part("toDayOfYear", "DAYOFYEAR", .uint16) { $0.date.dayOfYear },
        part("toDayOfWeek", "DAYOFWEEK", .uint8) { CivilDate.dayOfWeek($0.date.daysSince1970) },
        part("toHour", "HOUR", .uint8) { $0.hour }, part("toMinute", "MINUTE", .uint8) { $0.minute },
        part("toSecond", "SECOND", .uint8) { $0.second }, part("toYYYYMM", .uint32) { $0.date.year * 100 + $0.date.month },
        part("toYYYYMMDD", .uint32) { ($0.date.year * 100 + $0.date.month) * 100 + $0.date.day },
        part("toYYYYMMDDhhmmss", .uint64) { time in
            let date = (time.date.year * 100 + time.date.month) * 100 + time.date.day
            return ((date * 100 + time.hour) * 100 + time.minute) * 100 + time.second
        },
        part("toISOYear", .uint16) { isoWeek($0.date).year }, part("toISOWeek", .uint8) { isoWeek($0.date).week },
        part("toRelativeYearNum", .uint16) { $0.date.year },
        part("toRelativeQuarterNum", .uint32) { $0.date.year * 4 + ($0.date.month - 1) / 3 },
        part("toRelativeMonthNum", .uint32) { $0.date.year * 12 + $0.date.month },
        part("toRelativeWeekNum", .uint32) { ($0.date.daysSince1970 + 8 - CivilDate.dayOfWeek($0.date.daysSince1970)) / 7 },
        part("toRelativeDayNum", .uint32) { $0.date.daysSince1970 },
        relative("toRelativeHourNum", 3600), relative("toRelativeMinuteNum", 60), relative("toRelativeSecondNum", 1),
        Function(
            "dateName", arity: 2...3, anyCase: true,
            type: { signature in
                _ = try signature.text(0)
                try DateValues.isDateOrTime(signature, 1)
                return .string
            }
        ) { arguments in
            let unit = String(decoding: arguments.constantText(0) ?? [], as: UTF8.self).lowercased()
            let values = try DateValues(arguments, 1, zone: 2)
            return try arguments.texts { row in Array(try name(of: values.time(row).time, unit).utf8) }
        },
        Function(
            "monthName", arity: 1...1, anyCase: true,
            type: { signature in
                try DateValues.isDateOrTime(signature)
                return .string
            }
        ) { arguments in
            let values = try DateValues(arguments)
            return arguments.texts { Array(DateNames.months[values.time($0).time.date.month - 1].utf8) }
        },
        Function("timezoneOf", arity: 1...1, anyCase: true, type: { _ in .string }) { arguments in
            arguments.texts { _ in Array((arguments[0].type.zone ?? "UTC").utf8) }
        },
    ]

    private static func part(
        _ names: String..., type: DataType = .uint8, _ part: @escaping @Sendable (CivilTime) -> Int
    ) -> Function { make(names, type, part) }

    private static func part(_ name: String, _ type: DataType, _ part: @escaping @Sendable (CivilTime) -> Int) -> Function {
        make([name], type, part)
    }

    private static func part(
        _ name: String, _ other: String, _ type: DataType, _ part: @escaping @Sendable (CivilTime) -> Int
    ) -> Function { make([name, other], type, part) }

    private static func part(
        _ name: String, _ other: String, _ third: String, _ type: DataType, _ part: @escaping @Sendable (CivilTime) -> Int
    ) -> Function { make([name, other, third], type, part) }

    private static func make(_ names: [String], _ type: DataType, _ part: @escaping @Sendable (CivilTime) -> Int) -> Function {
        var function = Function(
            names[0], arity: 1...2, anyCase: true,
            type: { signature in
                try DateValues.isDateOrTime(signature)
                return type
            }
        ) { arguments in
            let values = try DateValues(arguments, zone: 1)
            return Column.numbers((0..<arguments.count).map { Int64(part(values.time($0).time)) }, as: type)
        }
        function.names = names
        return function
    }

    private static func relative(_ name: String, _ unit: Int) -> Function {
        Function(
            name, arity: 1...2,
            type: { signature in
                try DateValues.isDateOrTime(signature)
                return .uint32
            }
        ) { arguments in
            let values = try DateValues(arguments, zone: 1)
            return Column.numbers((0..<arguments.count).map { Int64(floorDiv(values.seconds($0), unit)) }, as: .uint32)
        }
    }

    /// Year and week by ISO 8601: the week belongs to the year of its Thursday.
    static func isoWeek(_ date: CivilDate) -> (year: Int, week: Int) {
        let days = date.daysSince1970
        let thursday = CivilDate(daysSince1970: days + 4 - CivilDate.dayOfWeek(days))
        return (thursday.year, (thursday.dayOfYear - 1) / 7 + 1)
    }

    private static func name(of time: CivilTime, _ unit: String) throws -> String {
        switch unit {
        case "year": return String(time.date.year)
        case "quarter": return String((time.date.month - 1) / 3 + 1)
        case "month": return DateNames.months[time.date.month - 1]
        case "dayofyear": return String(time.date.dayOfYear)
        case "day": return String(time.date.day)
        case "week": return String(isoWeek(time.date).week)
        case "weekday": return DateNames.days[CivilDate.dayOfWeek(time.date.daysSince1970) - 1]
        case "hour": return String(time.hour)
        case "minute": return String(time.minute)
        case "second": return String(time.second)
        default: throw EngineError(.badArguments, "\(unit) doesn't look like datepart name in dateName")
        }
    }
}

/// English names.
enum DateNames {
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]
    static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
}
