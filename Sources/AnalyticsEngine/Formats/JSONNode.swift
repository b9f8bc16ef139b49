// JSON as it is read from texts: values with their bytes, objects in their order.

/// A JSON value.
indirect enum JSONNode {
    case null
    case bool(Bool)
    /// A number, as it was written.
    case number([UInt8])
    case text([UInt8])
    case array([JSONNode])
    case object([(key: [UInt8], value: JSONNode)])

    /// How deeply values may be nested.
    static let deepest = 100

    /// The value that begins at a cursor (RFC 8259); nil where none does.
    static func read(_ cursor: inout TextCursor) -> JSONNode? {
        cursor.skipSpaces()
        switch cursor.peek {
        case UInt8(ascii: "{"): return object(&cursor)
        case UInt8(ascii: "["): return array(&cursor)
        case UInt8(ascii: "\""): return text(&cursor).map { .text($0) }
        case UInt8(ascii: "t"): return cursor.skip("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return cursor.skip("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return cursor.skip("null") ? .null : nil
        default:
            let start = cursor.index
            while let byte = cursor.peek, Lexer.isDigit(byte) || "+-.eE".utf8.contains(byte) { cursor.index += 1 }
            guard cursor.index > start, Double(String(decoding: cursor.bytes[start..<cursor.index], as: UTF8.self)) != nil else {
                return nil
            }
            return .number(Array(cursor.bytes[start..<cursor.index]))
        }
    }

    private static func array(_ cursor: inout TextCursor) -> JSONNode? {
        cursor.index += 1
        cursor.depth += 1
        defer { cursor.depth -= 1 }
        guard cursor.depth <= deepest else { return nil }
        var items: [JSONNode] = []
        cursor.skipSpaces()
        if cursor.skip("]") { return .array([]) }
        repeat {
            guard let item = read(&cursor) else { return nil }
            items.append(item)
            cursor.skipSpaces()
        } while cursor.skip(",")
        return cursor.skip("]") ? .array(items) : nil
    }

    private static func object(_ cursor: inout TextCursor) -> JSONNode? {
        cursor.index += 1
        cursor.depth += 1
        defer { cursor.depth -= 1 }
        guard cursor.depth <= deepest else { return nil }
        var members: [(key: [UInt8], value: JSONNode)] = []
        cursor.skipSpaces()
        if cursor.skip("}") { return .object([]) }
        repeat {
            cursor.skipSpaces()
            guard let key = text(&cursor) else { return nil }
            cursor.skipSpaces()
            guard cursor.skip(":"), let value = read(&cursor) else { return nil }
            members.append((key, value))
            cursor.skipSpaces()
        } while cursor.skip(",")
        return cursor.skip("}") ? .object(members) : nil
    }

    private static func text(_ cursor: inout TextCursor) -> [UInt8]? {
        guard cursor.skip("\"") else { return nil }
        var text: [UInt8] = []
        while let byte = cursor.peek {
            cursor.index += 1
            if byte == UInt8(ascii: "\"") { return text }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                continue
            }
            guard let escaped = cursor.peek else { return nil }
            cursor.index += 1
            switch escaped {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "u"):
                guard var scalar = unit(&cursor) else { return nil }
                if (0xD800..<0xDC00).contains(scalar), cursor.skip("\\u") {
                    guard let low = unit(&cursor) else { return nil }
                    scalar = (0xDC00..<0xE000).contains(low) ? 0x10000 + (scalar - 0xD800) << 10 + low - 0xDC00 : 0xFFFD
                }
                text += String(Unicode.Scalar(scalar).map { Character($0) } ?? "\u{FFFD}").utf8
            default: text.append(escaped)
            }
        }
        return nil
    }

    private static func unit(_ cursor: inout TextCursor) -> UInt32? {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = cursor.peek.flatMap(EscapeSequence.hexValue) else { return nil }
            unit = unit << 4 | UInt32(digit)
            cursor.index += 1
        }
        return unit
    }

    /// The value of a whole text; nil where it is no JSON.
    static func parse(_ text: ArraySlice<UInt8>) -> JSONNode? {
        var cursor = TextCursor(text)
        guard let node = read(&cursor) else { return nil }
        cursor.skipSpaces()
        return cursor.isAtEnd ? node : nil
    }

    /// The value again as JSON, without spaces.
    func write(_ out: inout [UInt8]) {
        switch self {
        case .null: out += "null".utf8
        case .bool(let value): out += (value ? "true" : "false").utf8
        case .number(let number): out += number
        case .text(let text): ValueText.writeJSON(text[...], &out)
        case .array(let items):
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                item.write(&out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                ValueText.writeJSON(member.key[...], &out)
                out.append(UInt8(ascii: ":"))
                member.value.write(&out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }
}

extension ValueReader {
    /// The value of a type that a JSON value stands for. Throws 117 and what the type's text reader throws.
    func value(_ node: JSONNode, _ type: DataType) throws -> Value {
        switch (node, type) {
        case (_, .lowCardinality(let inner)): return try value(node, inner)
        case (.null, .nullable): return .null
        case (.null, _): return Column.placeholder(type)
        case (_, .nullable(let inner)): return try value(node, inner)
        case (.bool(let truth), .bool): return .unsigned(truth ? 1 : 0)
        case (.bool(let truth), _) where type.isNumber: return .unsigned(truth ? 1 : 0)
        case (.bool(let truth), .string): return .text(Array((truth ? "true" : "false").utf8))
        case (.number(let number), .dateTime64(let precision, _)) where !number.contains(UInt8(ascii: ".")):
            guard let ticks = Int64(String(decoding: number, as: UTF8.self)) else { break }
            return .integer(number.count <= 10 ? ticks &* powersOfTen[precision] : ticks)
        case (.number(let number), .integer(let integer)): return try self.integer(number, integer)
        case (.number(let number), _): return try value(number[...], type)
        case (.text(let text), _):
            if case .integer(let integer) = type { return try self.integer(text, integer) }
            return try value(text[...], type)
        case (.array(let items), .array(let element)): return .array(try items.map { try value($0, element) })
        case (.array(let items), .tuple(let members)) where items.count == members.count:
            return .tuple(try zip(items, members).map { try value($0, $1.type) })
        case (.object(let pairs), .map(let key, let item)):
            return .array(try pairs.map { .tuple([try value($0.key[...], key), try value($0.value, item)]) })
        case (.object(let pairs), .tuple(let members)):
            return .tuple(
                try members.map { member in
                    guard let found = pairs.first(where: { $0.key.elementsEqual((member.name ?? "").utf8) }) else {
                        return Column.placeholder(member.type)
                    }
                    return try value(found.value, member.type)
                })
        case (.object, .string), (.array, .string):
            var text: [UInt8] = []
            node.write(&text)
            return .text(text)
        default: break
        }
        var text: [UInt8] = []
        node.write(&text)
        throw EngineError(
            .incorrectData, "Cannot parse \(String(decoding: text.prefix(80), as: UTF8.self)) as a value of type \(type.name)")
    }

    /// A number that must be within the type's range.
    private func integer(_ text: [UInt8], _ type: IntegerType) throws -> Value {
        let value = try self.value(text[...], .integer(type))
        let shown = String(decoding: text, as: UTF8.self)
        let isExact: Bool
        switch value {
        case .unsigned(let number): isExact = UInt64(shown.hasPrefix("+") ? String(shown.dropFirst()) : shown) == number
        case .signed(let number): isExact = Int64(shown) == number
        default: isExact = true
        }
        guard isExact || Int64(shown) == 0 else {
            throw EngineError(.incorrectData, "Cannot parse \(shown): it is out of the range of \(type.rawValue)")
        }
        return value
    }
}
