// Parts of URLs.

/// URL functions.
enum URLFunctions {
    static let all: [Function] = [
        StringFunctions.mapping("protocol") { text in
            let end = SearchFunctions.find(Array("://".utf8)[...], in: text, from: text.startIndex)
            return end.map { Array(text[..<$0]) } ?? []
        },
        StringFunctions.mapping("domain") { Array(host($0)) },
        StringFunctions.mapping("domainWithoutWWW") { text in
            let host = host(text)
            return Array(host.starts(with: "www.".utf8) ? host.dropFirst(4) : host)
        },
        StringFunctions.mapping("path") { text in Array(path(text).prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        },
        StringFunctions.mapping("queryString") { text in
            Array(text.drop { $0 != UInt8(ascii: "?") }.dropFirst().prefix { $0 != UInt8(ascii: "#") })
        },
        StringFunctions.mapping("fragment") { text in Array(text.drop { $0 != UInt8(ascii: "#") }.dropFirst()) },
        StringFunctions.mapping("decodeURLComponent") { text in
            var bytes: [UInt8] = []
            var index = text.startIndex
            while index < text.endIndex {
                if text[index] == UInt8(ascii: "%"), index + 2 < text.endIndex,
                    let high = EscapeSequence.hexValue(text[index + 1]),
                    let low = EscapeSequence.hexValue(text[index + 2])
                {
                    bytes.append(high << 4 | low)
                    index += 3
                } else {
                    bytes.append(text[index])
                    index += 1
                }
            }
            return bytes
        },
    ]

    private static func afterScheme(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let mark = Array("://".utf8)[...]
        if let found = SearchFunctions.find(mark, in: text, from: text.startIndex) { return text[(found + 3)...] }
        return text.starts(with: "//".utf8) ? text.dropFirst(2) : text
    }

    private static func host(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let authority = afterScheme(text).prefix { !"/?#".utf8.contains($0) }
        let host = authority.lastIndex(of: UInt8(ascii: "@")).map { authority[($0 + 1)...] } ?? authority
        return host.prefix { $0 != UInt8(ascii: ":") }
    }

    private static func path(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        afterScheme(text).drop { $0 != UInt8(ascii: "/") }
    }
}
