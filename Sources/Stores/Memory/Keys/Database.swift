// One of the sixteen databases of a keyspace: keys, values, deadlines, and which keys somebody watches.

import Kernel
import StoreKit

/// Keys, values and deadlines. Knows the time only by what it is told.
///
/// A key is gone from the instant of its deadline on: no command sees it after that (lazy expiry). The memory is
/// given back by every command for a few keys that are due (bounded active expiry), so no timer is needed.
struct Database {
    /// What a key holds, and until when.
    struct Entry {
        var value: Value
        var deadline: Instant?
    }

    private struct Watched {
        var watchers = 0
        var version: UInt64 = 0
    }

    /// How many due keys one command removes at most.
    static let sweepLimit = 16

    /// The time of the command that is performed.
    var now = Instant(nanoseconds: 0)
    private var entries = OrderedTable<Entry>()
    private var deadlines = DeadlineHeap()
    private var watched: [CacheBytes: Watched] = [:]

    /// How many keys are held, those due but not yet removed included.
    var heldCount: Int { entries.count }

    /// Removes some of the keys that are due. Every command begins with it.
    mutating func sweep() {
        for _ in 0..<Self.sweepLimit {
            guard let due = deadlines.popDue(at: now) else { return }
            if entries[due.key]?.deadline == due.deadline { drop(due.key) }
        }
    }

    // MARK: Reading

    /// What a key holds now.
    mutating func entry(_ key: CacheBytes) -> Entry? {
        guard let entry = entries[key] else { return nil }
        guard let deadline = entry.deadline, deadline <= now else { return entry }
        drop(key)
        return nil
    }

    /// Whether a key is there.
    mutating func has(_ key: CacheBytes) -> Bool { entry(key) != nil }

    /// The content of a key, nil where it is missing. Throws ``StoreKit/CacheError/wrongType``.
    mutating func read<Content>(_ key: CacheBytes, _ kind: ValueKind<Content>) throws -> Content? {
        guard let entry = entry(key) else { return nil }
        guard let content = kind.unwrap(entry.value) else { throw CacheError.wrongType }
        return content
    }

    /// The keys that are there, in the order in which they came. O(n).
    var keys: [CacheBytes] { entries.elements.filter { isAlive($0.value) }.map(\.key) }

    /// The next keys after a cursor, as ``OrderedTable/page(after:limit:)``; those that are due are left out.
    func page(after cursor: UInt64, limit: Int) -> (keys: [CacheBytes], next: UInt64) {
        let page = entries.page(after: cursor, limit: limit)
        return (page.keys.filter { entries[$0].map(isAlive) ?? false }, page.next)
    }

    private func isAlive(_ entry: Entry) -> Bool { entry.deadline.map { $0 > now } ?? true }

    // MARK: Changing

    /// Changes the content of a key in place, its deadline kept; a missing key begins empty, and one that ends empty
    /// is gone. `body` clears its second argument where it changed nothing. Throws ``StoreKit/CacheError/wrongType``.
    mutating func change<Content, Result>(
        _ key: CacheBytes, _ kind: ValueKind<Content>, _ body: (inout Content, inout Bool) throws -> Result
    ) throws -> Result {
        var hasChanged = true
        guard has(key) else {
            var content = kind.empty()
            let result = try body(&content, &hasChanged)
            if !kind.isEmpty(content), hasChanged { put(key, kind.wrap(content), deadline: nil) }
            return result
        }
        var isEmpty = false
        let result = try entries.change(key) { entry in
            guard var content = kind.unwrap(entry.value) else { throw CacheError.wrongType }
            // The content is taken out while it changes: held twice, it would be copied.
            entry.value = .string(CacheBytes([]))
            defer {
                isEmpty = kind.isEmpty(content)
                entry.value = kind.wrap(content)
            }
            return try body(&content, &hasChanged)
        }
        if hasChanged { touch(key) }
        if isEmpty { entries.remove(key) }
        return result!
    }

    /// Sets what a key holds.
    mutating func put(_ key: CacheBytes, _ value: Value, deadline: Instant?) {
        entries.set(key, Entry(value: value, deadline: deadline))
        touch(key)
        if let deadline { note(deadline, key) }
    }

    /// Gives a key that is there another deadline, or none.
    mutating func setDeadline(_ key: CacheBytes, _ deadline: Instant?) {
        _ = entries.change(key) { $0.deadline = deadline }
        touch(key)
        if let deadline { note(deadline, key) }
    }

    /// Removes a key; whether it was there.
    @discardableResult
    mutating func remove(_ key: CacheBytes) -> Bool {
        guard has(key) else { return false }
        drop(key)
        return true
    }

    /// Removes everything.
    mutating func removeAll() {
        for key in entries.keys { touch(key) }
        entries.removeAll()
        deadlines = DeadlineHeap()
    }

    private mutating func drop(_ key: CacheBytes) {
        entries.remove(key)
        touch(key)
    }

    private mutating func note(_ deadline: Instant, _ key: CacheBytes) {
        deadlines.push(.init(deadline: deadline, key: key))
        // Deadlines of keys that were removed or given another one stay in the heap until they are due, or until here.
        guard deadlines.count > 2 * entries.count + 64 else { return }
        deadlines = DeadlineHeap(
            entries.elements.compactMap { key, entry in entry.deadline.map { .init(deadline: $0, key: key) } }.sorted())
    }

    // MARK: Watching

    /// Begins to watch a key; returns its version.
    mutating func watch(_ key: CacheBytes) -> UInt64 {
        _ = entry(key)
        watched[key, default: Watched()].watchers += 1
        return watched[key]!.version
    }

    /// Ends one watch of a key.
    mutating func unwatch(_ key: CacheBytes) {
        guard var state = watched[key] else { return }
        state.watchers -= 1
        watched[key] = state.watchers > 0 ? state : nil
    }

    /// The version of a watched key: another one after each change, expiry included.
    mutating func version(of key: CacheBytes) -> UInt64? {
        _ = entry(key)
        return watched[key]?.version
    }

    private mutating func touch(_ key: CacheBytes) {
        if !watched.isEmpty { watched[key]?.version += 1 }
    }
}
