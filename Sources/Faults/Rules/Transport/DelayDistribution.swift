// How delays are spread around their mean, from one draw, with operations that are exact on every machine.

public import Kernel

/// How delays are spread. Computed with additions, multiplications, divisions and square roots alone, which IEEE 754
/// rounds alike everywhere: a logarithm of the system's library may differ from machine to machine.
public enum DelayDistribution: String, Sendable, CaseIterable {
    /// Each delay from mean - jitter to mean + jitter is equally likely.
    case uniform
    /// The bell curve with the jitter as its standard deviation, cut at 0 (the sum of 12 numbers, Irwin-Hall).
    case normal
    /// Many short delays and ever fewer long ones, as between independent arrivals.
    case exponential
    /// A heavy tail (shape 2): half the mean at least, and now and then many times the mean, up to a hundred times.
    case pareto

    /// The delay that a draw stands for.
    public func delay(mean: Duration, jitter: Duration, _ draw: Draw) -> Duration {
        switch self {
        case .uniform: jitter == .zero ? mean : draw.duration(in: max(.zero, mean - jitter)...(mean + jitter))
        case .normal: Self.scaled(Double(mean.nanosecondsClamped) + Double(jitter.nanosecondsClamped) * Self.bell(draw.bits))
        case .exponential: Self.scaled(-Double(mean.nanosecondsClamped) * Self.naturalLogarithm(Self.aboveZero(draw)))
        case .pareto:
            Self.scaled(Double(mean.nanosecondsClamped) * min(0.5 / Self.aboveZero(draw).squareRoot(), 100))
        }
    }

    private static func scaled(_ nanoseconds: Double) -> Duration {
        .nanoseconds(Int64(min(max(nanoseconds, 0), 4e18).rounded()))
    }

    /// A fraction above 0 and up to 1.
    private static func aboveZero(_ draw: Draw) -> Double { draw.fraction + 0x1p-53 }

    /// A number of the standard normal distribution, from -6 to 6.
    private static func bell(_ bits: UInt64) -> Double {
        var sum: UInt64 = 0
        for word in 0..<3 as Range<UInt64> {
            var hash = StableHash(key: bits)
            hash.combine(word)
            let value = hash.value
            for place in 0..<4 as Range<UInt64> { sum += value >> (place * 16) & 0xffff }
        }
        return (Double(sum) - 6 * 65535) / 65536
    }

    /// The natural logarithm, by the series of the inverse hyperbolic tangent. For numbers above 0.
    static func naturalLogarithm(_ number: Double) -> Double {
        let ratio = (number.significand - 1) / (number.significand + 1)
        let square = ratio * ratio
        var sum = 0.0
        for term in stride(from: 41, through: 1, by: -2) { sum = sum * square + 1 / Double(term) }
        return Double(number.exponent) * 0.6931471805599453 + 2 * ratio * sum
    }
}
