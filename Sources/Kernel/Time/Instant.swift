// A point in a world's time, and the arithmetic of durations in whole nanoseconds.

/// A point in a world's time, in nanoseconds since the Unix epoch.
public struct Instant: InstantProtocol, Hashable, Sendable, CustomStringConvertible {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public let nanoseconds: Int64

    /// The instant `nanoseconds` after the Unix epoch.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// 2026-01-01T00:00:00Z, when every simulated world begins.
    public static let simulatedEpoch = Instant(nanoseconds: 1_767_225_600_000_000_000)

    public func advanced(by duration: Duration) -> Instant {
        Instant(nanoseconds: nanoseconds + duration.nanosecondsClamped)
    }

    public func duration(to other: Instant) -> Duration { .nanoseconds(other.nanoseconds - nanoseconds) }

    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Whole seconds since the Unix epoch, as JWT and HTTP count them.
    public var seconds: Int64 { nanoseconds / 1_000_000_000 }

    /// Whole milliseconds since the Unix epoch.
    public var milliseconds: Int64 { nanoseconds / 1_000_000 }

    /// ISO 8601 in UTC with milliseconds: `2026-01-01T00:00:00.000Z`.
    public var description: String { text(between: "T", atEnd: "Z") }

    /// Date and time in UTC with milliseconds, with a text between them and one at the end. For the years 0 to 9999.
    public func text(between separator: String, atEnd end: String = "") -> String {
        let second = Int((nanoseconds - nanoseconds.remainder(by: 1_000_000_000)) / 1_000_000_000)
        let day = (second - second.remainder(by: 86_400)) / 86_400
        let ofDay = second.remainder(by: 86_400)
        let civil = CivilDate(dayOfEpoch: day)
        var text: [UInt8] = []
        text.reserveCapacity(32)
        func append(_ number: Int, _ digits: Int, _ mark: Character?) {
            var unit = digits == 4 ? 1000 : digits == 3 ? 100 : 10
            while unit > 0 {
                text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / unit % 10))
                unit /= 10
            }
            if let mark { text.append(mark.asciiValue!) }
        }
        append(civil.year, 4, "-")
        append(civil.month, 2, "-")
        append(civil.day, 2, nil)
        text += separator.utf8
        append(ofDay / 3600, 2, ":")
        append(ofDay / 60 % 60, 2, ":")
        append(ofDay % 60, 2, ".")
        append(Int(nanoseconds.remainder(by: 1_000_000_000)) / 1_000_000, 3, nil)
        text += end.utf8
        return String(decoding: text, as: UTF8.self)
    }
}

extension BinaryInteger {
    /// The remainder that is never negative.
    fileprivate func remainder(by divisor: Self) -> Self {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}

/// A day of the proleptic Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms").
struct CivilDate {
    let dayOfEpoch: Int
    let year: Int
    let month: Int
    let day: Int

    init(dayOfEpoch: Int) {
        self.dayOfEpoch = dayOfEpoch
        let shifted = dayOfEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}

extension Duration {
    /// The duration in whole nanoseconds, held within what 64 bits can say (292 years).
    public var nanosecondsClamped: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration in milliseconds, with fraction.
    public var milliseconds: Double { Double(nanosecondsClamped) / 1e6 }
}
