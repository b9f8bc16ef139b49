// A command as a line of words, which telnet and health checks send.

/// Reads the inline form of commands.
enum InlineCommand {
    /// The words of a line: separated by spaces, in single or double quotes where they hold spaces, with `\n`, `\xff`
    /// and their kin between double quotes. Throws ``RESPError`` where a quote is not closed.
    static func words(_ line: [UInt8]) throws(RESPError) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var index = 0
        while true {
            while index < line.count, isSpace(line[index]) { index += 1 }
            guard index < line.count else { return words }
            words.append(try word(line, &index))
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) || byte == 0 }

    private static func word(_ line: [UInt8], _ index: inout Int) throws(RESPError) -> [UInt8] {
        var word: [UInt8] = []
        var quote: UInt8?
        while index < line.count {
            let byte = line[index]
            index += 1
            switch (quote, byte) {
            case (UInt8(ascii: "\"")?, UInt8(ascii: "\\")) where index < line.count: word.append(escape(line, &index))
            case (UInt8(ascii: "'")?, UInt8(ascii: "\\")) where index < line.count && line[index] == UInt8(ascii: "'"):
                word.append(line[index])
                index += 1
            case (let open?, byte) where open == byte:
                // A closing quote must be followed by a space, or by nothing.
                guard index == line.count || isSpace(line[index]) else { throw RESPError("unbalanced quotes in request") }
                return word
            case (nil, _) where isSpace(byte): return word
            case (nil, UInt8(ascii: "\"")), (nil, UInt8(ascii: "'")): quote = byte
            default: word.append(byte)
            }
        }
        guard quote == nil else { throw RESPError("unbalanced quotes in request") }
        return word
    }

    /// What stands behind a backslash between double quotes.
    private static func escape(_ line: [UInt8], _ index: inout Int) -> UInt8 {
        let byte = line[index]
        index += 1
        if byte == UInt8(ascii: "x"), index + 1 < line.count,
            let value = UInt8(String(decoding: line[index...index + 1], as: UTF8.self), radix: 16)
        {
            index += 2
            return value
        }
        return switch byte {
        case UInt8(ascii: "n"): 10
        case UInt8(ascii: "r"): 13
        case UInt8(ascii: "t"): 9
        case UInt8(ascii: "b"): 8
        case UInt8(ascii: "a"): 7
        default: byte
        }
    }
}
