// A table that lists its keys in the order in which they came, and pages through them while it changes.

import StoreKit

/// Keys with values, in the order in which the keys were added. A value that is replaced keeps its key's place.
///
/// Look-up, change and removal take O(1). Places of removed keys stay in the order until they are half of it.
struct OrderedTable<Value> {
    private struct Slot {
        var value: Value
        let ordinal: UInt64
    }

    private var slots: [CacheBytes: Slot] = [:]
    private var order: [(ordinal: UInt64, key: CacheBytes)] = []
    private var lastOrdinal: UInt64 = 0

    /// How many keys there are.
    var count: Int { slots.count }
    var isEmpty: Bool { slots.isEmpty }

    /// The value of a key.
    subscript(_ key: CacheBytes) -> Value? { slots[key]?.value }

    /// Sets the value of a key; whether the key is new.
    @discardableResult
    mutating func set(_ key: CacheBytes, _ value: Value) -> Bool {
        if let index = slots.index(forKey: key) {
            slots.values[index].value = value
            return false
        }
        lastOrdinal += 1
        slots[key] = Slot(value: value, ordinal: lastOrdinal)
        order.append((lastOrdinal, key))
        return true
    }

    /// Changes the value of a key in place; nil where there is no such key.
    mutating func change<Result>(_ key: CacheBytes, _ body: (inout Value) throws -> Result) rethrows -> Result? {
        guard let index = slots.index(forKey: key) else { return nil }
        return try body(&slots.values[index].value)
    }

    /// Removes a key.
    @discardableResult
    mutating func remove(_ key: CacheBytes) -> Value? {
        guard let slot = slots.removeValue(forKey: key) else { return nil }
        if order.count > 2 * slots.count + 16 { order = order.filter { slots[$0.key]?.ordinal == $0.ordinal } }
        return slot.value
    }

    /// Removes everything. Pages that were begun go on behind it.
    mutating func removeAll() {
        slots = [:]
        order = []
    }

    /// The keys, in their order. O(n).
    var keys: [CacheBytes] { order.filter { slots[$0.key]?.ordinal == $0.ordinal }.map(\.key) }

    /// The keys with their values, in their order. O(n).
    var elements: [(key: CacheBytes, value: Value)] {
        order.compactMap { place in
            guard let slot = slots[place.key], slot.ordinal == place.ordinal else { return nil }
            return (place.key, slot.value)
        }
    }

    /// The next keys after a cursor, about `limit` of them, and the cursor to go on with; 0 begins and ends.
    ///
    /// Keys that are there from the first page to the last are met exactly once, whatever else comes and goes.
    func page(after cursor: UInt64, limit: Int) -> (keys: [CacheBytes], next: UInt64) {
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if order[middle].ordinal <= cursor { low = middle + 1 } else { high = middle }
        }
        var keys: [CacheBytes] = []
        while low < order.count, keys.count < limit {
            let place = order[low]
            if slots[place.key]?.ordinal == place.ordinal { keys.append(place.key) }
            low += 1
        }
        return (keys, low < order.count ? order[low - 1].ordinal : 0)
    }
}
