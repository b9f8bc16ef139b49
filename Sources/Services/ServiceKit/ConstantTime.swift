// Comparing secrets without telling how much of them was right.

/// Comparisons whose time does not hang on where two texts differ.
public enum ConstantTime {
    /// Whether two sequences of bytes are equal. Their lengths are no secret.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        // With parentheses: '|' and '^' bind alike in Swift, from left to right.
        for (one, other) in zip(left, right) { difference |= (one ^ other) }
        return difference == 0
    }

    /// Whether two texts are equal, byte by byte.
    public static func areEqual(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
        areEqual(Array(left.utf8), Array(right.utf8))
    }
}
