// How date functions look at their arguments: as days and seconds of a zone.

/// A column of dates or times, each as a time of day in its zone.
struct DateValues {
    let type: DataType
    private let numbers: [Int64]
    private let offset: (Int64) -> Int
    let scale: Int64

    /// The argument at `index`, in the zone that argument `zone` names, or its own.
    init(_ arguments: Arguments, _ index: Int = 0, zone: Int? = nil) throws {
        var value = arguments[index]
        if value.type.isString {
            value = try Cast(context: arguments.context).column(value, to: .dateTime64(precision: 3, zone: nil))
        }
        let named = zone.flatMap { $0 < arguments.values.count ? arguments.constantText($0) : nil }
        try self.init(value, zone: named.map { String(decoding: $0, as: UTF8.self) }, arguments.context)
    }

    init(_ value: TypedColumn, zone: String? = nil, _ context: Context) throws {
        type = value.type
        numbers = value.full.int64s
        offset = try context.offset(of: zone ?? value.type.zone)
        if case .dateTime64(let precision, _) = value.type { scale = powersOfTen[precision] } else { scale = 1 }
    }

    /// The time of a row, and the fraction of its second in ticks.
    func time(_ row: Int) -> (time: CivilTime, fraction: Int64) {
        let number = numbers[row]
        if type.isDate { return (CivilTime(CivilDate(daysSince1970: Int(number))), 0) }
        let seconds = Int64(floorDiv(Int(number), Int(scale)))
        return (CivilTime(seconds: Int(seconds), offset: offset(seconds)), number - seconds * scale)
    }

    func days(_ row: Int) -> Int {
        type.isDate ? Int(numbers[row]) : time(row).time.date.daysSince1970
    }

    /// Seconds since 1970, of a date its midnight.
    func seconds(_ row: Int) -> Int {
        type.isDate
            ? CivilTime(CivilDate(daysSince1970: Int(numbers[row]))).seconds(offset) : floorDiv(Int(numbers[row]), Int(scale))
    }

    /// The stored number of a time of the same type.
    func number(_ time: CivilTime, fraction: Int64 = 0) -> Int64 {
        if type.isDate { return Int64(time.date.daysSince1970) }
        return Int64(time.seconds(offset)) &* scale &+ fraction
    }

    func number(seconds: Int, fraction: Int64 = 0) -> Int64 { Int64(seconds) &* scale &+ fraction }

    func raw(_ row: Int) -> Int64 { numbers[row] }

    static func isDateOrTime(_ signature: Signature, _ index: Int = 0) throws {
        guard signature.types[index].isDateOrTime else {
            throw EngineError(
                .illegalTypeOfArgument,
                "Illegal type \(signature.types[index].name) of argument of function \(signature.name). "
                    + "Should be Date, Date32, DateTime or DateTime64")
        }
    }
}
