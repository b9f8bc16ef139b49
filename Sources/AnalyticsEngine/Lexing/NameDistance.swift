// How far two names are apart, for "Maybe you meant".

/// Edit distance of names, without regard to case.
enum NameDistance {
    /// At most two names that are near `name`, the nearest first; equally near ones in the order given.
    static func nearest(to name: String, among known: some Sequence<String>) -> [String] {
        let wanted = Array(name.lowercased().utf8.prefix(64))
        let limit = wanted.count / 4 + 1
        var near: [(distance: Int, name: String)] = []
        for candidate in known where abs(candidate.utf8.count - wanted.count) <= limit {
            let distance = distance(wanted, Array(candidate.lowercased().utf8))
            if distance <= limit, distance < max(wanted.count, 1) { near.append((distance, candidate)) }
        }
        return near.enumerated().sorted { ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset) }
            .prefix(2).map(\.element.name)
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(diagonal + (byte == other ? 0 : 1), min(above, row[column]) + 1)
                diagonal = above
            }
        }
        return row[right.count]
    }
}
