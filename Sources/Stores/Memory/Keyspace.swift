// The keyspace as a value: what a cache holds at an instant, and what expires when.

import Kernel
import StoreKit

/// Keys, values and deadlines. Knows the time only by what it is told.
///
/// A key is gone from the instant of its deadline on: no command sees it after that (lazy expiry). The memory is
/// given back by every command for a few keys that are due (bounded active expiry), so no timer is needed.
struct Keyspace {
    enum Value {
        case text(String)
        case set(Set<String>)
    }

    struct Entry {
        var value: Value
        var deadline: Instant?
    }

    /// How many due keys one command removes at most.
    static let sweepLimit = 16

    private var entries: [String: Entry] = [:]
    private var deadlines = DeadlineHeap()

    /// How many keys are held, those due but not yet removed included.
    var heldCount: Int { entries.count }

    /// Removes some of the keys that are due. Every command begins with it.
    mutating func sweep(at now: Instant) {
        for _ in 0..<Self.sweepLimit {
            guard let due = deadlines.popDue(at: now) else { return }
            if entries[due.key]?.deadline == due.deadline { entries[due.key] = nil }
        }
    }

    /// The entry of a key that is there at `now`.
    mutating func entry(_ key: String, at now: Instant) -> Entry? {
        guard let entry = entries[key] else { return nil }
        guard let deadline = entry.deadline, deadline <= now else { return entry }
        entries[key] = nil
        return nil
    }

    func text(of entry: Entry) throws(CacheError) -> String {
        guard case .text(let text) = entry.value else { throw .wrongType }
        return text
    }

    mutating func put(_ key: String, _ value: Value, deadline: Instant?) {
        entries[key] = Entry(value: value, deadline: deadline)
        guard let deadline else { return }
        deadlines.push(.init(deadline: deadline, key: key))
        if deadlines.count > 2 * entries.count + 64 { forgetStaleDeadlines() }
    }

    mutating func remove(_ key: String) { entries[key] = nil }

    /// Adds to a number, keeping the key's deadline.
    mutating func add(_ amount: Int64, to key: String, at now: Instant) throws(CacheError) -> Int64 {
        let entry = entry(key, at: now)
        var current: Int64 = 0
        if let entry {
            guard let number = Self.integer(try text(of: entry)) else { throw .notAnInteger }
            current = number
        }
        let (sum, isOverflow) = current.addingReportingOverflow(amount)
        guard !isOverflow else { throw .overflow }
        entries[key] = Entry(value: .text(String(sum)), deadline: entry?.deadline)
        return sum
    }

    /// Changes the set at a key with its deadline kept; an empty set is no key.
    mutating func changeSet(
        _ key: String, at now: Instant, _ change: (inout Set<String>) -> Bool
    ) throws(CacheError) -> Bool {
        var members: Set<String> = []
        var deadline: Instant?
        if let entry = entry(key, at: now) {
            guard case .set = entry.value else { throw .wrongType }
            deadline = entry.deadline
        }
        // The set is taken out while it changes: held twice, it would be copied.
        if case .set(let held)? = entries.removeValue(forKey: key)?.value { members = held }
        let hasChanged = change(&members)
        entries[key] = members.isEmpty ? nil : Entry(value: .set(members), deadline: deadline)
        return hasChanged
    }

    mutating func members(_ key: String, at now: Instant) throws(CacheError) -> [String] {
        guard let entry = entry(key, at: now) else { return [] }
        guard case .set(let members) = entry.value else { throw .wrongType }
        return members.sorted()
    }

    /// The keys that are there at `now`, sorted.
    func keys(at now: Instant) -> [String] {
        entries.filter { $0.value.deadline.map { $0 > now } ?? true }.map(\.key).sorted()
    }

    /// Deadlines of keys that were removed or given another one stay in the heap until they are due, or until here.
    private mutating func forgetStaleDeadlines() {
        deadlines = DeadlineHeap(
            entries.compactMap { key, entry in entry.deadline.map { .init(deadline: $0, key: key) } }
                .sorted { $0 < $1 })
    }

    /// A whole number as Redis reads it: no plus sign, no leading zeros, no spaces.
    private static func integer(_ text: String) -> Int64? {
        guard let number = Int64(text), String(number) == text else { return nil }
        return number
    }
}
