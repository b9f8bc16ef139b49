// Names of letters, digits and a few marks: of tools, runs, files. Read byte by byte, as such are checked on every request.

extension UInt8 {
    /// Whether it is an ASCII letter or digit.
    public var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension StringProtocol {
    /// Whether it has as many bytes as `length` allows, each an ASCII letter, a digit, or one of `marks`, which are ASCII too.
    public func isASCIIName(of length: ClosedRange<Int>, marks: String = "_-") -> Bool {
        length.contains(utf8.count) && utf8.allSatisfy { $0.isASCIILetterOrDigit || marks.utf8.contains($0) }
    }
}
