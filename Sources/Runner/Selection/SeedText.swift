// Seeds as people write them: decimal, hexadecimal, a commit hash, a range.

import Fixtures

/// Reads seeds from the command line.
public enum SeedText {
    /// A 64-bit number in decimal or, with `0x`, in hexadecimal; or a commit hash, whose first 16 digits count.
    public static func seed(_ text: String) throws -> UInt64 {
        if let number = UInt64(text) { return number }
        if text.lowercased().hasPrefix("0x"), let number = UInt64(text.dropFirst(2), radix: 16) { return number }
        // Digits alone are a number that is too large, unless they are as long as a whole hash.
        let isHash = [40, 64].contains(text.count) || !text.allSatisfy(\.isNumber)
        if isHash, (7...64).contains(text.count), let number = UInt64(text.prefix(16), radix: 16) { return number }
        throw InputError(
            "'\(text)' is no seed: write a number of at most 64 bits (42, 0x2a) or a commit hash.", at: Place("--seed"))
    }

    /// `N` seeds beginning with `first`, or the seeds `A..B`, both ends included.
    public static func seeds(_ text: String, from first: UInt64) throws -> [UInt64] {
        let ends = text.split(separator: "..", omittingEmptySubsequences: false).map { UInt64($0) }
        if ends.count == 1, let count = ends[0], count > 0, count <= 100_000_000 {
            return (0..<count).map { first &+ $0 }
        }
        if ends.count == 2, let low = ends[0], let high = ends[1], high >= low, high - low < 100_000_000 {
            return Array(low...high)
        }
        throw InputError(
            "'\(text)' is no range of seeds: write how many (1000) or from where to where (1..1000).", at: Place("--seeds"))
    }
}
