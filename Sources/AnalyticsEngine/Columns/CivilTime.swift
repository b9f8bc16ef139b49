// The calendar: days and seconds since 1970 as dates and times, in the proleptic Gregorian calendar.

/// A day, as year, month and day.
struct CivilDate: Equatable {
    var year: Int
    var month: Int
    var day: Int

    init(_ year: Int, _ month: Int, _ day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The date of a day since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
    init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970.
    var daysSince1970: Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    static func days(inMonth month: Int, of year: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Monday 1 to Sunday 7.
    static func dayOfWeek(_ days: Int) -> Int { floorMod(days + 3, 7) + 1 }

    var dayOfYear: Int { daysSince1970 - CivilDate(year, 1, 1).daysSince1970 + 1 }

    /// The date so many months on; the day is at most the month's last.
    func adding(months: Int) -> CivilDate {
        let total = clampedSum(year * 12 + month - 1, months)
        let (year, month) = (floorDiv(total, 12), floorMod(total, 12) + 1)
        return CivilDate(year, month, min(day, Self.days(inMonth: month, of: year)))
    }

    private func clampedSum(_ left: Int, _ right: Int) -> Int { left + max(-1_000_000, min(right, 1_000_000)) }
}

func floorDiv(_ left: Int, _ right: Int) -> Int {
    let quotient = left / right
    return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient
}

func floorMod(_ left: Int, _ right: Int) -> Int { left - floorDiv(left, right) * right }

/// A time of a day in a zone.
struct CivilTime {
    var date: CivilDate
    var hour: Int
    var minute: Int
    var second: Int

    /// The time of seconds since 1970 of a clock that shows `offset` more than UTC.
    init(seconds: Int, offset: Int) {
        let local = seconds &+ offset
        let days = floorDiv(local, 86_400)
        date = CivilDate(daysSince1970: days)
        let rest = local - days * 86_400
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
    }

    init(_ date: CivilDate, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0) {
        self.date = date
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    /// Seconds since 1970, where the clock is so.
    func seconds(_ offset: (Int64) -> Int) -> Int {
        let local = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second
        let first = local - offset(Int64(local))
        return local - offset(Int64(first))
    }
}

/// Powers of ten.
let powersOfTen: [Int64] = (0...18).map { exponent in (0..<exponent).reduce(Int64(1)) { product, _ in product * 10 } }
