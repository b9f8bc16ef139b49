// Choices of randomized tests: the same for the same seed, on every machine.

import Kernel

/// A stream of choices that a seed decides.
struct SeededChoices {
    private let chance: Chance
    private var count: UInt64 = 0

    init(seed: UInt64) { chance = Chance(seed: seed) }

    /// A number from 0 up to, and without, `bound`.
    mutating func number(below bound: Int) -> Int {
        count += 1
        return Int(chance.draw(site: 1, actor: 2, occurrence: count).number(below: UInt64(bound)))
    }

    /// One of these.
    mutating func one<Item>(of items: [Item]) -> Item { items[number(below: items.count)] }

    /// True in `percent` of a hundred cases.
    mutating func happens(percent: Int) -> Bool { number(below: 100) < percent }

    /// These in another order.
    mutating func shuffled<Item>(_ items: [Item]) -> [Item] {
        var items = items
        for index in items.indices.reversed() where index > 0 { items.swapAt(index, number(below: index + 1)) }
        return items
    }
}
