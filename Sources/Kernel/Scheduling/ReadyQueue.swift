// What may run now, in the order that the seed decides.

import CInterpose

/// The jobs and strands that are ready at the present instant, lowest rank first, oldest first among equals.
///
/// A four-way heap of small keys over a table of slots: four keys are one line of the processor's cache, which counts
/// where thousands wake at once. Adding and taking are O(log n).
struct ReadyQueue: ~Copyable {
    /// What a ready entry holds.
    enum Work {
        /// A job of the default executor.
        case job(UnsafeMutableRawPointer)
        /// A job of the main actor.
        case mainJob(UnsafeMutableRawPointer)
        /// A strand with work, retained while it waits here.
        case strand(Unmanaged<Strand>)
    }

    struct Entry {
        let rank: UInt64
        /// The ledger's record of the task or strand.
        let record: Int
        let work: Work
    }

    private struct Key {
        let rank: UInt64
        /// Counts the entries, and begins anew after 2^32: entries that are ready together are closer than that.
        let sequence: UInt32
        let slot: UInt32

        @inline(__always)
        func precedes(_ other: Key) -> Bool {
            rank != other.rank ? rank < other.rank : Int32(bitPattern: sequence &- other.sequence) < 0
        }
    }

    private struct Slot {
        let record: Int
        let work: Work
    }

    private var keys = UnsafeMutablePointer<Key>.allocate(capacity: 64)
    private var slots = UnsafeMutablePointer<Slot>.allocate(capacity: 64)
    /// The free slots, the last one to be used next; as many as there are slots without a key.
    private var free = UnsafeMutablePointer<UInt32>.allocate(capacity: 64)
    private var capacity = 64
    private(set) var count = 0
    private var sequence: UInt32 = 0

    init() { for slot in 0..<64 { free[slot] = UInt32(63 - slot) } }

    deinit {
        keys.deallocate()
        slots.deallocate()
        free.deallocate()
    }

    var isEmpty: Bool { count == 0 }

    mutating func push(rank: UInt64, record: Int, _ work: Work) {
        if count == capacity { grow() }
        let slot = free[capacity &- count &- 1]
        (slots + Int(slot)).initialize(to: Slot(record: record, work: work))
        sequence &+= 1
        let key = Key(rank: rank, sequence: sequence, slot: slot)
        var child = count
        count &+= 1
        while child > 0 {
            let parent = (child &- 1) >> 2
            guard key.precedes(keys[parent]) else { break }
            keys[child] = keys[parent]
            child = parent
        }
        keys[child] = key
    }

    mutating func pop() -> Entry? {
        guard count > 0 else { return nil }
        let first = keys[0]
        count &-= 1
        if count > 0 { sink(keys[count]) }
        free[capacity &- count &- 1] = first.slot
        let slot = slots[Int(first.slot)]
        // The next strand comes into the cache while this entry runs.
        if count > 0, case .strand(let next) = slots[Int(keys[0].slot)].work { backlot_prefetch(next.toOpaque()) }
        return Entry(rank: first.rank, record: slot.record, work: slot.work)
    }

    /// Puts a key in the place of the first, and then where it belongs.
    @inline(__always)
    private mutating func sink(_ key: Key) {
        var parent = 0
        while true {
            let firstChild = parent &* 4 &+ 1
            guard firstChild < count else { break }
            var least = firstChild
            let end = min(firstChild &+ 4, count)
            var other = firstChild &+ 1
            while other < end {
                if keys[other].precedes(keys[least]) { least = other }
                other &+= 1
            }
            guard keys[least].precedes(key) else { break }
            keys[parent] = keys[least]
            parent = least
        }
        keys[parent] = key
    }

    private mutating func grow() {
        func larger<Element>(_ old: UnsafeMutablePointer<Element>, _ count: Int) -> UnsafeMutablePointer<Element> {
            let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
            new.moveInitialize(from: old, count: count)
            old.deallocate()
            return new
        }
        keys = larger(keys, count)
        slots = larger(slots, capacity)
        free = larger(free, 0)
        for slot in 0..<capacity { free[slot] = UInt32(capacity * 2 - 1 - slot) }
        capacity *= 2
    }
}
