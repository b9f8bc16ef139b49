// Values out of JSON texts: JSONExtract and its family, and the simple functions.

/// JSON functions.
enum JSONFunctions {
    static let all: [Function] =
        [
            extract("JSONExtractString", .string) { node in
                if case .text(let text)? = node { return .text(text) }
                return .text([])
            },
            extract("JSONExtractRaw", .string) { node in
                guard let node else { return .text([]) }
                var text: [UInt8] = []
                node.write(&text)
                return .text(text)
            },
            extract("JSONExtractInt", .int64) { number($0) { Int64(wrapping: $0) }.map { .integer($0) } ?? .unsigned(0) },
            extract("JSONExtractUInt", .uint64) { node in
                if case .number(let text)? = node, let number = UInt64(String(decoding: text, as: UTF8.self)) {
                    return .unsigned(number)
                }
                return number(node) { UInt64(wrapping: $0) }.map { .unsigned($0) } ?? .unsigned(0)
            },
            extract("JSONExtractFloat", .float64) { number($0) { $0 }.map { .float($0) } ?? .float(0) },
            extract("JSONExtractBool", .bool) { node in
                if case .bool(true)? = node { return .unsigned(1) }
                return .unsigned(0)
            },
            extract("JSONHas", .uint8) { $0 == nil ? .unsigned(0) : .unsigned(1) },
            extract("JSONLength", .uint64) { node in
                switch node {
                case .array(let items)?: .unsigned(UInt64(items.count))
                case .object(let members)?: .unsigned(UInt64(members.count))
                default: .unsigned(0)
                }
            },
            extract("JSONType", .string) { node in .text(Array(typeName(node).utf8)) },
            extract("JSONExtractKeys", .array(.string)) { node in
                guard case .object(let members)? = node else { return .array([]) }
                return .array(members.map { .text($0.key) })
            },
            extract("JSONExtractArrayRaw", .array(.string)) { node in
                guard case .array(let items)? = node else { return .array([]) }
                return .array(
                    items.map { item in
                        var text: [UInt8] = []
                        item.write(&text)
                        return .text(text)
                    })
            },
            Function(
                "isValidJSON", arity: 1...1,
                type: { signature in
                    try StringFunctions.isText(signature)
                    return .uint8
                }
            ) { arguments in
                let texts = arguments.texts(0)
                return .truths((0..<arguments.count).map { JSONNode.parse(texts[$0]) != nil })
            },
            Function(
                "JSONExtract", arity: 2...Function.anyNumber,
                type: { signature in
                    try signature.require(0, \.isString)
                    return try TypeParser.type(try signature.text(signature.types.count - 1)).stored
                }
            ) { arguments in
                let reader = ValueReader(context: arguments.context)
                let values = (0..<arguments.count).map { row -> Value in
                    guard let node = found(arguments, row, through: arguments.values.count - 1) else {
                        return Column.placeholder(arguments.type)
                    }
                    return (try? reader.value(node, arguments.type)) ?? Column.placeholder(arguments.type)
                }
                return Column(values, arguments.type)
            },
        ] + simple

    /// The value behind the path of keys and places that arguments 1 up to `end` are.
    private static func found(_ arguments: Arguments, _ row: Int, through end: Int) -> JSONNode? {
        guard var node = JSONNode.parse(arguments.texts(0)[row]) else { return nil }
        for index in 1..<max(1, end) {
            switch (node, arguments[index].value(row)) {
            case (.object(let members), .text(let key)):
                guard let member = members.last(where: { $0.key == key }) else { return nil }
                node = member.value
            case (.array(let items), let place):
                guard let number = place.integer, number != 0, number.magnitude <= UInt64(items.count) else { return nil }
                node = items[number > 0 ? Int(number) - 1 : items.count + Int(number)]
            case (.object(let members), let place):
                guard let number = place.integer, number != 0, number.magnitude <= UInt64(members.count) else { return nil }
                node = members[number > 0 ? Int(number) - 1 : members.count + Int(number)].value
            default: return nil
            }
        }
        return node
    }

