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
    public var description: String {
        let civil = CivilDate(dayOfEpoch: Int((Double(seconds) / 86400).rounded(.down)))
        let ofDay = Int(seconds - Int64(civil.dayOfEpoch) * 86400)
        func padded(_ number: Int, _ digits: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let day = "\(padded(civil.year, 4))-\(padded(civil.month, 2))-\(padded(civil.day, 2))"
        let time = "\(padded(ofDay / 3600, 2)):\(padded(ofDay / 60 % 60, 2)):\(padded(ofDay % 60, 2))"
        return "\(day)T\(time).\(padded(Int(milliseconds % 1000), 3))Z"
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
