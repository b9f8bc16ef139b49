// What may run later, keyed by (deadline, sequence); cancelled timers neither run nor move time.

/// The timers of a simulation.
///
/// A heap of small keys over a table of slots. Adding and taking are O(log n); cancelling is O(1), and the dead keys are
/// swept out once they are the majority.
struct TimerQueue {
    /// What a timer does when its time has come.
    enum Action {
        /// Makes a job ready.
        case job(UnsafeMutableRawPointer, record: Int, isMain: Bool)
        /// Hands an item to its strand.
        case strand(Strand, StrandItem)
        /// Nothing: the slot is free or its timer was cancelled.
        case none
    }

    /// Names a timer so that it can be cancelled; stays distinct from every later timer in the same slot.
    struct Token: Hashable, Sendable {
        let slot: UInt32
        let generation: UInt32
    }

    private struct Key: HeapKey {
        let deadline: Int64
        let sequence: UInt64
        let slot: UInt32
        let generation: UInt32

        @inline(__always)
        func precedes(_ other: Key) -> Bool {
            deadline != other.deadline ? deadline < other.deadline : sequence < other.sequence
        }
    }

    private struct Slot {
        var generation: UInt32 = 0
        var action: Action = .none
    }

    private var heap = FourWayHeap<Key>()
    private var slots: ContiguousArray<Slot> = []
    private var free: ContiguousArray<UInt32> = []
    private var sequence: UInt64 = 0
    private var cancelled = 0

    /// Timers that will still run.
    var count: Int { heap.count - cancelled }

    /// Adds a timer; among equal deadlines the first added runs first.
    mutating func add(deadline: Int64, _ action: Action) -> Token {
        let slot: UInt32
        if let reused = free.popLast() {
            slot = reused
        } else {
            slot = UInt32(slots.count)
            slots.append(Slot())
        }
        slots[Int(slot)].action = action
        let generation = slots[Int(slot)].generation
        sequence &+= 1
        heap.push(Key(deadline: deadline, sequence: sequence, slot: slot, generation: generation))
        return Token(slot: slot, generation: generation)
    }

    /// Takes a timer back and returns what it would have done; nil if it ran or was cancelled before.
    mutating func cancel(_ token: Token) -> Action? {
        guard Int(token.slot) < slots.count, slots[Int(token.slot)].generation == token.generation else { return nil }
        let action = release(token.slot)
        cancelled += 1
        if cancelled > 64, cancelled * 2 > heap.count { sweep() }
        return action
    }

    /// The next deadline of a timer that will run.
    mutating func nextDeadline() -> Int64? {
        while let first = heap.first {
            if isLive(first) { return first.deadline }
            _ = heap.pop()
            cancelled -= 1
        }
        return nil
    }

    /// Takes the next timer if it is due at `deadline`.
    mutating func pop(dueAt deadline: Int64) -> Action? {
        while let first = heap.first, first.deadline <= deadline {
            _ = heap.pop()
            if isLive(first) { return release(first.slot) }
            cancelled -= 1
        }
        return nil
    }

    /// Takes every timer that would still run, in the order in which they would.
    mutating func takeAll() -> [Action] {
        var actions: [Action] = []
        while let key = heap.pop() {
            if isLive(key) { actions.append(release(key.slot)) }
        }
        cancelled = 0
        return actions
    }

    @inline(__always)
    private func isLive(_ key: Key) -> Bool { slots[Int(key.slot)].generation == key.generation }

    private mutating func release(_ slot: UInt32) -> Action {
        var action = Action.none
        swap(&action, &slots[Int(slot)].action)
        slots[Int(slot)].generation &+= 1
        free.append(slot)
        return action
    }

    private mutating func sweep() {
        let slots = slots
        heap.keep { slots[Int($0.slot)].generation == $0.generation }
        cancelled = 0
    }
}
