// Draws operations over time, one row a process, so that a person sees in one look what overlapped what.

/// A time-line in text. Distances mean nothing; what is before what does.
///
///     user-1  |-- write 1 --|
///     user-2                 |-- write 2 ~~~~~~~~~~~~~~ ?
///     user-3                       |-- read: 1 --|
enum TimeLine {
    /// One operation.
    struct Bar {
        let row: String
        let label: String
        let begin: Int
        /// Nil where no reply came.
        let end: Int?
    }

    /// The lines of the drawing, in the order in which the rows begin. O(n log n) for n bars.
    static func draw(_ bars: [Bar]) -> [String] {
        let bars = bars.sorted { ($0.begin, $0.row) < ($1.begin, $1.row) }
        let columns = columns(bars)
        let width = (columns.values.max() ?? 0) + 1
        let margin = bars.map(\.row.count).max() ?? 0
        var rows: [(name: String, text: [Character])] = []
        for bar in bars {
            let from = columns[bar.begin] ?? 0
            let text = drawn(bar, width: bar.end.flatMap { columns[$0] }.map { $0 - from + 1 } ?? width - from + 1)
            if let row = rows.firstIndex(where: { $0.name == bar.row && $0.text.count <= from }) {
                rows[row].text += Array(repeating: " ", count: from - rows[row].text.count) + text
            } else {
                rows.append((bar.row, Array(repeating: " ", count: from) + text))
            }
        }
        return rows.map { $0.name + String(repeating: " ", count: margin - $0.name.count + 2) + String($0.text) }
    }

    /// A column for each moment: later ones stand further right, and every bar has room for its label.
    private static func columns(_ bars: [Bar]) -> [Int: Int] {
        var events: [(order: Int, bar: Bar, isEnd: Bool)] = []
        for bar in bars {
            events.append((bar.begin, bar, false))
            if let end = bar.end { events.append((end, bar, true)) }
        }
        events.sort { $0.order < $1.order }
        var columns: [Int: Int] = [:]
        var column = -2
        for event in events {
            column += event.isEnd ? 1 : 2
            if event.isEnd { column = max(column, (columns[event.bar.begin] ?? 0) + event.bar.label.count + 7) }
            columns[event.order] = column
        }
        let open = bars.filter { $0.end == nil }.map { (columns[$0.begin] ?? 0) + $0.label.count + 8 }.max() ?? 0
        if open > column { columns[.max] = open }
        return columns
    }

    private static func drawn(_ bar: Bar, width: Int) -> [Character] {
        let isOpen = bar.end == nil
        let begin = "|-- \(bar.label) "
        let rest = max(0, width - begin.count - (isOpen ? 2 : 1))
        return Array(begin + String(repeating: isOpen ? "~" : "-", count: rest) + (isOpen ? " ?" : "|"))
    }
}
