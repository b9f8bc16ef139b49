// A place in a text, and the small things that are read there.

/// Reads numbers, dates and quotations from bytes.
struct TextCursor {
    let bytes: ArraySlice<UInt8>
    var index: Int
    /// How many brackets are open.
    var depth = 0

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        index = bytes.startIndex
    }

    var isAtEnd: Bool { index >= bytes.endIndex }
    var peek: UInt8? { index < bytes.endIndex ? bytes[index] : nil }
    func peek(_ ahead: Int) -> UInt8? { index + ahead < bytes.endIndex ? bytes[index + ahead] : nil }

    /// What stands here, for messages.
    var snippet: String { String(decoding: bytes[min(index, bytes.endIndex)...].prefix(40), as: UTF8.self) }

    mutating func skip(_ text: String) -> Bool {
        let end = index + text.utf8.count
        guard end <= bytes.endIndex, bytes[index..<end].elementsEqual(text.utf8) else { return false }
        index = end
        return true
    }

    /// The word, in any case, if no letter follows it.
    mutating func skipWord(_ word: String) -> Bool {
        let end = index + word.utf8.count
        guard end <= bytes.endIndex else { return false }
        for (byte, letter) in zip(bytes[index..<end], word.utf8) where byte != letter && byte | 0x20 != letter { return false }
        if end < bytes.endIndex, Lexer.continuesWord(bytes[end]) { return false }
        index = end
        return true
    }

    mutating func skipSpaces() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D || byte == 0x0B || byte == 0x0C {
            index += 1
        }
    }

    /// Decimal digits as a number that wraps; nil where there is none.
    mutating func digits() -> UInt64? {
        let start = index
        var number: UInt64 = 0
        while let byte = peek, Lexer.isDigit(byte) {
            number = number &* 10 &+ UInt64(byte - 48)
            index += 1
        }
        return index > start ? number : nil
    }

    /// Exactly so many digits, or from `least` to `most`.
    mutating func digits(_ least: Int, _ most: Int) -> Int? {
        var (number, count) = (0, 0)
        while count < most, let byte = peek, Lexer.isDigit(byte) {
            number = number * 10 + Int(byte) - 48
            index += 1
            count += 1
        }
        if count < least { index -= count }
        return count >= least ? number : nil
    }

    /// A number with point and exponent, `inf` or `nan`.
    mutating func float() -> Double? {
        let start = index
        if peek == UInt8(ascii: "-") || peek == UInt8(ascii: "+") { index += 1 }
        let isNegative = bytes[start..<index].first == UInt8(ascii: "-")
        for (word, value) in [("infinity", Double.infinity), ("inf", .infinity), ("nan", .nan)] where skipWord(word) {
            return isNegative ? -value : value
        }
        let digitsStart = index
        while let byte = peek, Lexer.isDigit(byte) { index += 1 }
        var digitCount = index - digitsStart
        if peek == UInt8(ascii: ".") {
            index += 1
            while let byte = peek, Lexer.isDigit(byte) {
                index += 1
                digitCount += 1
            }
        }
        guard digitCount > 0 else {
            index = start
            return nil
        }
        let mantissaEnd = index
        if let byte = peek, byte | 0x20 == UInt8(ascii: "e") {
            index += 1
            if peek == UInt8(ascii: "-") || peek == UInt8(ascii: "+") { index += 1 }
            if digits() == nil { index = mantissaEnd }
        }
        var text = String(decoding: bytes[digitsStart..<index], as: UTF8.self)
        if text.hasPrefix(".") { text = "0" + text }
        if let range = text.firstRange(of: ".e") ?? text.firstRange(of: ".E") { text.replaceSubrange(range, with: "e") }
        if text.hasSuffix(".") { text.removeLast() }
        guard let number = Double(text) else { return nil }
        return isNegative ? -number : number
    }

    /// A text in single quotes; nil, and nothing read, where there is none.
    mutating func quotedText(_ quote: UInt8 = UInt8(ascii: "'")) -> [UInt8]? {
        guard peek == quote else { return nil }
        let start = index
        index += 1
        var text: [UInt8] = []
        let all = Array(bytes)
        let base = bytes.startIndex
        while let byte = peek {
            index += 1
            if byte == quote {
                guard peek == quote else { return text }
                text.append(quote)
                index += 1
            } else if byte == UInt8(ascii: "\\") {
                index = base + EscapeSequence.read(all, at: index - base, into: &text)
            } else {
                text.append(byte)
            }
        }
        index = start
        return nil
    }

    /// `2026-01-31`, also `2026-1-5`, `20260131` and other marks between.
    mutating func date() -> CivilDate? {
        let start = index
        guard let year = digits(4, 4) else { return nil }
        var date: CivilDate?
        if let mark = peek, !Lexer.isDigit(mark) {
            index += 1
            if let month = digits(1, 2), let next = peek, !Lexer.isDigit(next) {
                index += 1
                if let day = digits(1, 2) { date = CivilDate(year, month, day) }
            }
        } else if let month = digits(2, 2), let day = digits(2, 2) {
            date = CivilDate(year, month, day)
        }
        guard let date, (1...12).contains(date.month), (1...31).contains(date.day) else {
            if let date, date == CivilDate(0, 0, 0) { return CivilDate(1970, 1, 1) }
            index = start
            return nil
        }
        return date.day <= CivilDate.days(inMonth: date.month, of: date.year) ? date : CivilDate(1970, 1, 1)
    }

    /// A number of seconds since 1970 with 5 to 10 digits (or up to 4 alone), if that is what stands here.
    mutating func timestamp() -> (seconds: Int, isTimestamp: Bool)? {
        var end = index
        let isNegative = peek == UInt8(ascii: "-")
        if isNegative { end += 1 }
        let start = end
        while end < bytes.endIndex, Lexer.isDigit(bytes[end]) { end += 1 }
        let count = end - start
        guard count > 0, count != 4 || end == bytes.endIndex, count <= 10 else { return nil }
        if count < 5, end < bytes.endIndex, bytes[end] != UInt8(ascii: ".") { return nil }
        guard let seconds = Int(String(decoding: bytes[start..<end], as: UTF8.self)) else { return nil }
        index = end
        return (isNegative ? -seconds : seconds, true)
    }

    /// The digits behind a point, if there is one.
    mutating func fraction() -> [UInt8] {
        guard peek == UInt8(ascii: "."), let next = peek(1), Lexer.isDigit(next) else { return [] }
        index += 1
        let start = index
        while let byte = peek, Lexer.isDigit(byte) { index += 1 }
        return Array(bytes[start..<index])
    }

    /// `2026-01-31 12:34:56.789`, with a space or `T` between, and `Z` at the end for UTC.
    mutating func time() -> (time: CivilTime, fraction: [UInt8], isUTC: Bool)? {
        let start = index
        guard let date = date() else { return nil }
        guard peek == UInt8(ascii: " ") || peek == UInt8(ascii: "T"), let next = peek(1), Lexer.isDigit(next) else {
            return (CivilTime(date), [], false)
        }
        index += 1
        guard let hour = digits(1, 2), skip(":"), let minute = digits(1, 2) else {
            index = start
            return nil
        }
        var second = 0
        if skip(":") {
            guard let found = digits(1, 2) else {
                index = start
                return nil
            }
            second = found
        }
        guard hour < 24, minute < 60, second < 61 else {
            index = start
            return nil
        }
        let fraction = fraction()
        return (CivilTime(date, hour, minute, second), fraction, skip("Z"))
    }

    /// 32 hexadecimal digits, with the dashes of a UUID or without any.
    mutating func uuid() -> UInt128? {
        let start = index
        var (id, count) = (UInt128(0), 0)
        while count < 32, let byte = peek {
            if byte == UInt8(ascii: "-"), [8, 12, 16, 20].contains(count), index > start {
                index += 1
                continue
            }
            guard let digit = EscapeSequence.hexValue(byte) else { break }
            id = id << 4 | UInt128(digit)
            count += 1
            index += 1
        }
        guard count == 32 else {
            index = start
            return nil
        }
        return id
    }
}
