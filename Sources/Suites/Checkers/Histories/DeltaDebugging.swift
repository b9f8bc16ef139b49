// Makes a failing list short: delta debugging, to where no single item can be left out.

/// Delta debugging: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002.
enum DeltaDebugging {
    /// A part of `items` that still fails and of which no single item can be left out (1-minimal). `fails` is asked with
    /// candidates, and with what the list was before; it must hold for `items`. At most O(n²) questions, O(log n) at best.
    static func minimize<Item>(_ items: [Item], fails: (_ candidate: [Item], _ before: [Item]) -> Bool) -> [Item] {
        var items = items
        var parts = 2
        while items.count > 1 {
            let size = (items.count + parts - 1) / parts
            var isShorter = false
            // What came last is tried first: what leads to a failure mostly stands just before it, and the rest is later.
            for start in stride(from: 0, to: items.count, by: size).reversed() {
                let candidate = Array(items[..<start] + items[min(start + size, items.count)...])
                guard !candidate.isEmpty, fails(candidate, items) else { continue }
                items = candidate
                isShorter = true
                break
            }
            if isShorter {
                parts = max(2, min(parts - 1, items.count))
            } else if size == 1 {
                break
            } else {
                parts = min(parts * 2, items.count)
            }
        }
        return items
    }
}
