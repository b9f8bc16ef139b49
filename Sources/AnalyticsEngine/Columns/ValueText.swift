// Values as text, as every text format and `toString` write them.

/// How texts are written.
enum TextStyle {
    /// As it is.
    case raw
    /// With backslashes for tab, line end and backslash.
    case escaped
    /// In single quotes, with backslashes.
    case quoted
    /// In double quotes, doubled inside.
    case csv
    case json
}

/// Writes the values of a type.
struct ValueText {
    let context: Context
    var style: TextStyle

    /// Writes a row of a column.
    func write(_ column: Column, _ row: Int, _ type: DataType, _ out: inout [UInt8]) throws {
        switch (column, type) {
        case (_, .lowCardinality(let inner)): try write(column, row, inner, &out)
        case (.nullable(let isNull, let values), .nullable(let inner)):
            if isNull[row] { writeNull(&out) } else { try write(values, row, inner, &out) }
        case (.text(let texts), .fixedString) where style == .raw || style == .escaped || style == .quoted:
            writeText(texts[row], &out)
        case (.text(let texts), _): writeText(texts[row], &out)
        case (.array(let arrays), .map(let key, let value)): try writeMap(arrays, row, key, value, &out)
        case (.array(let arrays), .array(let element)):
            try inBrackets("[", "]", arrays.range(row), &out) { text, index, out in
                try text.write(arrays.values, index, element, &out)
            }
        case (.tuple(let columns, _), .tuple(let members)):
            let isObject = style == .json && context.settings.isOn("output_format_json_named_tuples_as_objects")
            try inBrackets(
                style == .json && !isObject ? "[" : "(", style == .json && !isObject ? "]" : ")", columns.indices, &out
            ) {
                text, index, out in
                try text.write(columns[index], row, members[index].type, &out)
            }
        case (_, .bool): out += column.int64s(row) != 0 ? "true".utf8 : "false".utf8
        case (.uint64(let values), _): writeNumber(String(values[row]), isWide: true, &out)
        case (.int64(let values), .integer): writeNumber(String(values[row]), isWide: true, &out)
        case (.float64(let values), _): writeFloat(Self.text(values[row]), values[row].isFinite, &out)
        case (.float32(let values), _): writeFloat(Self.text(values[row]), values[row].isFinite, &out)
        case (.nothing, _): writeNull(&out)
        case (_, .enum8(let names)), (_, .enum16(let names)):
            let name = names.name(of: Int16(truncatingIfNeeded: column.int64s(row))) ?? ""
            writeText(Array(name.utf8)[...], &out)
        case (_, .date), (_, .date32), (_, .dateTime), (_, .dateTime64), (.uuid, _):
            try inQuotes(&out) { try writePlain(column, row, type, &$0) }
        default: out += String(column.int64s(row)).utf8
        }
    }

    private func writeNull(_ out: inout [UInt8]) {
        switch style {
        case .raw, .quoted: out += "NULL".utf8
        case .escaped, .csv: out += "\\N".utf8
        case .json: out += "null".utf8
        }
    }

    private func inBrackets(
        _ open: String, _ close: String, _ items: Range<Int>, _ out: inout [UInt8],
        _ write: (ValueText, Int, inout [UInt8]) throws -> Void
    ) throws {
        var inner = self
        if style != .json { inner.style = .quoted }
        var text = Array(open.utf8)
        for index in items {
            if index > items.lowerBound { text.append(UInt8(ascii: ",")) }
            try write(inner, index, &text)
        }
        text += close.utf8
        if style == .csv, open == "[" {
            Self.writeCSV(text[...], &out)
        } else {
            out += text
        }
    }

