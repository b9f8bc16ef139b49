// JSONEachRow: an object for every row; and JSONCompactEachRow, an array for every row.

/// Rows as JSON, one after the other.
enum JSONEachRowFormat {
    static let outputs: [OutputFormat] = [
        OutputFormat(name: "JSONEachRow", contentType: "application/x-ndjson; charset=UTF-8") { result, context, _ in
            try rows(result, context) { name in
                var key: [UInt8] = []
                ValueText.writeJSON(Array(name.utf8)[...], &key)
                return key + [UInt8(ascii: ":")]
            }
        },
        OutputFormat(name: "JSONCompactEachRow", contentType: "application/x-ndjson; charset=UTF-8") { result, context, _ in
            try rows(result, context, nil)
        },
    ]

    private static func rows(_ result: QueryResult, _ context: Context, _ key: ((String) -> [UInt8])?) throws -> [UInt8] {
        let text = ValueText(context: context, style: .json)
        let keys = result.columns.map { key?($0.name) ?? [] }
        var out: [UInt8] = []
        for row in 0..<result.rows.count {
            out.append(UInt8(ascii: key == nil ? "[" : "{"))
            for (index, key) in keys.enumerated() {
                if index > 0 { out += self.separator(isObject: !key.isEmpty) }
                out += key
                try result.write(row, index, of: result.rows, text, &out)
            }
            out += key == nil ? "]\n".utf8 : "}\n".utf8
        }
        return out
    }

    private static func separator(isObject: Bool) -> [UInt8] { isObject ? [UInt8(ascii: ",")] : Array(", ".utf8) }

    static let inputs: [InputFormat] = [
        InputFormat(name: "JSONEachRow") { input in
            try read(input) { node, number in
                guard case .object(let members) = node else {
                    throw EngineError(.cannotParseInputAssertionFailed, "Cannot parse input: expected '{': (at row \(number))")
                }
                return members
            }
        },
        InputFormat(name: "JSONCompactEachRow") { input in
            try read(input) { node, number in
                guard case .array(let items) = node, items.count == input.columns.count else {
                    throw EngineError(
                        .cannotParseInputAssertionFailed,
                        "Cannot parse input: expected an array of \(input.columns.count) values: (at row \(number))")
                }
                return zip(input.columns, items).map { (Array($0.name.utf8), $1) }
            }
        },
    ]

    private static func read(
        _ input: InputFormat.Input, _ members: (JSONNode, Int) throws -> [(key: [UInt8], value: JSONNode)]
    ) throws -> InputRows {
        var rows = InputRows(columns: input.columns)
        var cursor = TextCursor(input.data)
        let places = Dictionary(input.columns.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first }
        let skipsUnknown = input.context.settings.isOn("input_format_skip_unknown_fields")
        var number = 0
        cursor.skipSpaces()
        let isArray = cursor.peek == UInt8(ascii: "[") && cursor.peek(1).map { $0 == UInt8(ascii: "{") || $0 <= 0x20 } ?? false
        if isArray { cursor.index += 1 }
        while true {
            cursor.skipSpaces()
            if number > 0, cursor.skip(",") { cursor.skipSpaces() }
            if isArray, cursor.skip("]") { break }
            guard !cursor.isAtEnd else { break }
            number += 1
            guard let node = JSONNode.read(&cursor) else {
                throw EngineError(.incorrectData, "Cannot parse JSON object: (at row \(number))")
            }
            var values: [JSONNode?] = Array(repeating: nil, count: input.columns.count)
            for (key, value) in try members(node, number) {
                let name = String(decoding: key, as: UTF8.self)
                if let place = places[name] {
                    values[place] = value
                } else if !skipsUnknown {
                    throw EngineError(
                        .incorrectData, "Unknown field found while parsing JSONEachRow format: \(name): (at row \(number))")
                }
            }
            try rows.add(number) { place in
                guard let value = values[place] else { return nil }
                let type = input.columns[place].type.stored
                if case .null = value, !type.isNullable { return nil }
                return try input.reader.value(value, type)
            }
        }
        return rows
    }
}
