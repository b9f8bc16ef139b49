// Numbers in texts, as Redis reads and writes them.

import Glibc

/// Reads and writes the numbers of commands and replies.
public enum CacheNumber {
    /// A whole number of 64 bits as Redis reads it: no plus sign, no leading zeros, no spaces. Nil for anything else.
    public static func integer(_ bytes: CacheBytes) -> Int64? {
        let digits = bytes.bytes
        guard !digits.isEmpty, digits.count <= 20 else { return nil }
        let isNegative = digits[0] == UInt8(ascii: "-")
        let first = isNegative ? 1 : 0
        guard digits.count > first else { return nil }
        if digits[first] == UInt8(ascii: "0") { return digits.count == 1 ? 0 : nil }
        var value: Int64 = 0
        for digit in digits[first...] {
            guard (48...57).contains(digit) else { return nil }
            let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = product.subtractingReportingOverflow(Int64(digit - 48))
            guard !isTooLarge, !overflows else { return nil }
            value = sum
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// A number as Redis reads it: C's notation, `inf` and `-inf`, no spaces, no NaN. Nil for anything else.
    public static func double(_ bytes: CacheBytes) -> Double? {
        guard let first = bytes.bytes.first, first > 32, !bytes.bytes.contains(0), bytes.count < 256 else { return nil }
        let text = bytes.text
        return text.withCString { start in
            var end: UnsafeMutablePointer<CChar>?
            let value = strtod(start, &end)
            guard let end, end.pointee == 0, !value.isNaN else { return nil }
            return value
        }
    }

    /// A number as replies write it: at most 17 digits, whole numbers without a fraction, `inf` and `-inf`.
    public static func text(_ number: Double) -> String {
        if number.isInfinite { return number > 0 ? "inf" : "-inf" }
        if number == number.rounded(), abs(number) < 1e17 {
            return number == 0 ? (number.sign == .minus ? "-0" : "0") : String(Int64(number))
        }
        var buffer = [CChar](repeating: 0, count: 64)
        withVaList([number]) { _ = vsnprintf(&buffer, buffer.count, "%.17g", $0) }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
