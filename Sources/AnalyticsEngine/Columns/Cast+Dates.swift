// Conversions between dates, times and numbers.

extension Cast {
    /// A column of which one of the types is a date or time, the other a number, date or time.
    func dates(_ column: Column, _ from: DataType, _ to: DataType) throws -> Column {
        switch (from, to) {
        case (_, .date), (_, .date32):
            return Column.numbers(try days(column, from, isNarrow: to == .date), as: to)
        case (_, .dateTime(let zone)):
            let offset = try context.offset(of: zone ?? from.zone)
            return Column.numbers(seconds(column, from, offset).map { max(0, min($0, Int64(UInt32.max))) }, as: to)
        case (_, .dateTime64(let precision, let zone)):
            let offset = try context.offset(of: zone ?? from.zone)
            return Column.numbers(ticks(column, from, precision, offset), as: to)
        case (.dateTime64(let precision, _), _):
            let scale = powersOfTen[precision]
            if to.isFloat { return Column.numbers(column.int64s.map { Double($0) / Double(scale) }, as: to) }
            return Column.numbers(column.int64s.map { Int64(floorDiv(Int($0), Int(scale))) }, as: to)
        default: return Column.numbers(column.int64s, as: to)
        }
    }

    private func days(_ column: Column, _ from: DataType, isNarrow: Bool) throws -> [Int64] {
        let limits: ClosedRange<Int64> = isNarrow ? 0...0xFFFF : -25_567...120_529
        func limited(_ day: Int64) -> Int64 { max(limits.lowerBound, min(day, limits.upperBound)) }
        switch from {
        case .date, .date32: return column.int64s.map(limited)
        case .dateTime(let zone):
            let offset = try context.offset(of: zone)
            return column.int64s.map { limited(Int64(floorDiv(Int($0) + offset($0), 86_400))) }
        case .dateTime64(let precision, let zone):
            let offset = try context.offset(of: zone)
            return column.int64s.map { ticks in
                let seconds = floorDiv(Int(ticks), Int(powersOfTen[precision]))
                return limited(Int64(floorDiv(seconds + offset(Int64(seconds)), 86_400)))
            }
        default:
            // A number is a day up to 65535, and a second above it.
            let offset = try context.offset(of: nil)
            return column.int64s.map { $0 <= 0xFFFF ? limited($0) : limited(Int64(floorDiv(Int($0) + offset($0), 86_400))) }
        }
    }

    private func seconds(_ column: Column, _ from: DataType, _ offset: (Int64) -> Int) -> [Int64] {
        switch from {
        case .date, .date32:
            return column.int64s.map { Int64(CivilTime(CivilDate(daysSince1970: Int($0))).seconds(offset)) }
        case .dateTime64(let precision, _):
            return column.int64s.map { Int64(floorDiv(Int($0), Int(powersOfTen[precision]))) }
        default: return column.int64s
        }
    }

    private func ticks(_ column: Column, _ from: DataType, _ precision: Int, _ offset: (Int64) -> Int) -> [Int64] {
        if case .dateTime64(let old, _) = from {
            if old <= precision { return column.int64s.map { $0 &* powersOfTen[precision - old] } }
            return column.int64s.map { Int64(floorDiv(Int($0), Int(powersOfTen[old - precision]))) }
        }
        if from.isFloat {
            return column.doubles.map { Int64(wrapping: ($0 * Double(powersOfTen[precision]))) }
        }
        return seconds(column, from, offset).map { $0 &* powersOfTen[precision] }
    }
}
