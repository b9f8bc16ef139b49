// The text of single values: floats, dates, UUIDs, literals, and the escapes of each style.

extension ValueText {
    /// The shortest text that reads back as the same number, as ClickHouse lays it out: `0.1`, `1e21`, `nan`, `-inf`.
    static func text(_ number: Double) -> String { layOut(number.description, isNegative: number.sign == .minus) }
    static func text(_ number: Float) -> String { layOut(number.description, isNegative: number.sign == .minus) }

    /// Swift's shortest digits in the layout of double-conversion: decimal from 10^-6 up to 10^21, else with exponent.
    private static func layOut(_ shortest: String, isNegative: Bool) -> String {
        if shortest.hasSuffix("nan") { return "nan" }
        if shortest.hasSuffix("inf") { return isNegative ? "-inf" : "inf" }
        var mantissa = Array(shortest.utf8)
        if mantissa.first == UInt8(ascii: "-") { mantissa.removeFirst() }
        var exponent = 0
        if let mark = mantissa.firstIndex(of: UInt8(ascii: "e")) {
            exponent = Int(String(decoding: mantissa[(mark + 1)...], as: UTF8.self)) ?? 0
            mantissa = Array(mantissa[..<mark])
        }
        // digits * 10^(point - digits.count)
        var point = (mantissa.firstIndex(of: UInt8(ascii: ".")) ?? mantissa.count) + exponent
        var digits = mantissa.filter { $0 != UInt8(ascii: ".") }
        while digits.first == UInt8(ascii: "0"), digits.count > 1 {
            digits.removeFirst()
            point -= 1
        }
        while digits.last == UInt8(ascii: "0"), digits.count > 1 { digits.removeLast() }
        let sign = isNegative ? "-" : ""
        if digits == [UInt8(ascii: "0")] { return sign + "0" }
        func string(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
        if point > 21 || point <= -6 {
            let rest = digits.count > 1 ? "." + string(digits.dropFirst()) : ""
            return sign + string(digits.prefix(1)) + rest + "e" + String(point - 1)
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + string(digits) }
        if point >= digits.count { return sign + string(digits) + String(repeating: "0", count: point - digits.count) }
        return sign + string(digits.prefix(point)) + "." + string(digits.dropFirst(point))
    }

    /// A literal as names of columns show it.
    static func literal(_ value: Value) -> String {
        switch value {
        case .null: "NULL"
        case .unsigned(let number): String(number)
        case .signed(let number): String(number)
        case .float(let number): text(number)
        case .text(let bytes): quoted(bytes)
        case .uuid(let id): "'" + String(decoding: text(uuid: id), as: UTF8.self) + "'"
        case .array(let values): "[" + values.map { literal($0) }.joined(separator: ", ") + "]"
        case .tuple(let values): "(" + values.map { literal($0) }.joined(separator: ", ") + ")"
        }
    }

    /// In single quotes, with backslashes.
    static func quoted(_ text: [UInt8]) -> String {
        var out: [UInt8] = [UInt8(ascii: "'")]
        writeEscaped(text[...], quote: UInt8(ascii: "'"), &out)
        out.append(UInt8(ascii: "'"))
        return String(decoding: out, as: UTF8.self)
    }

    /// The 36 characters of a UUID.
    static func text(uuid: UInt128) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for index in 0..<32 {
            if [8, 12, 16, 20].contains(index) { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(truncatingIfNeeded: (uuid >> UInt128((31 - index) * 4)) & 15)])
        }
        return text
    }

    static func write(_ date: CivilDate, _ out: inout [UInt8]) {
        write(date.year, 4, &out)
        out.append(UInt8(ascii: "-"))
        write(date.month, 2, &out)
        out.append(UInt8(ascii: "-"))
        write(date.day, 2, &out)
    }

    static func write(_ time: CivilTime, _ out: inout [UInt8]) {
        write(time.date, &out)
        out.append(UInt8(ascii: " "))
        write(time.hour, 2, &out)
        out.append(UInt8(ascii: ":"))
        write(time.minute, 2, &out)
        out.append(UInt8(ascii: ":"))
        write(time.second, 2, &out)
    }

    static func write(_ number: Int, _ digits: Int, _ out: inout [UInt8]) {
        let text = String(number).utf8
        out += repeatElement(UInt8(ascii: "0"), count: max(0, digits - text.count))
        out += text
    }

    /// With backslashes for control characters, the backslash, and the quote if there is one.
    static func writeEscaped(_ text: ArraySlice<UInt8>, quote: UInt8, _ out: inout [UInt8]) {
        for byte in text {
            switch byte {
            case 0x08: out += "\\b".utf8
            case 0x0C: out += "\\f".utf8
            case 0x0A: out += "\\n".utf8
            case 0x0D: out += "\\r".utf8
            case 0x09: out += "\\t".utf8
            case 0x00: out += "\\0".utf8
            case UInt8(ascii: "\\"): out += "\\\\".utf8
            case UInt8(ascii: "'"): out += "\\'".utf8
            default: out.append(byte)
            }
        }
    }

    static func writeCSV(_ text: ArraySlice<UInt8>, _ out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") { out.append(byte) }
            out.append(byte)
        }
        out.append(UInt8(ascii: "\""))
    }

    /// A JSON string; bytes that are no UTF-8 become U+FFFD.
    static func writeJSON(_ text: ArraySlice<UInt8>, escapesSlash: Bool = true, _ out: inout [UInt8]) {
        let isValid = text.allSatisfy { $0 < 0x80 } || String(validating: text, as: UTF8.self) != nil
        let bytes = isValid ? text : Array(String(decoding: text, as: UTF8.self).utf8)[...]
        out.append(UInt8(ascii: "\""))
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""): out += "\\\"".utf8
            case UInt8(ascii: "\\"): out += "\\\\".utf8
            case UInt8(ascii: "/") where escapesSlash: out += "\\/".utf8
            case 0x08: out += "\\b".utf8
            case 0x0C: out += "\\f".utf8
            case 0x0A: out += "\\n".utf8
            case 0x0D: out += "\\r".utf8
            case 0x09: out += "\\t".utf8
            case 0..<0x20:
                let digits = String(byte, radix: 16, uppercase: true)
                out += "\\u00".utf8
                out += (digits.utf8.count == 1 ? "0" + digits : digits).utf8
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
