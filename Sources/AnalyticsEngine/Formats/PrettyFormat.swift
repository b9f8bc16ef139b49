// PrettyCompact: a table for people.

/// The formats Pretty and PrettyCompact, both written as PrettyCompact without colours.
enum PrettyFormat {
    static let outputs: [OutputFormat] = ["PrettyCompact", "PrettyCompactMonoBlock", "Pretty"].map { name in
        OutputFormat(name: name, contentType: "text/plain; charset=UTF-8") { result, context, _ in
            guard result.rows.count > 0 else { return [] }
            let text = ValueText(context: context, style: .raw)
            let cells = try (0..<result.rows.count).map { row in
                try result.columns.indices.map { index in
                    var out: [UInt8] = []
                    try result.write(row, index, of: result.rows, text, &out)
                    return String(decoding: out, as: UTF8.self)
                }
            }
            let widths = result.columns.indices.map { index in
                max(result.columns[index].name.count, cells.map { $0[index].count }.max() ?? 0)
            }
            func border(_ left: String, _ middle: String, _ right: String, _ names: [String]?) -> String {
                let parts = widths.indices.map { index in
                    let name = names?[index] ?? ""
                    let line = String(repeating: "─", count: widths[index] - name.count)
                    return "─" + (result.columns[index].type.core.isNumber ? line + name : name + line) + "─"
                }
                return left + parts.joined(separator: middle) + right + "\n"
            }
            var out = border("┌", "┬", "┐", result.columns.map(\.name))
            for row in cells {
                let parts = widths.indices.map { index in
                    let filling = String(repeating: " ", count: widths[index] - row[index].count)
                    return " " + (result.columns[index].type.core.isNumber ? filling + row[index] : row[index] + filling) + " "
                }
                out += "│" + parts.joined(separator: "│") + "│\n"
            }
            out += border("└", "┴", "┘", nil)
            return Array(out.utf8)
        }
    }
}
