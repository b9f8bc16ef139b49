// Reads the instants that this project writes.

extension Instant {
    /// Reads date and time in UTC, `2026-01-01T00:00:00Z`, with up to nine digits of a fraction; nil for anything else.
    public init?(iso8601 text: String) {
        let digits = Array(text.utf8)
        guard digits.count >= 20, digits.last == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var number = 0
            for digit in digits[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                number = number * 10 + Int(digit - UInt8(ascii: "0"))
            }
            return number
        }
        for (index, mark) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")] where digits[index] != mark.utf8.first {
            return nil
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), hour < 24, minute < 60, second < 60,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        var fraction = 0
        if digits[19] == UInt8(ascii: ".") {
            let length = digits.count - 21
            guard (1...9).contains(length), let read = number(20..<20 + length) else { return nil }
            fraction = (0..<9 - length).reduce(read) { number, _ in number * 10 }
        } else if digits.count != 20 {
            return nil
        }
        let seconds = date.dayOfEpoch * 86_400 + hour * 3600 + minute * 60 + second
        let (product, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return nil }
        self.init(nanoseconds: product + Int64(fraction))
    }
}

extension CivilDate {
    /// The day of a date; nil for one that the calendar does not have.
    init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(dayOfEpoch: era * 146_097 + dayOfEra - 719_468)
        // The 31st of June is the 1st of July by this count, and no date.
        guard self.month == month, self.day == day else { return nil }
    }
}
