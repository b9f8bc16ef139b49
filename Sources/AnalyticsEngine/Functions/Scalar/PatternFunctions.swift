// LIKE and regular expressions.

/// Pattern functions.
enum PatternFunctions {
    static let all: [Function] = [
        like("like", isNegated: false, ignoresCase: false), like("notLike", isNegated: true, ignoresCase: false),
        like("ilike", isNegated: false, ignoresCase: true), like("notILike", isNegated: true, ignoresCase: true),
        Function(
            "match", "REGEXP_MATCHES", arity: 2...2, anyCase: true,
            type: { signature in
                try StringFunctions.isText(signature)
                return .uint8
            }
        ) { arguments in
            var expressions = Expressions()
            let (texts, patterns) = (arguments.texts(0), arguments.texts(1))
            return .truths(
                try (0..<arguments.count).map { row in
                    try expressions.expression(patterns[row]).hasMatch(String(decoding: texts[row], as: UTF8.self))
                })
        },
        Function(
            "extract", arity: 2...2,
            type: { signature in
                try StringFunctions.isText(signature)
                return .string
            }
        ) { arguments in
            var expressions = Expressions()
            let (texts, patterns) = (arguments.texts(0), arguments.texts(1))
            return try arguments.texts { row in
                let text = String(decoding: texts[row], as: UTF8.self)
                return Array((try expressions.expression(patterns[row]).firstGroup(text) ?? "").utf8)
            }
        },
        Function(
            "extractAll", arity: 2...2,
            type: { signature in
                try StringFunctions.isText(signature)
                return .array(.string)
            }
        ) { arguments in
            var expressions = Expressions()
            let (texts, patterns) = (arguments.texts(0), arguments.texts(1))
            let rows = try (0..<arguments.count).map { row -> Value in
                let text = String(decoding: texts[row], as: UTF8.self)
                return .array(try expressions.expression(patterns[row]).allGroups(text).map { .text(Array($0.utf8)) })
            }
            return Column(rows, .array(.string))
        },
        replacing("replaceRegexpAll", "REGEXP_REPLACE", all: true), replacing("replaceRegexpOne", all: false),
    ]

    private static func like(_ name: String, isNegated: Bool, ignoresCase: Bool) -> Function {
        Function(
            name, arity: 2...2,
            type: { signature in
                try StringFunctions.isText(signature)
                return .uint8
            }
        ) { arguments in
            let (texts, patterns) = (arguments.texts(0), arguments.texts(1))
            let constant = arguments.constantText(1).map { LikePattern($0, ignoresCase: ignoresCase) }
            return .truths(
                (0..<arguments.count).map { row in
                    (constant ?? LikePattern(patterns[row], ignoresCase: ignoresCase)).matches(texts[row]) != isNegated
                })
        }
    }

    /// The expressions of one call, compiled once for each pattern.
    private struct Expressions {
        private var compiled: [String: RegularExpression] = [:]

        mutating func expression(_ pattern: ArraySlice<UInt8>) throws -> RegularExpression {
            let pattern = String(decoding: pattern, as: UTF8.self)
            if let known = compiled[pattern] { return known }
            let new = try RegularExpression(pattern)
            compiled[pattern] = new
            return new
        }
    }

    private static func replacing(_ names: String..., all: Bool) -> Function {
        var function = Function(
            names[0], arity: 3...4, anyCase: true,
            type: { signature in
                try StringFunctions.isText(signature)
                return .string
            }
        ) { arguments in
            var expressions = Expressions()
            let (texts, patterns, others) = (arguments.texts(0), arguments.texts(1), arguments.texts(2))
            return try arguments.texts { row in
                let expression = try expressions.expression(patterns[row])
                return Array(
                    expression.replace(String(decoding: texts[row], as: UTF8.self), by: Array(others[row]), all: all).utf8)
            }
        }
        function.names = names
        return function
    }
}

/// A regular expression, by Swift's own engine.
struct RegularExpression {
    private let regex: Regex<AnyRegexOutput>

    /// Throws 427 for a pattern that is none.
    init(_ pattern: String) throws {
        do {
            regex = try Regex(pattern).matchingSemantics(.unicodeScalar)
        } catch {
            throw EngineError(.cannotCompileRegexp, "Cannot compile the regular expression '\(pattern)': \(error)")
        }
    }

    func hasMatch(_ text: String) -> Bool { text.firstMatch(of: regex) != nil }

    /// The first group of the first match, or the match itself where there are no groups.
    func firstGroup(_ text: String) -> String? { text.firstMatch(of: regex).map { Self.group($0) } }

    func allGroups(_ text: String) -> [String] { text.matches(of: regex).map { Self.group($0) } }

    private static func group(_ match: Regex<AnyRegexOutput>.Match) -> String {
        String(match.output[match.output.count > 1 ? 1 : 0].substring ?? "")
    }

    /// The text with its matches replaced; `\1` in the replacement is the first group.
    func replace(_ text: String, by replacement: [UInt8], all: Bool) -> String {
        var result: [UInt8] = []
        var end = text.startIndex
        for match in all ? text.matches(of: regex) : text.firstMatch(of: regex).map({ [$0] }) ?? [] {
            result += text[end..<match.range.lowerBound].utf8
            var index = 0
            while index < replacement.count {
                if replacement[index] == UInt8(ascii: "\\"), index + 1 < replacement.count {
                    index += 1
                    let group = Int(replacement[index]) - 48
                    if (0...9).contains(group) {
                        if group < match.output.count { result += (match.output[group].substring ?? "").utf8 }
                    } else {
                        result.append(replacement[index])
                    }
                } else {
                    result.append(replacement[index])
                }
                index += 1
            }
            end = match.range.upperBound
        }
        result += text[end...].utf8
        return String(decoding: result, as: UTF8.self)
    }
}
