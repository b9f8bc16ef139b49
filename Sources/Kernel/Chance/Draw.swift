// One chance decision: 64 seeded bits, and the shapes in which code asks for them.

/// The outcome of one keyed chance decision: 64 bits that can be read as a number, a fraction or a time.
///
/// A draw is read once, in one shape; reading it twice gives the same answer, not a second one.
public struct Draw: Sendable, Equatable {
    /// The bits of the decision.
    public let bits: UInt64

    /// A draw with given bits.
    public init(bits: UInt64) { self.bits = bits }

    /// A number from 0 up to, and without, `bound`. The bias is below 2^-32 for bounds below 2^32.
    public func number(below bound: UInt64) -> UInt64 {
        precondition(bound > 0, "a draw below 0 has no outcome")
        return bits.multipliedFullWidth(by: bound).high
    }

    /// Whether something of the given probability happens.
    public func happens(_ probability: Ratio) -> Bool {
        number(below: probability.denominator) < probability.numerator
    }

    /// A fraction in 0 ..< 1 with 53 bits.
    public var fraction: Double { Double(bits >> 11) * 0x1p-53 }

    /// A time from `range`, in whole nanoseconds, each equally likely.
    public func duration(in range: ClosedRange<Duration>) -> Duration {
        let low = range.lowerBound.nanosecondsClamped
        let span = UInt64(range.upperBound.nanosecondsClamped - low)
        return .nanoseconds(low + Int64(number(below: span &+ 1 == 0 ? .max : span + 1)))
    }
}

/// A probability as a fraction of whole numbers, so that no rounding differs between machines.
public struct Ratio: Sendable, Hashable {
    /// How many of `denominator` cases happen.
    public let numerator: UInt64
    /// Of how many cases; never 0.
    public let denominator: UInt64

    /// `numerator` in `denominator` cases. Traps if the denominator is 0 or the ratio is above 1.
    public init(_ numerator: UInt64, in denominator: UInt64) {
        precondition(denominator > 0 && numerator <= denominator, "\(numerator)/\(denominator) is no probability")
        self.numerator = numerator
        self.denominator = denominator
    }

    /// Always.
    public static let always = Ratio(1, in: 1)
    /// Never.
    public static let never = Ratio(0, in: 1)
}
