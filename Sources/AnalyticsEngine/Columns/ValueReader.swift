// Values from text: what `toInt32('1')`, CAST and the text formats read.

/// Reads values of a type from whole texts and from the middle of longer ones.
struct ValueReader {
    let context: Context

    /// The value of a whole text. Throws 6, 38, 41 and others, as ClickHouse does for the type.
    func value(_ text: ArraySlice<UInt8>, _ type: DataType) throws -> Value {
        switch type {
        case .nullable(let inner):
            if text.elementsEqual("NULL".utf8) || text.elementsEqual("\\N".utf8) { return .null }
            return try value(text, inner)
        case .lowCardinality(let inner): return try value(text, inner)
        case .string: return .text(Array(text))
        case .fixedString(let size):
            guard text.count <= size else {
                throw EngineError(.tooLargeStringSize, "String too long for type FixedString(\(size))")
            }
            return .text(Array(text) + repeatElement(0, count: size - text.count))
        case .enum8(let names), .enum16(let names): return try name(text, names, type)
        default: break
        }
        var cursor = TextCursor(text)
        let value = try self.value(&cursor, type)
        guard cursor.isAtEnd else {
            let parsed = String(decoding: text[text.startIndex..<cursor.index], as: UTF8.self)
            let detail =
                parsed.isEmpty
                ? "syntax error at begin of string" : "syntax error at position \(parsed.utf8.count) (parsed just '\(parsed)')"
            throw Self.cannotParse(text, type, detail)
        }
        return value
    }

    static func cannotParse(_ text: ArraySlice<UInt8>, _ type: DataType, _ detail: String) -> EngineError {
        let code: ErrorCode =
            type.isDate
            ? .cannotParseDate : type.isTime ? .cannotParseDateTime : type == .uuid ? .cannotParseUUID : .cannotParseText
        let family = String(type.name.prefix { $0 != "(" })
        return EngineError(
            type.isDateOrTime && detail.contains("parsed just") ? .cannotParseText : code,
            "Cannot parse string '\(String(decoding: text.prefix(200), as: UTF8.self))' as \(type.name): \(detail). "
                + "Note: there are to\(family)OrZero and to\(family)OrNull functions, which returns zero/NULL instead of throwing exception."
        )
    }

    private func name(_ text: ArraySlice<UInt8>, _ names: EnumNames, _ type: DataType) throws -> Value {
        if let number = names.number(of: Array(text)) { return .integer(Int64(number)) }
        if let number = Int16(String(decoding: text, as: UTF8.self)), names.name(of: number) != nil {
            return .integer(Int64(number))
        }
        let shown = String(decoding: text, as: UTF8.self)
        throw EngineError(
            .unknownElementOfEnum, "Unknown element '\(shown)' for enum." + EngineError.hint(shown, among: names.names))
    }

    /// The value that begins at a cursor, as it stands in arrays, tuples and VALUES: texts in single quotes.
    func value(_ cursor: inout TextCursor, _ type: DataType) throws -> Value {
        let start = cursor.index
        switch type {
        case .integer(let integer): return try self.integer(&cursor, integer, start)
        case .bool: return try bool(&cursor, start)
        case .float32, .float64:
            guard let number = cursor.float() else { throw failure(cursor, start, type) }
            return .float(type == .float32 ? Double(Float(number)) : number)
        case .nullable(let inner):
            if cursor.skip("NULL") { return .null }
            return try value(&cursor, inner)
        case .lowCardinality(let inner): return try value(&cursor, inner)
        case .string, .fixedString, .enum8, .enum16:
            guard let text = cursor.quotedText() else {
                throw EngineError(
                    .cannotParseQuotedString, "Cannot parse quoted string: expected opening quote, got '\(cursor.snippet)'")
            }
            return try value(text[...], type)
        case .date, .date32, .dateTime, .dateTime64, .uuid:
            if let text = cursor.quotedText() { return try value(text[...], type) }
            return try plain(&cursor, type, start)
        case .array(let element):
            return .array(try items(&cursor, "[", "]") { try value(&$0, element) })
        case .map(let key, let item):
            return .array(
                try items(&cursor, "{", "}") { cursor in
                    let key = try value(&cursor, key)
                    cursor.skipSpaces()
                    guard cursor.skip(":") else { throw failure(cursor, start, type) }
                    cursor.skipSpaces()
                    return .tuple([key, try value(&cursor, item)])
                })
        case .tuple(let members):
            var index = 0
            let values = try items(&cursor, "(", ")") { cursor in
                guard index < members.count else { throw failure(cursor, start, type) }
                index += 1
                return try value(&cursor, members[index - 1].type)
            }
            guard values.count == members.count else { throw failure(cursor, start, type) }
            return .tuple(values)
        case .interval: return try integer(&cursor, .int64, start)
        case .nothing:
            guard cursor.skip("NULL") else { throw failure(cursor, start, type) }
            return .null
        }
    }

