// Times as text in a format of one's own, times from loose text, and DateTime64 from whole numbers.

/// Date format functions.
enum DateFormatFunctions {
    static let all: [Function] =
        [
            Function(
                "formatDateTime", "DATE_FORMAT", arity: 2...3, anyCase: true,
                type: { signature in
                    try DateValues.isDateOrTime(signature)
                    try signature.require(1, \.isString)
                    return .string
                }
            ) { arguments in
                let values = try DateValues(arguments, zone: 2)
                let formats = arguments.texts(1)
                return try arguments.texts { row in try format(values, row, formats[row]) }
            },
            bestEffort("parseDateTimeBestEffort", "toDateTimeBestEffort", orNull: false, orZero: false),
            bestEffort("parseDateTimeBestEffortOrNull", orNull: true, orZero: false),
            bestEffort("parseDateTimeBestEffortOrZero", orNull: false, orZero: true),
        ]
        + [("Milli", 3), ("Micro", 6), ("Nano", 9)].flatMap { name, precision in
            [
                Function(
                    "toUnixTimestamp64" + name, arity: 1...1,
                    type: { signature in
                        guard case .dateTime64 = signature.types[0] else { throw signature.illegal(0) }
                        return .int64
                    }
                ) { arguments in
                    try Cast(context: arguments.context).column(arguments[0], to: .dateTime64(precision: precision, zone: nil))
                        .full
                },
                Function(
                    "fromUnixTimestamp64" + name, arity: 1...2,
                    type: { signature in
                        guard signature.types[0].isInteger else { throw signature.illegal(0) }
                        return .dateTime64(precision: precision, zone: signature.types.count == 2 ? try signature.text(1) : nil)
                    }
                ) { .int64($0.int64s(0)) },
            ]
        }

    private static func format(_ values: DateValues, _ row: Int, _ format: ArraySlice<UInt8>) throws -> [UInt8] {
        let (time, fraction) = values.time(row)
        var out: [UInt8] = []
        var isSpecifier = false
        for byte in format {
            guard isSpecifier else {
                if byte == UInt8(ascii: "%") { isSpecifier = true } else { out.append(byte) }
                continue
            }
            isSpecifier = false
            let date = time.date
            func number(_ number: Int, _ digits: Int = 2) { ValueText.write(number, digits, &out) }
            switch byte {
            case UInt8(ascii: "Y"): number(date.year, 4)
            case UInt8(ascii: "y"): number(date.year % 100)
            case UInt8(ascii: "C"): number(date.year / 100)
            case UInt8(ascii: "m"): number(date.month)
            case UInt8(ascii: "d"): number(date.day)
            case UInt8(ascii: "e"):
                if date.day < 10 { out.append(0x20) }
                number(date.day, 1)
            case UInt8(ascii: "H"): number(time.hour)
            case UInt8(ascii: "I"), UInt8(ascii: "h"): number((time.hour + 11) % 12 + 1)
            case UInt8(ascii: "i"), UInt8(ascii: "M"): number(time.minute)
            case UInt8(ascii: "S"), UInt8(ascii: "s"): number(time.second)
            case UInt8(ascii: "p"): out += (time.hour < 12 ? "AM" : "PM").utf8
            case UInt8(ascii: "j"): number(date.dayOfYear, 3)
            case UInt8(ascii: "Q"): number((date.month - 1) / 3 + 1, 1)
            case UInt8(ascii: "u"): number(CivilDate.dayOfWeek(date.daysSince1970), 1)
            case UInt8(ascii: "w"): number(CivilDate.dayOfWeek(date.daysSince1970) % 7, 1)
            case UInt8(ascii: "V"): number(DatePartFunctions.isoWeek(date).week)
            case UInt8(ascii: "G"): number(DatePartFunctions.isoWeek(date).year, 4)
            case UInt8(ascii: "g"): number(DatePartFunctions.isoWeek(date).year % 100)
            case UInt8(ascii: "b"): out += DateNames.months[date.month - 1].utf8.prefix(3)
            case UInt8(ascii: "a"): out += DateNames.days[CivilDate.dayOfWeek(date.daysSince1970) - 1].utf8.prefix(3)
            case UInt8(ascii: "W"): out += DateNames.days[CivilDate.dayOfWeek(date.daysSince1970) - 1].utf8
            case UInt8(ascii: "F"): ValueText.write(date, &out)
            case UInt8(ascii: "D"):
                number(date.month)
                out.append(UInt8(ascii: "/"))
                number(date.day)
                out.append(UInt8(ascii: "/"))
                number(date.year % 100)
            case UInt8(ascii: "T"), UInt8(ascii: "R"):
                number(time.hour)
                out.append(UInt8(ascii: ":"))
                number(time.minute)
                if byte == UInt8(ascii: "T") {
                    out.append(UInt8(ascii: ":"))
                    number(time.second)
                }
            case UInt8(ascii: "f"): number(Int(fraction * (1_000_000 / min(values.scale, 1_000_000))), 6)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "%"): out.append(byte)
            default:
                throw EngineError(
                    .notImplemented,
                    "Wrong syntax '\(String(decoding: format, as: UTF8.self))', unexpected symbol '\(String(decoding: [byte], as: UTF8.self))' for function formatDateTime"
                )
            }
        }
        return out
    }

    private static func bestEffort(_ names: String..., orNull: Bool, orZero: Bool) -> Function {
        var function = Function(
            names[0], arity: 1...2,
            type: { signature in
                try signature.require(0, \.isString)
                let type = DataType.dateTime(zone: signature.types.count == 2 ? try signature.text(1) : nil)
                return orNull ? .nullable(type) : type
            }
        ) { arguments in
            let texts = arguments.texts(0)
            let reader = ValueReader(context: arguments.context)
            let inner = orNull ? arguments.type.core : arguments.type
            let values = try (0..<arguments.count).map { row -> Value in
                var text = texts[row].trimmed
                // A fraction of seconds and a zone of UTC are heard and left out.
                if text.last == UInt8(ascii: "Z") { text.removeLast() }
                if text.count > 19, text[text.startIndex + 19] == UInt8(ascii: ".") { text = text.prefix(19) }
                do {
                    return try reader.value(text, inner)
                } catch {
                    if orNull { return .null }
                    if orZero { return .unsigned(0) }
                    throw error
                }
            }
            return Column(values, arguments.type)
        }
        function.names = names
        return function
    }
}
