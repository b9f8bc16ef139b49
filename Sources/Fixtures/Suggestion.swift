// "Did you mean": the nearest known name.

/// Finds the known name that somebody probably meant.
public enum Suggestion {
    /// The candidate nearest to `name`, if one is near enough: at most a third of its letters differ.
    public static func nearest(to name: String, in candidates: [String]) -> String? {
        let wanted = Array(name.lowercased())
        let scored = candidates.map { (candidate: $0, distance: distance(wanted, Array($0.lowercased()))) }
        guard let best = scored.min(by: { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }) else { return nil }
        let longest = max(wanted.count, best.candidate.count)
        if best.distance <= max(1, longest / 3) { return best.candidate }
        return candidates.filter { !name.isEmpty && $0.lowercased().hasPrefix(name.lowercased()) }.min()
    }

    /// The number of letters to insert, remove, replace or swap with a neighbour (optimal string alignment). O(n m).
    static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var before: [Int] = []
        var above = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let isEqual = left[row] == right[column]
                var least = min(above[column + 1] + 1, current[column] + 1, above[column] + (isEqual ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, before[column - 1] + 1)
                }
                current.append(least)
            }
            before = above
            above = current
        }
        return above[right.count]
    }
}
