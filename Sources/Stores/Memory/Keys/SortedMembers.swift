// A sorted set: members with scores, in the order of the scores.

import StoreKit

/// Members with scores. Look-up is O(1), a place O(log n), a change O(n) by moving what follows.
struct SortedMembers {
    /// A member in its place.
    struct Item: Comparable {
        let score: Double
        let member: CacheBytes

        static func < (left: Item, right: Item) -> Bool {
            left.score != right.score ? left.score < right.score : left.member < right.member
        }
    }

    private var scores: [CacheBytes: Double] = [:]
    /// All members, the lowest score first, equal scores in the order of their bytes.
    private(set) var items: [Item] = []

    var count: Int { items.count }
    var isEmpty: Bool { items.isEmpty }

    /// The score of a member.
    subscript(_ member: CacheBytes) -> Double? { scores[member] }

    /// Gives a member a score; whether it is new.
    @discardableResult
    mutating func set(_ member: CacheBytes, _ score: Double) -> Bool {
        let old = scores.updateValue(score, forKey: member)
        if let old {
            if old == score { return false }
            items.remove(at: place(of: Item(score: old, member: member)))
        }
        let item = Item(score: score, member: member)
        items.insert(item, at: place(of: item))
        return old == nil
    }

    /// Removes a member; whether it was there.
    @discardableResult
    mutating func remove(_ member: CacheBytes) -> Bool {
        guard let score = scores.removeValue(forKey: member) else { return false }
        items.remove(at: place(of: Item(score: score, member: member)))
        return true
    }

    /// How many members are before this one; nil where it is none.
    func rank(of member: CacheBytes) -> Int? {
        scores[member].map { place(of: Item(score: $0, member: member)) }
    }

    /// The place at which an item is or would be. O(log n).
    private func place(of item: Item) -> Int {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if items[middle] < item { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
