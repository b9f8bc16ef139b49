// JSON and JSONCompact: one document with the columns, the rows and what was read.

/// The formats JSON, JSONCompact and JSONStrings.
enum JSONFormat {
    static let outputs: [OutputFormat] = [output("JSON"), output("JSONCompact"), output("JSONStrings")]

    private static func output(_ name: String) -> OutputFormat {
        OutputFormat(name: name, contentType: "application/json; charset=UTF-8") { result, context, statistics in
            var writer = DocumentWriter(
                result: result, context: context, isCompact: name == "JSONCompact", asTexts: name == "JSONStrings")
            return try writer.document(statistics)
        }
    }

    private struct DocumentWriter {
        let result: QueryResult
        let context: Context
        let isCompact: Bool
        let asTexts: Bool
        var out: [UInt8] = []

        init(result: QueryResult, context: Context, isCompact: Bool, asTexts: Bool) {
            self.result = result
            self.context = context
            self.isCompact = isCompact
            self.asTexts = asTexts
        }

        mutating func document(_ statistics: OutputFormat.Statistics) throws -> [UInt8] {
            out += "{\n\t\"meta\":\n\t[\n".utf8
            for (index, column) in result.columns.enumerated() {
                out += "\t\t{\n\t\t\t\"name\": ".utf8
                ValueText.writeJSON(Array(column.name.utf8)[...], &out)
                out += ",\n\t\t\t\"type\": ".utf8
                ValueText.writeJSON(Array(column.type.name.utf8)[...], &out)
                out += "\n\t\t}\(index + 1 < result.columns.count ? "," : "")\n".utf8
            }
            out += "\t],\n\n\t\"data\":\n\t[\n".utf8
            for row in 0..<result.rows.count {
                try self.row(row, of: result.rows, indent: "\t\t")
                out += row + 1 < result.rows.count ? ",\n".utf8 : "\n".utf8
            }
            out += "\t]".utf8
            if let totals = result.totals, totals.count > 0 {
                out += isCompact ? ",\n\n\t\"totals\": ".utf8 : ",\n\n\t\"totals\":\n".utf8
                try self.row(0, of: totals, indent: isCompact ? "" : "\t")
            }
            out += ",\n\n\t\"rows\": \(result.rows.count)".utf8
            if let before = result.rowsBeforeLimit { out += ",\n\n\t\"rows_before_limit_at_least\": \(before)".utf8 }
            if context.settings["output_format_write_statistics"]?.integer != 0 {
                let seconds = ValueText.text(Double(statistics.elapsed) / 1e9)
                out +=
                    ",\n\n\t\"statistics\":\n\t{\n\t\t\"elapsed\": \(seconds),\n\t\t\"rows_read\": \(statistics.readRows),".utf8
                out += "\n\t\t\"bytes_read\": \(statistics.readBytes)\n\t}".utf8
            }
            out += "\n}\n".utf8
            return out
        }

        private mutating func row(_ row: Int, of block: Block, indent: String) throws {
            let text = ValueText(context: context, style: .json)
            out += indent.utf8
            out += isCompact ? "[".utf8 : "{\n".utf8
            for (index, column) in result.columns.enumerated() {
                if index > 0 { out += isCompact ? ", ".utf8 : ",\n".utf8 }
                if !isCompact {
                    out += indent.utf8
                    out.append(0x09)
                    ValueText.writeJSON(Array(column.name.utf8)[...], &out)
                    out += ": ".utf8
                }
                if asTexts {
                    var plain: [UInt8] = []
                    try result.write(row, index, of: block, ValueText(context: context, style: .raw), &plain)
                    ValueText.writeJSON(plain[...], &out)
                } else {
                    try result.write(row, index, of: block, text, &out)
                }
            }
            if isCompact { out += "]".utf8 } else { out += "\n\(indent)}".utf8 }
        }
    }
}
