// Durations and counts as reports write them.

extension Duration {
    /// `1.25 s`, `412 ms`, `0.8 ms`, `37 us`: three significant digits at most.
    var spoken: String {
        let seconds = Double(components.seconds) + Double(components.attoseconds) / 1e18
        return switch abs(seconds) {
        case 100...: "\(Int(seconds.rounded())) s"
        case 1...: Self.short(seconds) + " s"
        case 1e-3...: Self.short(seconds * 1e3) + " ms"
        case 0: "0 s"
        default: Self.short(seconds * 1e6) + " us"
        }
    }

    private static func short(_ value: Double) -> String {
        let digits = value >= 100 ? 1.0 : value >= 10 ? 10.0 : 100.0
        let rounded = (value * digits).rounded() / digits
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}

/// `1 user`, `10 users`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
