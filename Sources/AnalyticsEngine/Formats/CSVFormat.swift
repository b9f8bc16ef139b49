// CSV (RFC 4180), with and without a line of names.

/// Comma-separated values.
enum CSVFormat {
    static let outputs: [OutputFormat] = [
        output("CSV", names: false, types: false), output("CSVWithNames", names: true, types: false),
        output("CSVWithNamesAndTypes", names: true, types: true),
    ]

    private static func output(_ name: String, names: Bool, types: Bool) -> OutputFormat {
        OutputFormat(name: name, contentType: "text/csv; charset=UTF-8; header=\(names ? "present" : "absent")") {
            result, context, _ in
            let text = ValueText(context: context, style: .csv)
            var out: [UInt8] = []
            func line(_ texts: [String]) {
                for (index, item) in texts.enumerated() {
                    if index > 0 { out.append(UInt8(ascii: ",")) }
                    ValueText.writeCSV(Array(item.utf8)[...], &out)
                }
                out.append(0x0A)
            }
            if names { line(result.columns.map(\.name)) }
            if types { line(result.columns.map(\.type.name)) }
            func rows(_ block: Block) throws {
                for row in 0..<block.count {
                    for column in result.columns.indices {
                        if column > 0 { out.append(UInt8(ascii: ",")) }
                        try result.write(row, column, of: block, text, &out)
                    }
                    out.append(0x0A)
                }
            }
            try rows(result.rows)
            if let totals = result.totals {
                out.append(0x0A)
                try rows(totals)
            }
            return out
        }
    }

    static let inputs: [InputFormat] = [
        InputFormat(name: "CSV") { try read($0, header: 0) }, InputFormat(name: "CSVWithNames") { try read($0, header: 1) },
        InputFormat(name: "CSVWithNamesAndTypes") { try read($0, header: 2) },
    ]

    private static func read(_ input: InputFormat.Input, header: Int) throws -> InputRows {
        var cursor = TextCursor(input.data)
        var places = Array(input.columns.indices)
        for line in 0..<header {
            let names = try record(&cursor, 0)
            if line == 0 { places = try InputFormat.places(names.map { String(decoding: $0.text, as: UTF8.self) }, input) }
        }
        var rows = InputRows(columns: input.columns)
        var number = 0
        while !cursor.isAtEnd {
            if cursor.peek == 0x0A || cursor.peek == 0x0D {
                cursor.index += 1
                continue
            }
            number += 1
            let fields = try record(&cursor, number)
            guard fields.count == places.count else {
                throw EngineError(
                    .cannotParseInputAssertionFailed,
                    "Cannot parse input: expected \(places.count) fields, found \(fields.count): (at row \(number))")
            }
            try rows.add(number) { place in
                guard let index = places.firstIndex(of: place) else { return nil }
                let field = fields[index]
                let type = input.columns[place].type.stored
                if !field.isQuoted, field.text.elementsEqual("\\N".utf8) { return type.isNullable ? .null : nil }
                if !field.isQuoted, field.text.isEmpty, !type.isString { return nil }
                return try input.reader.value(field.text[...], type)
            }
        }
        return rows
    }

    private static func record(_ cursor: inout TextCursor, _ number: Int) throws -> [(text: [UInt8], isQuoted: Bool)] {
        var fields: [(text: [UInt8], isQuoted: Bool)] = []
        while true {
            while cursor.peek == 0x20 || cursor.peek == 0x09 { cursor.index += 1 }
            if let quote = cursor.peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                fields.append((try quoted(&cursor, quote, number), true))
            } else {
                let start = cursor.index
                while let byte = cursor.peek, byte != UInt8(ascii: ","), byte != 0x0A, byte != 0x0D { cursor.index += 1 }
                fields.append((Array(cursor.bytes[start..<cursor.index].trimmed), false))
            }
            while cursor.peek == 0x20 || cursor.peek == 0x09 { cursor.index += 1 }
            if cursor.skip(",") { continue }
            _ = cursor.skip("\r")
            guard cursor.skip("\n") || cursor.isAtEnd else {
                throw EngineError(
                    .cannotParseInputAssertionFailed,
                    "Cannot parse input: expected ',' before: '\(cursor.snippet)': (at row \(number))")
            }
            return fields
        }
    }

    private static func quoted(_ cursor: inout TextCursor, _ quote: UInt8, _ number: Int) throws -> [UInt8] {
        cursor.index += 1
        var text: [UInt8] = []
        while let byte = cursor.peek {
            cursor.index += 1
            if byte != quote {
                text.append(byte)
            } else if cursor.peek == quote {
                text.append(quote)
                cursor.index += 1
            } else {
                return text
            }
        }
        throw EngineError(.cannotParseQuotedString, "Cannot parse quoted string: expected closing quote: (at row \(number))")
    }
}