    private func failure(_ cursor: TextCursor, _ start: Int, _ type: DataType) -> EngineError {
        if cursor.isAtEnd, cursor.index == start, !type.isDateOrTime {
            return EngineError(
                .attemptToReadAfterEnd,
                "Attempt to read after eof: Cannot parse \(type.name) from String, because value is too short")
        }
        return Self.cannotParse(cursor.bytes[start...], type, "syntax error at begin of string")
    }

    private func items(
        _ cursor: inout TextCursor, _ open: String, _ close: String, _ read: (inout TextCursor) throws -> Value
    ) throws -> [Value] {
        guard cursor.skip(open) else {
            throw EngineError(
                .cannotParseInputAssertionFailed, "Cannot parse input: expected '\(open)' before: '\(cursor.snippet)'")
        }
        cursor.depth += 1
        guard cursor.depth <= 100 else { throw EngineError(.tooDeepRecursion, "The value is nested too deeply") }
        defer { cursor.depth -= 1 }
        var values: [Value] = []
        cursor.skipSpaces()
        if cursor.skip(close) { return [] }
        repeat {
            cursor.skipSpaces()
            values.append(try read(&cursor))
            cursor.skipSpaces()
        } while cursor.skip(",")
        guard cursor.skip(close) else {
            throw EngineError(
                .cannotParseText, "Cannot parse array from text: expected ',' or '\(close)' before '\(cursor.snippet)'")
        }
        return values
    }

    private func integer(_ cursor: inout TextCursor, _ type: IntegerType, _ start: Int) throws -> Value {
        var isNegative = false
        if cursor.peek == UInt8(ascii: "-") || cursor.peek == UInt8(ascii: "+") {
            isNegative = cursor.peek == UInt8(ascii: "-")
            cursor.index += 1
            if isNegative, !type.isSigned { throw failure(TextCursor(cursor.bytes[start...]), start, .integer(type)) }
        }
        guard let magnitude = cursor.digits() else {
            cursor.index = start
            throw failure(cursor, start, .integer(type))
        }
        guard type.isSigned else { return .unsigned(magnitude & (type.bits == 64 ? .max : (1 << UInt64(type.bits)) - 1)) }
        let number = Int64(truncatingIfNeeded: isNegative ? 0 &- magnitude : magnitude)
        let shift = Int64(64 - type.bits)
        return .integer((number << shift) >> shift)
    }

    private func bool(_ cursor: inout TextCursor, _ start: Int) throws -> Value {
        for (word, value) in [
            ("true", 1), ("false", 0), ("1", 1), ("0", 0), ("yes", 1), ("no", 0), ("on", 1), ("off", 0), ("t", 1), ("f", 0),
            ("y", 1), ("n", 0),
        ] where cursor.skipWord(word) {
            return .unsigned(UInt64(value))
        }
        throw EngineError(.cannotParseBool, "Cannot parse boolean value here: '\(cursor.snippet)', should be 'true' or 'false'")
    }

    private func plain(_ cursor: inout TextCursor, _ type: DataType, _ start: Int) throws -> Value {
        switch type {
        case .date, .date32:
            guard let date = cursor.date() else { throw failure(cursor, start, type) }
            // The time of a day is heard and left out.
            var time = TextCursor(cursor.bytes[start...])
            if time.time() != nil, time.isAtEnd { cursor.index = time.index }
            return Self.value(of: date, type)
        case .dateTime(let zone):
            if let stamp = cursor.timestamp() { return .unsigned(UInt64(stamp.seconds & 0xFFFF_FFFF)) }
            guard let time = cursor.time() else { throw failure(cursor, start, type) }
            let seconds = time.isUTC ? time.time.seconds { _ in 0 } : time.time.seconds(try context.offset(of: zone))
            return .unsigned(UInt64(max(0, min(seconds, Int(UInt32.max)))))
        case .dateTime64(let precision, let zone):
            let seconds: Int
            let fraction: [UInt8]
            if let stamp = cursor.timestamp() {
                (seconds, fraction) = (stamp.seconds, cursor.fraction())
            } else {
                guard let time = cursor.time() else { throw failure(cursor, start, type) }
                seconds = time.isUTC ? time.time.seconds { _ in 0 } : time.time.seconds(try context.offset(of: zone))
                fraction = time.fraction
            }
            let digits = (fraction + repeatElement(UInt8(ascii: "0"), count: 9)).prefix(precision)
            let ticks = digits.reduce(Int64(0)) { $0 * 10 + Int64($1) - 48 }
            return .integer(Int64(seconds) &* powersOfTen[precision] &+ ticks)
        default:
            guard let id = cursor.uuid() else { throw failure(cursor, start, type) }
            return .uuid(id)
        }
    }

    static func value(of date: CivilDate, _ type: DataType) -> Value {
        let days = date.daysSince1970
        return type == .date ? .unsigned(UInt64(max(0, min(days, 0xFFFF)))) : .integer(Int64(max(-25_567, min(days, 120_529))))
    }
}
