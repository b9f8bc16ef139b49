// TabSeparated (TSV), with its raw form and its headers.

/// Tab-separated values.
enum TabSeparatedFormat {
    static let outputs: [OutputFormat] = [
        output("TabSeparated", .escaped, names: false, types: false), output("TabSeparatedRaw", .raw, names: false, types: false),
        output("TabSeparatedWithNames", .escaped, names: true, types: false),
        output("TabSeparatedWithNamesAndTypes", .escaped, names: true, types: true),
        output("TabSeparatedRawWithNames", .raw, names: true, types: false),
    ]

    private static func output(_ name: String, _ style: TextStyle, names: Bool, types: Bool) -> OutputFormat {
        OutputFormat(name: name, contentType: "text/tab-separated-values; charset=UTF-8") { result, context, _ in
            let text = ValueText(context: context, style: style)
            var out: [UInt8] = []
            func line(_ texts: [String]) {
                for (index, item) in texts.enumerated() {
                    if index > 0 { out.append(0x09) }
                    ValueText.writeEscaped(Array(item.utf8)[...], quote: 0, &out)
                }
                out.append(0x0A)
            }
            if names { line(result.columns.map(\.name)) }
            if types { line(result.columns.map(\.type.name)) }
            func rows(_ block: Block) throws {
                for row in 0..<block.count {
                    for column in result.columns.indices {
                        if column > 0 { out.append(0x09) }
                        if style == .raw, block.columns[column].value(row) == .null {
                            out += "\\N".utf8
                        } else {
                            try result.write(row, column, of: block, text, &out)
                        }
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
        InputFormat(name: "TabSeparated") { try read($0, header: 0) },
        InputFormat(name: "TabSeparatedWithNames") { try read($0, header: 1) },
        InputFormat(name: "TabSeparatedWithNamesAndTypes") { try read($0, header: 2) },
    ]

    private static func read(_ input: InputFormat.Input, header: Int) throws -> InputRows {
        var lines = input.data.split(separator: 0x0A, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        var places = Array(input.columns.indices)
        if header > 0, let names = lines.first {
            places = try InputFormat.places(fields(names).map { String(decoding: unescaped($0), as: UTF8.self) }, input)
        }
        var rows = InputRows(columns: input.columns)
        for (number, line) in lines.dropFirst(header).enumerated() {
            let fields = fields(line.last == 0x0D ? line.dropLast() : line)
            guard fields.count == places.count else {
                throw EngineError(
                    .cannotParseInputAssertionFailed,
                    "Cannot parse input: expected \(places.count) fields, found \(fields.count): (at row \(number + 1))")
            }
            try rows.add(number + 1) { place in
                guard let index = places.firstIndex(of: place) else { return nil }
                let type = input.columns[place].type.stored
                if fields[index].elementsEqual("\\N".utf8) { return type.isNullable ? .null : nil }
                return try input.reader.value(unescaped(fields[index])[...], type)
            }
        }
        return rows
    }

    private static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        line.split(separator: 0x09, omittingEmptySubsequences: false)
    }

    private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
        guard field.contains(UInt8(ascii: "\\")) else { return Array(field) }
        let bytes = Array(field)
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\") {
                index = EscapeSequence.read(bytes, at: index + 1, into: &text)
            } else {
                text.append(bytes[index])
                index += 1
            }
        }
        return text
    }
}
