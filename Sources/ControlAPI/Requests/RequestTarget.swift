// The target of a request: its path with the percent-encoding decoded, and the shortest form of that path.

/// The path and query of a request line (RFC 9112 section 3.2).
struct RequestTarget {
    /// The path, decoded (RFC 3986 section 2.1).
    let path: String
    private let query: Substring

    /// Nil where it does not begin with a slash, also behind the host that a proxy's client names, or where a percent sign is
    /// followed by no byte.
    init?(_ text: String) {
        var rest = text[...]
        for scheme in ["http://", "https://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count).drop { $0 != "/" && $0 != "?" }
            if !rest.hasPrefix("/") { rest = "/" + rest }
        }
        let end = rest.firstIndex(of: "?") ?? rest.endIndex
        guard rest.hasPrefix("/"), let path = Self.decoded(rest[..<end]) else { return nil }
        self.path = path
        query = rest[end...]
    }

    private static func decoded(_ text: Substring) -> String? {
        guard text.contains("%") else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where the client is to go instead: the target without empty parts and parts of dots. Nil where there are none.
    var shortest: String? {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        var clean = "/" + parts.joined(separator: "/")
        if path.hasSuffix("/"), clean != "/" { clean += "/" }
        return clean == path ? nil : Self.encoded(clean) + query
    }

    private static func encoded(_ path: String) -> String {
        let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~$&+,/:;=@".utf8
        return path.utf8.map { byte in
            if plain.contains(byte) { return String(Character(Unicode.Scalar(byte))) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
