// Durations as people write them: 250us, 20ms, 1.5s, 2m, 1h.

extension Duration {
    /// Reads a number and a unit: `ns`, `us`, `ms`, `s`, `m` or `h`. Nil for anything else, and for negative numbers.
    public init?(text: String) {
        let units: [(suffix: String, nanoseconds: Double)] = [
            ("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
        ]
        let number = text.prefix { $0.isNumber || $0 == "." }
        guard let unit = units.first(where: { $0.suffix == text.dropFirst(number.count) }), let count = Double(number),
            count * unit.nanoseconds < 9e18
        else { return nil }
        self = .nanoseconds(Int64((count * unit.nanoseconds).rounded()))
    }

    /// The duration in the largest unit that gives a number of at least 1: `1.5s`, `20ms`, `0s`.
    public var text: String {
        let nanoseconds = Double(components.seconds) * 1e9 + Double(components.attoseconds / 1_000_000_000)
        let units: [(suffix: String, nanoseconds: Double)] = [
            ("h", 3600e9), ("m", 60e9), ("s", 1e9), ("ms", 1e6), ("us", 1e3), ("ns", 1),
        ]
        guard let unit = units.first(where: { nanoseconds >= $0.nanoseconds }) else { return "0s" }
        let rounded = (nanoseconds / unit.nanoseconds * 1000).rounded() / 1000
        let isWhole = rounded == rounded.rounded()
        return (isWhole ? String(Int(rounded)) : String(rounded)) + unit.suffix
    }
}
