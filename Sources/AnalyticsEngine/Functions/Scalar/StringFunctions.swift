// Functions that make a text or a number of a text.

/// String functions.
enum StringFunctions {
    static let all: [Function] = lengths + cases + trims + joins

    static func isText(_ signature: Signature) throws {
        for index in signature.types.indices { try signature.require(index, \.isString) }
    }

    private static let lengths: [Function] = [
        Function("length", "octet_length", arity: 1...1, anyCase: true, type: { try sized($0) }) { arguments in
            let column = arguments.column(0)
            if case .text(let texts) = column { return .uint64((0..<arguments.count).map { UInt64(texts.range($0).count) }) }
            let arrays = column.arrays
            return .uint64((0..<arguments.count).map { UInt64(arrays.range($0).count) })
        },
        Function(
            "lengthUTF8", "CHAR_LENGTH", "CHARACTER_LENGTH", arity: 1...1, anyCase: true,
            type: { signature in
                try isText(signature)
                return .uint64
            }
        ) { arguments in
            let texts = arguments.texts(0)
            return .uint64((0..<arguments.count).map { UInt64(texts[$0].count { $0 & 0xC0 != 0x80 }) })
        },
        emptiness("empty", isEmpty: true), emptiness("notEmpty", isEmpty: false),
        Function(
            "isValidUTF8", arity: 1...1,
            type: { signature in
                try isText(signature)
                return .uint8
            }
        ) { arguments in
            let texts = arguments.texts(0)
            return .truths((0..<arguments.count).map { String(validating: texts[$0], as: UTF8.self) != nil })
        },
        Function(
            "ascii", arity: 1...1, anyCase: true,
            type: { signature in
                try isText(signature)
                return .int32
            }
        ) { arguments in
            let texts = arguments.texts(0)
            return .int32((0..<arguments.count).map { Int32(texts[$0].first ?? 0) })
        },
    ]

    private static func sized(_ signature: Signature) throws -> DataType {
        guard signature.types[0].isString || signature.types[0].element != nil else { throw signature.illegal(0) }
        return .uint64
    }

    private static func emptiness(_ name: String, isEmpty: Bool) -> Function {
        Function(
            name, arity: 1...1,
            type: { signature in
                if signature.types[0] != .uuid { _ = try sized(signature) }
                return .uint8
            }
        ) { arguments in
            let column = arguments.column(0)
            if case .uuid(let values) = column { return .truths(values.map { ($0 == 0) == isEmpty }) }
            if case .text(let texts) = column {
                if case .fixedString = arguments[0].type {
                    return .truths((0..<arguments.count).map { texts[$0].allSatisfy { $0 == 0 } == isEmpty })
                }
                return .truths((0..<arguments.count).map { texts.range($0).isEmpty == isEmpty })
            }
            let arrays = column.arrays
            return .truths((0..<arguments.count).map { arrays.range($0).isEmpty == isEmpty })
        }
    }

    /// A function of one text that gives a text.
    static func mapping(
        _ names: String..., anyCase: Bool = false, _ change: @escaping @Sendable (ArraySlice<UInt8>) -> [UInt8]
    ) -> Function {
        var function = Function(
            names[0], arity: 1...1, anyCase: anyCase,
            type: { signature in
                try isText(signature)
                return .string
            }
        ) { arguments in
            let texts = arguments.texts(0)
            return arguments.texts { change(texts[$0]) }
        }
        function.names = names
        return function
    }

