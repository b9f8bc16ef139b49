// What may run now, in the order that the seed decides.

/// The jobs and strands that are ready at the present instant, lowest rank first, oldest first among equals.
///
/// A binary heap in one array: adding and taking are O(log n), and n is small except where thousands wake at once.
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
        let sequence: UInt64
        /// The ledger's record of the task or strand.
        let record: Int
        let work: Work

        @inline(__always)
        func precedes(_ other: Entry) -> Bool {
            rank != other.rank ? rank < other.rank : sequence < other.sequence
        }
    }

    private var heap: ContiguousArray<Entry> = []

    var isEmpty: Bool { heap.isEmpty }
    var count: Int { heap.count }

    mutating func push(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count &- 1
        while child > 0 {
            let parent = (child &- 1) >> 1
            guard entry.precedes(heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = entry
    }

    mutating func pop() -> Entry? {
        guard let last = heap.popLast() else { return nil }
        guard let first = heap.first else { return last }
        let count = heap.count
        var parent = 0
        while true {
            var child = parent &* 2 &+ 1
            guard child < count else { break }
            if child &+ 1 < count, heap[child &+ 1].precedes(heap[child]) { child &+= 1 }
            guard heap[child].precedes(last) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = last
        return first
    }
}
