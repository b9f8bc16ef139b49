// A binary heap of deadlines: which key falls due next.

import Kernel
import StoreKit

/// Deadlines, the earliest first; equal ones in the order of their keys.
struct DeadlineHeap {
    struct Item: Comparable {
        let deadline: Instant
        let key: CacheBytes

        static func < (left: Item, right: Item) -> Bool { (left.deadline, left.key) < (right.deadline, right.key) }
    }

    private var items: [Item] = []

    init() {}

    /// A heap of items that are sorted already.
    init(_ sorted: [Item]) { items = sorted }

    var count: Int { items.count }

    /// Adds an item. O(log n).
    mutating func push(_ item: Item) {
        items.append(item)
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard items[child] < items[parent] else { return }
            items.swapAt(child, parent)
            child = parent
        }
    }

    /// Removes the earliest item if its deadline has come. O(log n).
    mutating func popDue(at now: Instant) -> Item? {
        guard let first = items.first, first.deadline <= now else { return nil }
        let last = items.removeLast()
        guard !items.isEmpty else { return first }
        items[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child] < items[least] {
                least = child
            }
            if least == parent { return first }
            items.swapAt(parent, least)
            parent = least
        }
    }
}
