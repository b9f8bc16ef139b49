// What a backslash means in ClickHouse's texts, in SQL and in escaped formats.

/// Escape sequences: `\n`, `\xHH`, `\N` and the others.
enum EscapeSequence {
    /// Reads what follows a backslash at `position`, adds the bytes it means, and returns where it ends.
    static func read(_ bytes: [UInt8], at position: Int, into content: inout [UInt8]) -> Int {
        guard position < bytes.count else {
            content.append(UInt8(ascii: "\\"))
            return position
        }
        switch bytes[position] {
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "a"): content.append(0x07)
        case UInt8(ascii: "v"): content.append(0x0B)
        case UInt8(ascii: "e"): content.append(0x1B)
        case UInt8(ascii: "0"): content.append(0x00)
        case UInt8(ascii: "N"): break
        case UInt8(ascii: "x"):
            guard position + 2 < bytes.count, let high = hexValue(bytes[position + 1]),
                let low = hexValue(bytes[position + 2])
            else {
                content.append(UInt8(ascii: "x"))
                break
            }
            content.append(high << 4 | low)
            return position + 3
        case let other where [UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`")].contains(other):
            content.append(other)
        case UInt8(ascii: "/"), UInt8(ascii: "="): content.append(bytes[position])
        case let other:
            content.append(UInt8(ascii: "\\"))
            content.append(other)
        }
        return position + 1
    }

    /// The value of a hexadecimal digit.
    static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
