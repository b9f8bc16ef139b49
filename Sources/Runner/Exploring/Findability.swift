// How easily a failure is found, and how many seeds it takes to be sure that it is gone.

import Foundation

/// How often a failure showed among seeds that were tried.
public struct Findability: Sendable, Hashable {
    /// How many seeds failed in this way; at least 1.
    public let failed: Int
    /// Of how many that were tried.
    public let seeds: Int

    /// A count. Traps unless at least one seed failed, of at least as many.
    public init(failed: Int, of seeds: Int) {
        precondition(failed > 0 && seeds >= failed, "\(failed) of \(seeds) seeds cannot have failed")
        self.failed = failed
        self.seeds = seeds
    }

    /// The chance that a seed fails, no greater than it is with 95 % confidence: the lower end of Wilson's score interval
    /// (E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927).
    public var chance: Double {
        let (z, n) = (1.6449, Double(seeds))
        let share = Double(failed) / n
        let middle = share + z * z / (2 * n)
        let spread = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return max((middle - spread) / (1 + z * z / n), 1e-9)
    }

    /// After how many seeds without the failure one may say with so much confidence that it is gone.
    public func seedsNeeded(confidence: Double = 0.99) -> UInt64 {
        chance >= 1 ? 1 : UInt64(max(1, (log(1 - confidence) / log(1 - chance)).rounded(.up)))
    }
}