    private static let cases: [Function] = [
        mapping("lower", "lcase", anyCase: true) { $0.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } },
        mapping("upper", "ucase", anyCase: true) { $0.map { (0x61...0x7A).contains($0) ? $0 & ~0x20 : $0 } },
        mapping("lowerUTF8") { Array(String(decoding: $0, as: UTF8.self).lowercased().utf8) },
        mapping("upperUTF8") { Array(String(decoding: $0, as: UTF8.self).uppercased().utf8) },
        mapping("reverse", anyCase: true) { $0.reversed() },
        mapping("reverseUTF8") {
            Array(String(String.UnicodeScalarView(String(decoding: $0, as: UTF8.self).unicodeScalars.reversed())).utf8)
        },
        mapping("toValidUTF8") { Array(String(decoding: $0, as: UTF8.self).utf8) },
    ]

    private static let trims: [Function] = [
        trim("trimBoth", "trim", left: true, right: true), trim("trimLeft", "ltrim", left: true, right: false),
        trim("trimRight", "rtrim", left: false, right: true),
    ]

    private static func trim(_ names: String..., left: Bool, right: Bool) -> Function {
        var function = Function(
            names[0], arity: 1...2, anyCase: true,
            type: { signature in
                try isText(signature)
                return .string
            }
        ) { arguments in
            let texts = arguments.texts(0)
            let characters = arguments.values.count == 2 ? arguments.constantText(1) ?? [] : [0x20]
            return arguments.texts { row -> ArraySlice<UInt8> in
                var text = texts[row]
                while left, let first = text.first, characters.contains(first) { text.removeFirst() }
                while right, let last = text.last, characters.contains(last) { text.removeLast() }
                return text
            }
        }
        function.names = names
        return function
    }

    private static let joins: [Function] = [
        Function(
            "concat", arity: 1...Function.anyNumber, anyCase: true,
            type: { signature in
                if signature.types.allSatisfy({ if case .array = $0 { true } else { false } }) {
                    return try Supertype.of(signature.types)
                }
                return .string
            }
        ) { arguments in
            if case .array = arguments.type { return try ArrayFunctions.concatenate(arguments) }
            let cast = Cast(context: arguments.context)
            let parts = try arguments.values.map { value -> TextColumn in
                if case .text(let texts) = value.full { return texts }
                return try cast.column(value, to: .string).full.texts
            }
            return arguments.texts { row in parts.flatMap { $0[row] } }
        },
        Function(
            "repeat", arity: 2...2, anyCase: true,
            type: { signature in
                try signature.require(0, \.isString)
                try signature.require(1, \.isInteger)
                return .string
            }
        ) { arguments in
            let texts = arguments.texts(0)
            let times = arguments.int64s(1)
            var left = 1 << 28
            return try arguments.texts { row -> [UInt8] in
                guard times[row] <= 1_000_000 else {
                    throw EngineError(.tooLargeStringSize, "Too many times to repeat (\(times[row])), maximum is: 1000000")
                }
                let size = texts[row].count * Int(max(0, times[row]))
                left -= size
                guard left >= 0 else { throw EngineError(.tooLargeStringSize, "Too large string size in function repeat") }
                return Array(repeatElement(Array(texts[row]), count: Int(max(0, times[row]))).joined())
            }
        },
        Function(
            "space", arity: 1...1, anyCase: true,
            type: { signature in
                try signature.require(0, \.isInteger)
                return .string
            }
        ) { arguments in
            let times = arguments.int64s(0)
            return try arguments.texts { row in
                guard times[row] <= 1_000_000 else { throw EngineError(.tooLargeStringSize, "Too many spaces: \(times[row])") }
                return Array(repeating: UInt8(0x20), count: Int(max(0, times[row])))
            }
        },
        Function(
            "appendTrailingCharIfAbsent", arity: 2...2,
            type: { signature in
                try isText(signature)
                return .string
            }
        ) { arguments in
            let (texts, characters) = (arguments.texts(0), arguments.texts(1))
            return try arguments.texts { row in
                guard characters[row].count == 1 else {
                    throw EngineError(
                        .badArguments, "Second argument of function appendTrailingCharIfAbsent must be a one-character string")
                }
                return texts[row].isEmpty || texts[row].last == characters[row].first ? texts[row] : texts[row] + characters[row]
            }
        },
    ]
}