    private static func extract(_ name: String, _ type: DataType, _ read: @escaping @Sendable (JSONNode?) -> Value) -> Function {
        Function(
            name, arity: 1...Function.anyNumber,
            type: { signature in
                try signature.require(0, \.isString)
                return type
            }
        ) { arguments in
            Column((0..<arguments.count).map { read(found(arguments, $0, through: arguments.values.count)) }, type)
        }
    }

    private static func number<Result>(_ node: JSONNode?, _ convert: (Double) -> Result) -> Result? {
        switch node {
        case .number(let text)?: Double(String(decoding: text, as: UTF8.self)).map(convert)
        case .text(let text)?: Double(String(decoding: text, as: UTF8.self)).map(convert)
        case .bool(let value)?: convert(value ? 1 : 0)
        default: nil
        }
    }

    private static func typeName(_ node: JSONNode?) -> String {
        switch node {
        case nil, .null?: "Null"
        case .bool?: "Bool"
        case .number(let text)?:
            text.contains { "eE.".utf8.contains($0) } ? "Double" : text.first == UInt8(ascii: "-") ? "Int64" : "UInt64"
        case .text?: "String"
        case .array?: "Array"
        case .object?: "Object"
        }
    }

    /// simpleJSONExtract...: the field is looked for by its name, the text not parsed as a whole.
    private static let simple: [Function] = [
        scan("Has", .uint8) { $0 == nil ? .unsigned(0) : .unsigned(1) },
        scan("ExtractUInt", .uint64) { text in .unsigned(text.flatMap { first($0).digitsValue } ?? 0) },
        scan("ExtractInt", .int64) { text in
            guard let text else { return .unsigned(0) }
            let isNegative = first(text).peek == UInt8(ascii: "-")
            var cursor = first(isNegative ? text.dropFirst() : text)
            let number = Int64(truncatingIfNeeded: cursor.digits() ?? 0)
            return .integer(isNegative ? 0 &- number : number)
        },
        scan("ExtractFloat", .float64) { text in .float(text.flatMap { first($0).floatValue } ?? 0) },
        scan("ExtractBool", .uint8) { $0?.starts(with: "true".utf8) == true ? .unsigned(1) : .unsigned(0) },
        scan("ExtractRaw", .string) { text in
            guard let text else { return .text([]) }
            var cursor = TextCursor(text)
            return JSONNode.read(&cursor) == nil ? .text([]) : .text(Array(text[..<cursor.index]))
        },
        scan("ExtractString", .string) { text in
            guard let text else { return .text([]) }
            var cursor = TextCursor(text)
            if case .text(let value)? = JSONNode.read(&cursor) { return .text(value) }
            return .text([])
        },
    ]

    private static func first(_ text: ArraySlice<UInt8>) -> TextCursor { TextCursor(text) }

    private static func scan(_ name: String, _ type: DataType, _ read: @escaping @Sendable (ArraySlice<UInt8>?) -> Value)
        -> Function
    {
        var function = Function(
            "simpleJSON" + name, arity: 2...2,
            type: { signature in
                try StringFunctions.isText(signature)
                return type
            }
        ) { arguments in
            let (texts, names) = (arguments.texts(0), arguments.texts(1))
            return Column(
                (0..<arguments.count).map { row in
                    let key = ([UInt8(ascii: "\"")] + names[row] + "\":".utf8)[...]
                    guard let found = SearchFunctions.find(key, in: texts[row], from: texts[row].startIndex) else {
                        return read(nil)
                    }
                    return read(texts[row][(found + key.count)...])
                }, type)
        }
        function.names.append("visitParam" + name)
        return function
    }
}

extension TextCursor {
    /// The number here, the cursor left where it is.
    var floatValue: Double? {
        var cursor = self
        return cursor.float()
    }

    /// The digits here, the cursor left where it is.
    var digitsValue: UInt64? {
        var cursor = self
        return cursor.digits()
    }
}
