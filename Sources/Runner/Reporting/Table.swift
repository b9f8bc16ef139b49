// Aligned columns for people.

/// A table of texts: the first column to the left, the others to the right.
struct Table {
    var header: [String]
    var rows: [[String]] = []

    /// The lines of the table, columns aligned and two spaces apart.
    var lines: [String] {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            row.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + space : space + text
            }.joined(separator: "  ")
        }
    }
}
