// Numbers as ClickHouse reads them.

/// Reads numbers.
enum NumberText {
    /// A number of a statement: decimal, hexadecimal or binary, with `_` between digits; nil where it is none.
    static func literal(_ bytes: [UInt8], isNegative: Bool) -> Value? {
        let text = String(decoding: bytes.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        let lower = text.lowercased()
        for (prefix, radix) in [("0x", 16), ("0b", 2)] where lower.hasPrefix(prefix) {
            if let number = UInt64(lower.dropFirst(2), radix: radix) { return integer(number, isNegative) }
            return Double(lower).map { .float(isNegative ? -$0 : $0) }
        }
        if let number = UInt64(text) { return integer(number, isNegative) }
        guard let number = Double(text.hasSuffix(".") ? text + "0" : text.hasPrefix(".") ? "0" + text : text) ?? trailing(text)
        else { return nil }
        return .float(isNegative ? -number : number)
    }

    /// `1.e5`, which Swift does not read.
    private static func trailing(_ text: String) -> Double? {
        guard let range = text.firstRange(of: ".e") ?? text.firstRange(of: ".E") else { return nil }
        return Double(text[..<range.lowerBound] + "e" + text[range.upperBound...])
    }

    private static func integer(_ number: UInt64, _ isNegative: Bool) -> Value {
        guard isNegative else { return .unsigned(number) }
        if number <= UInt64(Int64.max) { return .integer(-Int64(number)) }
        return number == UInt64(Int64.max) + 1 ? .signed(.min) : .float(-Double(number))
    }
}
