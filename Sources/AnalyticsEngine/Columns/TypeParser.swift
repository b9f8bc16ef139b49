// Types from their names: `Array(Nullable(Decimal))`, with the names that other databases use.

/// Reads the names of types.
struct TypeParser {
    private var parser: Parser

    /// The type of a name. Throws 50 for one that is not known, 377 and 378 for wrong arguments.
    static func type(_ text: String) throws -> DataType {
        var parser = TypeParser(parser: Parser(Array(text.utf8)))
        let type = try parser.type()
        guard parser.parser.peek().kind == .end else { throw parser.parser.failure(expected: "end of data type") }
        return type
    }

    private static let plain: [String: DataType] = {
        var types: [String: DataType] = [
            "Float32": .float32, "Float64": .float64, "String": .string, "UUID": .uuid, "Date": .date, "Date32": .date32,
            "Nothing": .nothing, "Bool": .bool, "IPv4": .uint32,
        ]
        types["IPv4"] = nil
        for type in IntegerType.allCases { types[type.rawValue] = .integer(type) }
        for unit in IntervalUnit.allCases { types["Interval\(unit.rawValue)"] = .interval(unit) }
        return types
    }()

    /// Names that are heard in any case.
    private static let aliases: [String: DataType] = [
        "boolean": .bool, "bool": .bool, "tinyint": .int8, "smallint": .int16, "int": .int32, "integer": .int32,
        "bigint": .int64, "int1": .int8, "byte": .int8, "float": .float32, "real": .float32, "double": .float64,
        "single": .float32, "text": .string, "varchar": .string, "char": .string, "blob": .string, "tinytext": .string,
        "mediumtext": .string, "longtext": .string, "clob": .string, "utinyint": .uint8, "usmallint": .uint16, "uint": .uint32,
        "uinteger": .uint32, "ubigint": .uint64, "date": .date, "date32": .date32, "signed": .int64, "unsigned": .uint64,
        "binary": .string, "varbinary": .string, "character": .string, "uint1": .uint8, "year": .uint16,
    ]

    private mutating func type() throws -> DataType {
        try parser.nested { parser in
            var inner = TypeParser(parser: parser)
            defer { parser = inner.parser }
            return try inner.parsed()
        }
    }

    private mutating func parsed() throws -> DataType {
        let name = try parser.name("data type")
        guard parser.skip(mark: "(") else {
            return try Self.plain[name] ?? Self.aliases[name.lowercased()] ?? bare(name)
        }
        if Self.aliases[name.lowercased()] == .string || Self.plain[name] == nil && Self.aliases[name.lowercased()] != nil {
            _ = try parser.bracketedText()
            return Self.aliases[name.lowercased()] ?? .string
        }
        if Self.plain[name] != nil {
            throw EngineError(.dataTypeCannotHaveArguments, "Data type \(name) cannot have arguments")
        }
        let type = try parameterised(name)
        try parser.expect(mark: ")")
        return type
    }

    private func bare(_ name: String) throws -> DataType {
        switch name.lowercased() {
        case "datetime", "timestamp": return .dateTime(zone: nil)
        case "datetime64": return .dateTime64(precision: 3, zone: nil)
        case "datetime32": return .dateTime(zone: nil)
        case "array", "nullable", "map", "fixedstring", "enum8", "enum16":
            throw EngineError(.numberOfArgumentsDoesNotMatch, "\(name) data type family must have arguments")
        case "tuple": return .tuple([])
        default:
            let known =
                Self.plain.keys.sorted() + [
                    "Array", "DateTime", "DateTime64", "FixedString", "LowCardinality", "Map", "Nullable", "Tuple",
                ]
            throw EngineError(.unknownType, "Unknown data type family: \(name)." + EngineError.hint(name, among: known))
        }
    }

    private mutating func parameterised(_ name: String) throws -> DataType {
        switch name.lowercased() {
        case "array": return .array(try type())
        case "nullable":
            let inner = try type()
            guard inner.canBeNullable, !inner.isNullable else {
                throw EngineError(.illegalTypeOfArgument, "Nested type \(inner.name) cannot be inside Nullable type")
            }
            return .nullable(inner)
        case "lowcardinality": return .lowCardinality(try type())
        case "fixedstring":
            let size = try number()
            guard size > 0, size <= 0xFF_FFFF else {
                throw EngineError(.argumentOutOfBound, "FixedString size must be positive and at most 16777215, not \(size)")
            }
            return .fixedString(size)
        case "datetime", "timestamp", "datetime32":
            let zone = parser.peek().kind == .text ? try text() : nil
            if zone == nil { _ = try number() }
            return .dateTime(zone: zone)
        case "datetime64":
            let precision = try number()
            guard (0...9).contains(precision) else {
                throw EngineError(
                    .argumentOutOfBound, "Scale \(precision) is too large for DateTime64. Maximum is up to nanoseconds (9).")
            }
            return .dateTime64(precision: precision, zone: parser.skip(mark: ",") ? try text() : nil)
        case "enum8": return .enum8(try names(in: -128...127))
        case "enum16": return .enum16(try names(in: -32768...32767))
        case "enum":
            let names = try names(in: -32768...32767)
            return names.numbers.allSatisfy { Int8(exactly: $0) != nil } ? .enum8(names) : .enum16(names)
        case "map":
            let key = try type()
            try parser.expect(mark: ",")
            return .map(key, try type())
        case "tuple": return .tuple(try members())
        case "nested": return .array(.tuple(try members()))
        default: return try bare(name)
        }
    }

    private mutating func members() throws -> [TupleMember] {
        if parser.followsMark(")") { return [] }
        var members: [TupleMember] = []
        repeat {
            let first = parser.peek()
            let next = parser.peek(1)
            if first.kind == .word || first.kind == .quotedName, next.kind == .word || next.kind == .quotedName {
                let name = try parser.name()
                members.append(TupleMember(name: name, type: try type()))
            } else {
                members.append(TupleMember(name: nil, type: try type()))
            }
        } while parser.skip(mark: ",")
        return members
    }

    private mutating func number() throws -> Int {
        let token = parser.advance()
        guard token.kind == .number, let number = Int(token.string) else {
            throw EngineError(.illegalSyntaxForDataType, "A data type's argument must be a number, not '\(token.string)'")
        }
        return number
    }

    private mutating func text() throws -> String {
        let token = parser.advance()
        guard token.kind == .text else {
            throw EngineError(.illegalSyntaxForDataType, "A data type's argument must be a string, not '\(token.string)'")
        }
        return token.string
    }

    private mutating func names(in range: ClosedRange<Int>) throws -> EnumNames {
        var pairs: [(name: String, number: Int16)] = []
        var next = 1
        repeat {
            let name = try text()
            if parser.skip(mark: "=") {
                let isNegative = parser.skip(mark: "-")
                next = try number() * (isNegative ? -1 : 1)
            }
            guard range.contains(next), let number = Int16(exactly: next) else {
                throw EngineError(.argumentOutOfBound, "Value \(next) for element '\(name)' exceeds range of the enumeration")
            }
            guard !pairs.contains(where: { $0.name == name || $0.number == number }) else {
                throw EngineError(.syntaxError, "Duplicate names or values in enumeration: '\(name)' = \(number)")
            }
            pairs.append((name, number))
            next += 1
        } while parser.skip(mark: ",")
        return EnumNames(pairs)
    }
}
