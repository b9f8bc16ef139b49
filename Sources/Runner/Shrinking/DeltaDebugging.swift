// Delta debugging: from a list that fails to a part of it that fails and cannot do without any of its elements.

/// Makes lists small that make something fail.
///
/// The algorithm is *ddmin* (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE
/// Transactions on Software Engineering 28(2), 2002): ever smaller chunks, and what is left without each of them.
enum DeltaDebugging {
    /// A smallest part of `elements` that still fails, in their order: without any single one of its elements it does
    /// not. `firstFailing` is given candidates and returns the place of the first that fails, nil where none does; all of
    /// `elements` is known to fail. O(log n) rounds where a single element is enough, O(n²) candidates at worst.
    static func minimize<Element>(_ elements: [Element], firstFailing: ([[Element]]) -> Int?) -> [Element] {
        if elements.isEmpty || firstFailing([[]]) != nil { return [] }
        var current = elements
        var parts = 2
        while current.count > 1 {
            let chunks = split(current, parts)
            // With two chunks, what is left without one is the other.
            let rests =
                parts == 2 ? [] : chunks.indices.map { left in chunks.indices.filter { $0 != left }.flatMap { chunks[$0] } }
            if let index = firstFailing(chunks + rests) {
                if index < chunks.count {
                    current = chunks[index]
                    parts = 2
                } else {
                    current = rests[index - chunks.count]
                    parts = max(parts - 1, 2)
                }
            } else if parts >= current.count {
                break
            } else {
                parts = min(parts * 2, current.count)
            }
            parts = min(parts, max(2, current.count))
        }
        return current
    }

    /// A list in so many parts of nearly equal length, none of them empty.
    private static func split<Element>(_ elements: [Element], _ parts: Int) -> [[Element]] {
        let count = min(parts, elements.count)
        return (0..<count).map { part in
            Array(elements[elements.count * part / count..<elements.count * (part + 1) / count])
        }
    }

    /// A smallest whole number from `low` to `high` that fails, where greater ones do; `high` is known to fail. O(log n).
    static func minimize(from low: Int64, to high: Int64, fails: (Int64) -> Bool) -> Int64 {
        guard low < high else { return high }
        if fails(low) { return low }
        var (passing, failing) = (low, high)
        while failing - passing > 1, failing - passing > failing / 16 {
            let middle = passing + (failing - passing) / 2
            if fails(middle) { failing = middle } else { passing = middle }
        }
        return failing
    }
}
