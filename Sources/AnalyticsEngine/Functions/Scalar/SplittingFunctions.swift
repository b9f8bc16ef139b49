// Texts to arrays of texts and back.

/// Splitting and joining functions.
enum SplittingFunctions {
    static let all: [Function] = [
        Function("splitByChar", arity: 2...3, type: { try separated($0) }) { arguments in try split(arguments) },
        Function("splitByString", arity: 2...3, type: { try separated($0) }) { arguments in try split(arguments) },
        byCharacter("splitByWhitespace", "splitByWhitespaces") { $0 == 0x20 || (0x09...0x0D).contains($0) },
        byCharacter("splitByNonAlpha", "splitByNonAlphas") {
            !(Lexer.isDigit($0) || Lexer.beginsWord($0) && $0 != UInt8(ascii: "_")) && $0 < 0x80
        },
        byCharacter("alphaTokens", "splitByAlpha") { !(Lexer.beginsWord($0) && $0 != UInt8(ascii: "_")) },
        byCharacter("tokens", "tokens") { !(Lexer.isDigit($0) || Lexer.beginsWord($0) && $0 != UInt8(ascii: "_")) && $0 < 0x80 },
        Function(
            "arrayStringConcat", arity: 1...2,
            type: { signature in
                guard case .array = signature.types[0] else { throw signature.illegal(0) }
                return .string
            }
        ) { arguments in
            let arrays = arguments.column(0).arrays
            let element = arguments[0].type.element ?? .nothing
            let values = try Cast(context: arguments.context).column(
                TypedColumn(element, arrays.values), to: element.isNullable ? .nullable(.string) : .string
            ).full
            let (texts, isNull) = (values.withoutNulls.texts, values.nullMask)
            let separators = arguments.values.count == 2 ? arguments.texts(1) : nil
            return arguments.texts { row in
                let parts = arrays.range(row).filter { isNull?[$0] != true }.map { texts[$0] }
                return Array(parts.joined(separator: separators?[row] ?? []))
            }
        },
    ]

    private static func separated(_ signature: Signature) throws -> DataType {
        try signature.require(0, \.isString)
        try signature.require(1, \.isString)
        return .array(.string)
    }

    private static func split(_ arguments: Arguments) throws -> Column {
        let (separators, texts) = (arguments.texts(0), arguments.texts(1))
        var parts = TextColumn()
        var ends: [Int] = []
        for row in 0..<arguments.count {
            let (separator, text) = (separators[row], texts[row])
            if separator.isEmpty {
                for byte in text { parts.append([byte]) }
            } else if !text.isEmpty {
                var start = text.startIndex
                while let found = SearchFunctions.find(separator, in: text, from: start) {
                    parts.append(text[start..<found])
                    start = found + separator.count
                }
                parts.append(text[start...])
            } else {
                parts.append([])
            }
            ends.append(parts.count)
        }
        return .array(ArrayColumn(ends: ends, values: .text(parts)))
    }

    private static func byCharacter(_ name: String, _ other: String, _ isSeparator: @escaping @Sendable (UInt8) -> Bool)
        -> Function
    {
        var function = Function(
            name, arity: 1...2,
            type: { signature in
                try signature.require(0, \.isString)
                return .array(.string)
            }
        ) { arguments in
            let texts = arguments.texts(0)
            var parts = TextColumn()
            var ends: [Int] = []
            for row in 0..<arguments.count {
                for part in texts[row].split(whereSeparator: isSeparator) { parts.append(part) }
                ends.append(parts.count)
            }
            return .array(ArrayColumn(ends: ends, values: .text(parts)))
        }
        function.names = [name, other]
        return function
    }
}
