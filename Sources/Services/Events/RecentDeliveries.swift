// Events that were delivered a moment ago: a sender that lost our reply sends again, and must not deliver twice.

import DequeModule

/// The sequence numbers of the last events by the names that their senders gave them.
struct RecentDeliveries {
    /// The name of an event: unique for its user.
    struct Key: Hashable {
        let userID: String
        let eventID: String
    }

    /// How many are remembered, of all users together. A sender tries again within seconds.
    private let limit: Int
    private var sequences: [Key: Int] = [:]
    private var order: Deque<Key> = []

    init(limit: Int = 4096) { self.limit = limit }

    /// The number that the event got; nil where it is not remembered.
    func sequence(of key: Key) -> Int? { sequences[key] }

    /// Remembers an event; at the limit the oldest is forgotten.
    mutating func remember(_ key: Key, sequence: Int) {
        sequences[key] = sequence
        order.append(key)
        if order.count > limit { sequences[order.removeFirst()] = nil }
    }
}
