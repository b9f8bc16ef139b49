// Finding and replacing parts of texts.

/// Search functions.
enum SearchFunctions {
    static let all: [Function] =
        variants("position", "locate", "strpos") { name, isUTF8, ignoresCase in position(name, isUTF8, ignoresCase) }
        + variants("countSubstrings") { name, _, ignoresCase in count(name, ignoresCase) }
        + [
            replace("replaceAll", "replace", all: true), replace("replaceOne", all: false),
            Function("multiSearchAny", arity: 2...2, type: { _ in .uint8 }) { arguments in
                let texts = arguments.texts(0)
                let needles = arguments.column(1).arrays
                let parts = needles.values.texts
                return .truths(
                    (0..<arguments.count).map { row in
                        needles.range(row).contains { find(parts[$0], in: texts[row], from: texts[row].startIndex) != nil }
                    })
            },
        ]

    private static func variants(_ names: String..., make: (String, Bool, Bool) -> Function) -> [Function] {
        names.flatMap { name in
            [
                make(name, false, false), make(name + "CaseInsensitive", false, true), make(name + "UTF8", true, false),
                make(name + "CaseInsensitiveUTF8", true, true),
            ]
        }
    }

    /// Where a part begins, at or behind `start`.
    static func find(_ part: ArraySlice<UInt8>, in text: ArraySlice<UInt8>, from start: Int) -> Int? {
        guard let first = part.first else { return start <= text.endIndex ? start : nil }
        var index = start
        while index + part.count <= text.endIndex {
            if text[index] == first, text[index..<index + part.count].elementsEqual(part) { return index }
            index += 1
        }
        return nil
    }

    private static func folded(_ texts: TextColumn, _ ignoresCase: Bool) -> TextColumn {
        guard ignoresCase else { return texts }
        return TextColumn((0..<texts.count).map { Array(String(decoding: texts[$0], as: UTF8.self).lowercased().utf8) })
    }

    private static func position(_ name: String, _ isUTF8: Bool, _ ignoresCase: Bool) -> Function {
        let isSwapped = name.hasPrefix("locate")
        return Function(
            name, arity: 2...3, anyCase: true,
            type: { signature in
                try signature.require(0, \.isString)
                try signature.require(1, \.isString)
                return .uint64
            }
        ) { arguments in
            let texts = folded(arguments.texts(isSwapped ? 1 : 0), ignoresCase)
            let parts = folded(arguments.texts(isSwapped ? 0 : 1), ignoresCase)
            let starts = arguments.values.count == 3 ? arguments.int64s(2) : nil
            return .uint64(
                (0..<arguments.count).map { row in
                    let text = texts[row]
                    var start = Int(clamping: max(0, (starts?[row] ?? 1) - 1))
                    if isUTF8, start > 0 {
                        start =
                            (text.indices.filter { text[$0] & 0xC0 != 0x80 }.dropFirst(start).first ?? text.endIndex)
                            - text.startIndex
                    }
                    guard start <= text.count, let found = find(parts[row], in: text, from: text.startIndex + start) else {
                        return 0
                    }
                    let before = text[text.startIndex..<found]
                    return UInt64(isUTF8 ? before.count { $0 & 0xC0 != 0x80 } : before.count) + 1
                })
        }
    }

    private static func count(_ name: String, _ ignoresCase: Bool) -> Function {
        Function(
            name, arity: 2...3, anyCase: true,
            type: { signature in
                try signature.require(0, \.isString)
                try signature.require(1, \.isString)
                return .uint64
            }
        ) { arguments in
            let texts = folded(arguments.texts(0), ignoresCase)
            let parts = folded(arguments.texts(1), ignoresCase)
            let starts = arguments.values.count == 3 ? arguments.int64s(2) : nil
            return .uint64(
                (0..<arguments.count).map { row in
                    let (text, part) = (texts[row], parts[row])
                    guard !part.isEmpty else { return 0 }
                    var count: UInt64 = 0
                    var index = text.startIndex + min(text.count, Int(clamping: max(0, (starts?[row] ?? 1) - 1)))
                    while let found = find(part, in: text, from: index) {
                        count += 1
                        index = found + part.count
                    }
                    return count
                })
        }
    }

    private static func replace(_ names: String..., all: Bool) -> Function {
        var function = Function(
            names[0], arity: 3...3, anyCase: true,
            type: { signature in
                try StringFunctions.isText(signature)
                return .string
            }
        ) { arguments in
            let (texts, parts, others) = (arguments.texts(0), arguments.texts(1), arguments.texts(2))
            return arguments.texts { row -> [UInt8] in
                let (text, part) = (texts[row], parts[row])
                guard !part.isEmpty else { return Array(text) }
                var result: [UInt8] = []
                var index = text.startIndex
                while let found = find(part, in: text, from: index) {
                    result += text[index..<found] + others[row]
                    index = found + part.count
                    if !all { break }
                }
                return result + text[index...]
            }
        }
        function.names = names
        return function
    }
}