    private func writeMap(
        _ arrays: ArrayColumn, _ row: Int, _ key: DataType, _ value: DataType, _ out: inout [UInt8]
    ) throws {
        guard case .tuple(let columns, _) = arrays.values, columns.count == 2 else {
            out += "{}".utf8
            return
        }
        let quoted = style == .json && !key.core.isString
        try inBrackets("{", "}", arrays.range(row), &out) { text, index, out in
            if quoted { out.append(UInt8(ascii: "\"")) }
            try text.write(columns[0], index, key, &out)
            if quoted { out.append(UInt8(ascii: "\"")) }
            out.append(UInt8(ascii: ":"))
            try text.write(columns[1], index, value, &out)
        }
    }

    private func inQuotes(_ out: inout [UInt8], _ write: (inout [UInt8]) throws -> Void) throws {
        let quote: UInt8? = style == .quoted ? UInt8(ascii: "'") : style == .json || style == .csv ? UInt8(ascii: "\"") : nil
        if let quote { out.append(quote) }
        try write(&out)
        if let quote { out.append(quote) }
    }

    private func writeNumber(_ text: String, isWide: Bool, _ out: inout [UInt8]) {
        let isQuoted = style == .json && isWide && context.settings.isOn("output_format_json_quote_64bit_integers")
        if isQuoted { out.append(UInt8(ascii: "\"")) }
        out += text.utf8
        if isQuoted { out.append(UInt8(ascii: "\"")) }
    }

    private func writeFloat(_ text: String, _ isFinite: Bool, _ out: inout [UInt8]) {
        guard style == .json, !isFinite else {
            let isQuoted = style == .json && context.settings.isOn("output_format_json_quote_64bit_floats")
            out += (isQuoted ? "\"\(text)\"" : text).utf8
            return
        }
        out += context.settings.isOn("output_format_json_quote_denormals") ? "\"\(text)\"".utf8 : "null".utf8
    }

    /// Dates, times and UUIDs.
    private func writePlain(_ column: Column, _ row: Int, _ type: DataType, _ out: inout [UInt8]) throws {
        switch type {
        case .date, .date32: Self.write(CivilDate(daysSince1970: Int(column.int64s(row))), &out)
        case .dateTime(let zone):
            let seconds = column.int64s(row)
            Self.write(CivilTime(seconds: Int(seconds), offset: try context.offset(of: zone)(seconds)), &out)
        case .dateTime64(let precision, let zone):
            let ticks = Int(column.int64s(row))
            let scale = Int(powersOfTen[precision])
            let seconds = floorDiv(ticks, scale)
            Self.write(CivilTime(seconds: seconds, offset: try context.offset(of: zone)(Int64(seconds))), &out)
            guard precision > 0 else { return }
            out.append(UInt8(ascii: "."))
            let digits = String(floorMod(ticks, scale))
            out += repeatElement(UInt8(ascii: "0"), count: precision - digits.utf8.count)
            out += digits.utf8
        default:
            if case .uuid(let values) = column { out += Self.text(uuid: values[row]) }
        }
    }

    private func writeText(_ text: ArraySlice<UInt8>, _ out: inout [UInt8]) {
        switch style {
        case .raw: out += text
        case .escaped: Self.writeEscaped(text, quote: 0, &out)
        case .quoted:
            out.append(UInt8(ascii: "'"))
            Self.writeEscaped(text, quote: UInt8(ascii: "'"), &out)
            out.append(UInt8(ascii: "'"))
        case .csv: Self.writeCSV(text, &out)
        case .json:
            let setting = context.settings["output_format_json_escape_forward_slashes"]
            Self.writeJSON(text, escapesSlash: setting == nil || setting?.integer != 0, &out)
        }
    }
}

extension Column {
    /// The number of a row.
    func int64s(_ row: Int) -> Int64 {
        switch self {
        case .uint8(let values): Int64(values[row])
        case .uint16(let values): Int64(values[row])
        case .uint32(let values): Int64(values[row])
        case .uint64(let values): Int64(truncatingIfNeeded: values[row])
        case .int8(let values): Int64(values[row])
        case .int16(let values): Int64(values[row])
        case .int32(let values): Int64(values[row])
        case .int64(let values): values[row]
        case .nullable(_, let values): values.int64s(row)
        default: 0
        }
    }
}
