// Delta debugging: from a list that fails to a part of it that fails and cannot do without any of its items.

/// Makes lists short that make something fail.
///
/// The algorithm is *ddmin* (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE
/// Transactions on Software Engineering 28(2), 2002): ever smaller chunks, and what is left without each of them.
public enum DeltaDebugging {
    /// A part of `items` that still fails, in their order, and of which no single item can be left out (1-minimal); never
    /// an empty one. `fails` is asked with candidates and with what they were made from; it must hold for `items`.
    /// O(log n) questions where a single item is enough, O(n²) at worst.
    public static func minimize<Item>(_ items: [Item], fails: (_ candidate: [Item], _ before: [Item]) -> Bool) -> [Item] {
        minimize(items) { candidates, before in candidates.firstIndex { fails($0, before) } }
    }

    /// The same for those who look at several candidates at once: `firstFailing` says which is the first that fails.
    public static func minimize<Item>(
        _ items: [Item], firstFailing: (_ candidates: Candidates<Item>, _ before: [Item]) -> Int?
    ) -> [Item] {
        var current = items
        var parts = 2
        while current.count > 1 {
            let chunks = Candidates(chunks: split(current, parts), areRests: false)
            let rests = Candidates(chunks: chunks.chunks, areRests: true)
            if let chunk = firstFailing(chunks, current) {
                current = chunks[chunk]
                parts = 2
            } else if parts > 2, let rest = firstFailing(rests, current) {
                // With two chunks, what is left without one is the other.
                current = rests[rest]
                parts = max(parts - 1, 2)
            } else if parts >= current.count {
                break
            } else {
                parts *= 2
            }
            parts = min(parts, max(2, current.count))
        }
        return current
    }

    /// Parts of a list, each made when it is looked at: its chunks, or what is left without each of them. Of the latter what
    /// came last is left out first: what leads to a failure mostly stands just before it, and the rest is later.
    public struct Candidates<Item>: RandomAccessCollection {
        fileprivate let chunks: [[Item]]
        fileprivate let areRests: Bool

        public var startIndex: Int { 0 }
        public var endIndex: Int { chunks.count }

        public subscript(place: Int) -> [Item] {
            guard areRests else { return chunks[place] }
            let left = chunks.count - 1 - place
            return chunks.indices.filter { $0 != left }.flatMap { chunks[$0] }
        }
    }

    /// A list in so many parts of nearly equal length, none of them empty.
    private static func split<Item>(_ items: [Item], _ parts: Int) -> [[Item]] {
        let count = min(parts, items.count)
        return (0..<count).map { Array(items[items.count * $0 / count..<items.count * ($0 + 1) / count]) }
    }

    /// A small whole number from `low` to `high` that fails, where greater ones do; `high` is known to fail. It is the
    /// smallest but for a sixteenth. O(log n).
    public static func minimize(from low: Int64, to high: Int64, fails: (Int64) -> Bool) -> Int64 {
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
