// From PostgreSQL's parameters to SQLite's: `$1` becomes `?1`, except in texts, names and comments.

/// Rewrites the parameters of statements.
enum ParameterSyntax {
    /// The statement with `$n` written as `?n`. One pass, O(length).
    static func numbered(_ sql: String) -> String {
        guard sql.utf8.contains(UInt8(ascii: "$")) else { return sql }
        let bytes = Array(sql.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let end = endOfQuoted(bytes, at: index)
            if end > index {
                output += bytes[index..<end]
                index = end
                continue
            }
            let isParameter = bytes[index] == UInt8(ascii: "$") && index + 1 < bytes.count && isDigit(bytes[index + 1])
            output.append(isParameter ? UInt8(ascii: "?") : bytes[index])
            index += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Where the text, quoted name or comment that begins at `start` ends; `start` itself if none begins there.
    private static func endOfQuoted(_ bytes: [UInt8], at start: Int) -> Int {
        switch bytes[start] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            // A doubled quote ends one quotation and begins the next, which comes to the same.
            let quote = bytes[start]
            return (bytes[(start + 1)...].firstIndex(of: quote) ?? bytes.count - 1) + 1
        case UInt8(ascii: "-") where start + 1 < bytes.count && bytes[start + 1] == UInt8(ascii: "-"):
            return bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        case UInt8(ascii: "/") where start + 1 < bytes.count && bytes[start + 1] == UInt8(ascii: "*"):
            var index = start + 2
            while index + 1 < bytes.count {
                if bytes[index] == UInt8(ascii: "*"), bytes[index + 1] == UInt8(ascii: "/") { return index + 2 }
                index += 1
            }
            return bytes.count
        default: return start
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
