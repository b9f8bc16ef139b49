// Vertical: a line for every value, for rows with many columns.

/// The format Vertical.
enum VerticalFormat {
    static let outputs: [OutputFormat] = [
        OutputFormat(name: "Vertical", contentType: "text/plain; charset=UTF-8") { result, context, _ in
            let text = ValueText(context: context, style: .raw)
            let width = result.columns.map { $0.name.count }.max() ?? 0
            var out: [UInt8] = []
            for row in 0..<result.rows.count {
                if row > 0 { out.append(0x0A) }
                let title = "Row \(row + 1):"
                out += "\(title)\n\(String(repeating: "─", count: title.count))\n".utf8
                for (index, column) in result.columns.enumerated() {
                    out += "\(column.name): ".utf8
                    out += repeatElement(0x20, count: width - column.name.count)
                    try result.write(row, index, of: result.rows, text, &out)
                    out.append(0x0A)
                }
            }
            return out
        }
    ]
}
