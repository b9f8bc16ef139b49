// What may run now, in the order that the seed decides.

import CInterpose

/// The jobs and strands that are ready at the present instant, lowest rank first, oldest first among equals.
struct ReadyQueue {
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
        /// Where it waited; free again.
        let slot: UInt32
    }

    private struct Key: HeapKey {
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

    private var heap = FourWayHeap<Key>()
    private var slots: ContiguousArray<Slot> = []
    private var free: ContiguousArray<UInt32> = []
    private var sequence: UInt32 = 0

    var isEmpty: Bool { heap.isEmpty }

    /// Adds an entry, and returns where it waits.
    @discardableResult
    mutating func push(rank: UInt64, record: Int, _ work: Work) -> UInt32 {
        let slot: UInt32
        if let reused = free.popLast() {
            slot = reused
            slots[Int(slot)] = Slot(record: record, work: work)
        } else {
            slot = UInt32(slots.count)
            slots.append(Slot(record: record, work: work))
        }
        sequence &+= 1
        heap.push(Key(rank: rank, sequence: sequence, slot: slot))
        return slot
    }

    mutating func pop() -> Entry? {
        guard let key = heap.pop() else { return nil }
        free.append(key.slot)
        // The next strand comes into the cache while this entry runs.
        if let next = heap.first, case .strand(let strand) = slots[Int(next.slot)].work { backlot_prefetch(strand.toOpaque()) }
        let slot = slots[Int(key.slot)]
        return Entry(rank: key.rank, record: slot.record, work: slot.work, slot: key.slot)
    }
}
