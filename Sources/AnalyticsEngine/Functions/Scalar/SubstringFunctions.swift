// Parts of texts: substring, left, right, startsWith, padding.

/// Functions that cut texts.
enum SubstringFunctions {
    static let all: [Function] = [
        substring("substring", "substr", "mid", isUTF8: false), substring("substringUTF8", "substrUTF8", isUTF8: true),
        side("left", isUTF8: false, isLeft: true), side("leftUTF8", isUTF8: true, isLeft: true),
        side("right", isUTF8: false, isLeft: false), side("rightUTF8", isUTF8: true, isLeft: false),
        edge("startsWith") { $0.starts(with: $1) },
        edge("endsWith") { $0.count >= $1.count && $0.suffix($1.count).elementsEqual($1) },
        padding("leftPad", "lpad", isLeft: true), padding("rightPad", "rpad", isLeft: false),
    ]

    /// The characters of a text, as ranges of its bytes.
    private static func units(_ text: ArraySlice<UInt8>, isUTF8: Bool) -> [Int] {
        guard isUTF8 else { return Array(text.startIndex...text.endIndex) }
        return text.indices.filter { text[$0] & 0xC0 != 0x80 } + [text.endIndex]
    }

    private static func substring(_ names: String..., isUTF8: Bool) -> Function {
        var function = Function(
            names[0], arity: 2...3, anyCase: true,
            type: { signature in
                try signature.require(0, \.isString)
                for index in 1..<signature.types.count { try signature.require(index, \.isNumber) }
                return .string
            }
        ) { arguments in
            let texts = arguments.texts(0)
            let offsets = arguments.int64s(1)
            let lengths = arguments.values.count == 3 ? arguments.int64s(2) : nil
            return arguments.texts { row -> ArraySlice<UInt8> in
                let text = texts[row]
                let units = units(text, isUTF8: isUTF8)
                let count = units.count - 1
                guard offsets[row] != 0 else { return [] }
                let offset = Int(clamping: offsets[row])
                var start = offset > 0 ? offset - 1 : count + max(offset, -(1 << 40))
                var end = count
                if let length = lengths?[row] {
                    let length = Int(clamping: max(-(1 << 40), min(length, 1 << 40)))
                    end = length < 0 ? count + length : min(start, 1 << 40) + length
                }
                (start, end) = (max(0, start), min(count, end))
                return start < end ? text[units[start]..<units[end]] : []
            }
        }
        function.names = names
        return function
    }

    private static func side(_ name: String, isUTF8: Bool, isLeft: Bool) -> Function {
        Function(
            name, arity: 2...2, anyCase: true,
            type: { signature in
                try signature.require(0, \.isString)
                try signature.require(1, \.isInteger)
                return .string
            }
        ) { arguments in
            let (texts, lengths) = (arguments.texts(0), arguments.int64s(1))
            return arguments.texts { row -> ArraySlice<UInt8> in
                let units = units(texts[row], isUTF8: isUTF8)
                let count = units.count - 1
                let wanted = Int(max(-(1 << 40), min(lengths[row], 1 << 40)))
                let length = max(0, min(count, wanted < 0 ? count + wanted : wanted))
                return isLeft ? texts[row][units[0]..<units[length]] : texts[row][units[count - length]..<units[count]]
            }
        }
    }

    private static func edge(
        _ name: String, _ holds: @escaping @Sendable (ArraySlice<UInt8>, ArraySlice<UInt8>) -> Bool
    ) -> Function {
        Function(
            name, arity: 2...2,
            type: { signature in
                try StringFunctions.isText(signature)
                return .uint8
            }
        ) { arguments in
            let (texts, parts) = (arguments.texts(0), arguments.texts(1))
            return .truths((0..<arguments.count).map { holds(texts[$0], parts[$0]) })
        }
    }

    private static func padding(_ names: String..., isLeft: Bool) -> Function {
        var function = Function(
            names[0], arity: 2...3, anyCase: true,
            type: { signature in
                try signature.require(0, \.isString)
                try signature.require(1, \.isInteger)
                return .string
            }
        ) { arguments in
            let (texts, lengths) = (arguments.texts(0), arguments.int64s(1))
            let filling = arguments.values.count == 3 ? arguments.texts(2) : nil
            return try arguments.texts { row -> [UInt8] in
                guard lengths[row] <= 1_000_000 else {
                    throw EngineError(.tooLargeStringSize, "Too long padding: \(lengths[row])")
                }
                let length = Int(max(0, lengths[row]))
                let text = Array(texts[row].prefix(length))
                var fill = filling.map { Array($0[row]) } ?? [0x20]
                if fill.isEmpty { fill = [0x20] }
                let missing = (0..<length - text.count).map { fill[$0 % fill.count] }
                return isLeft ? missing + text : text + missing
            }
        }
        function.names = names
        return function
    }
}
