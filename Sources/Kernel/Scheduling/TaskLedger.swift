// Who is who in a simulation: a stable identity for every task, whatever number the runtime gave it.

import CInterpose

/// A simulation's record of its tasks and strands.
///
/// The runtime numbers tasks by a counter of the whole process. The ledger maps that number, at a task's first job,
/// to a lineage: the creator's lineage and the ordinal of the creation. Ranks and random bytes are keyed by it.
struct TaskLedger {
    /// What every job asks for, apart from the rest so that it stays in the processor's cache.
    private struct Hot {
        /// The stable identity.
        let lineage: UInt64
        /// Jobs so far: the `n` of the next rank.
        var jobs: UInt64
        /// The task, retained, so that its end is seen; nil for strands and for tasks that live in their parent.
        var task: UnsafeMutableRawPointer?
    }

    struct Record {
        /// The stable identity.
        let lineage: UInt64
        /// Tasks created so far.
        var children: UInt64 = 0
        /// Random draws so far.
        var draws: UInt64 = 0
        /// The runtime's number, 0 for strands and the root.
        let id: UInt64
        /// The task, retained, so that its end is seen; nil for strands and for tasks that live in their parent.
        var task: UnsafeMutableRawPointer?
        /// Whether a parent cancels it.
        let isChild: Bool
        /// A strand's name, or what the creator is called, or what the task calls itself. Decides nothing.
        var name: String
        /// What the task waits for, where it said so.
        var waiting: WaitReason?
    }

    private(set) var records: ContiguousArray<Record> = []
    private var hot: ContiguousArray<Hot> = []
    private var free: ContiguousArray<Int> = []
    private var byID = IDTable()
    private let seedKey: UInt64

    /// The record of the simulation itself, creator of its first task.
    static let root = 0

    init(seed: UInt64) {
        seedKey = seed
        _ = insert(Record(lineage: StableHash.of("simulation"), id: 0, isChild: false, name: "simulation"))
    }

    /// Tasks and strands known now.
    var count: Int { records.count - free.count }

    /// Tasks that have begun and not ended; those that live in their parent are not counted. O(n).
    var liveTaskCount: Int {
        records.count { record in record.task.map { backlot_task_references($0) > 1 } ?? false }
    }

    @inline(__always)
    func find(_ id: UInt64) -> Int? { byID[id] }

    /// The stable identity of a record.
    @inline(__always)
    func lineage(of record: Int) -> UInt64 { hot[record].lineage }

    /// The next job of a record, at a place among all that is ready; it is counted with ``nextRank(_:)``.
    func nextStep(_ record: Int, rank: UInt64) -> Departure {
        Departure(task: hot[record].lineage, name: records[record].name, step: hot[record].jobs, rank: rank)
    }

    /// The rank of the next job of a record.
    @inline(__always)
    mutating func nextRank(_ record: Int) -> UInt64 {
        let n = hot[record].jobs
        hot[record].jobs = n &+ 1
        return Self.rank(task: hot[record].lineage, step: n, seed: seedKey)
    }

    /// The rank of a step under a seed.
    @inline(__always)
    static func rank(task: UInt64, step: UInt64, seed: UInt64) -> UInt64 {
        StableHash.fold(task ^ step &* 0x9e37_79b9_7f4a_7c15, seed | 1) ^ StableHash.fold(step ^ seed, task | 1)
    }

    /// A key for the next random bytes of a record.
    mutating func nextDraw(_ record: Int) -> UInt64 {
        let n = records[record].draws
        records[record].draws = n &+ 1
        var hash = StableHash(key: seedKey ^ 0x64726177)
        hash.combine(records[record].lineage)
        hash.combine(n)
        return hash.value
    }

    mutating func addStrand(name: String) -> Int {
        var hash = StableHash(key: 0x737472616e64)
        hash.combine(name)
        return insert(Record(lineage: hash.value, id: 0, isChild: false, name: name))
    }

    mutating func removeStrand(_ record: Int) { remove(record) }

    /// Records a task at its first job, as the next child of `creator`.
    mutating func addTask(_ job: UnsafeMutableRawPointer, id: UInt64, creator: Int) -> Int {
        let ordinal = records[creator].children
        records[creator].children = ordinal &+ 1
        var hash = StableHash(key: records[creator].lineage)
        hash.combine(ordinal)
        let livesInParent = backlot_task_is_async_let(job) != 0
        if !livesInParent { backlot_task_retain(job) }
        let record = insert(
            Record(
                lineage: hash.value, id: id, task: livesInParent ? nil : job,
                isChild: backlot_task_is_child(job) != 0, name: records[creator].name))
        byID[id] = record
        return record
    }

    /// Forgets a task that has just run, if that was its end: then only the ledger still holds it.
    @inline(__always)
    mutating func noteRun(_ record: Int) {
        guard let task = hot[record].task, backlot_task_references(task) == 1 else { return }
        forget(record, task)
    }

    private mutating func forget(_ record: Int, _ task: UnsafeMutableRawPointer) {
        byID.remove(records[record].id)
        remove(record)
        backlot_task_release(task)
    }

    /// Forgets every task that ended while somebody else still held it. O(n).
    mutating func sweep() {
        for record in records.indices {
            if let task = records[record].task, backlot_task_references(task) == 1 { forget(record, task) }
        }
    }

    /// The live tasks that nobody but the simulation cancels, in the order of their identities.
    func unstructuredTasks() -> [UnsafeMutableRawPointer] {
        records.filter { !$0.isChild && $0.task != nil }.sorted { $0.lineage < $1.lineage }.compactMap(\.task)
    }

    /// Whether there are any of those. O(n), without memory.
    var hasUnstructuredTasks: Bool { records.contains { $0.task != nil && !$0.isChild } }

    /// What each live task says of itself, in the order of the words: places in the ledger hang on when references were let go.
    func descriptions() -> [String] {
        records.compactMap { record in
            record.task == nil ? nil : "a task of \(record.name) \(record.waiting.map { "waits for \($0)" } ?? "is suspended")"
        }.sorted()
    }

    /// Says how a record is to be called in words; what it creates from now on is called so too.
    mutating func setName(_ record: Int, _ name: String) { records[record].name = name }

    mutating func setWaiting(_ record: Int, _ reason: WaitReason?) { records[record].waiting = reason }

    mutating func releaseAll() {
        for record in records.indices {
            if let task = records[record].task { backlot_task_release(task) }
            records[record].task = nil
            hot[record].task = nil
        }
    }

    private mutating func insert(_ record: Record) -> Int {
        let hot = Hot(lineage: record.lineage, jobs: 0, task: record.task)
        if let index = free.popLast() {
            records[index] = record
            self.hot[index] = hot
            return index
        }
        records.append(record)
        self.hot.append(hot)
        return records.count - 1
    }

    private mutating func remove(_ record: Int) {
        records[record] = Record(lineage: 0, id: 0, isChild: true, name: "")
        hot[record].task = nil
        free.append(record)
    }
}

/// Task numbers to records: open addressing with linear probing, because it is asked once or twice per job.
private struct IDTable {
    private var ids: ContiguousArray<UInt64> = .init(repeating: 0, count: 64)
    private var values: ContiguousArray<Int32> = .init(repeating: 0, count: 64)
    private var used = 0

    @inline(__always)
    private func home(_ id: UInt64) -> Int {
        Int(truncatingIfNeeded: (id &* 0x9e37_79b9_7f4a_7c15) >> 32) & (ids.count &- 1)
    }

    subscript(id: UInt64) -> Int? {
        @inline(__always)
        get {
            var place = home(id)
            while ids[place] != 0 {
                if ids[place] == id { return Int(values[place]) }
                place = (place &+ 1) & (ids.count &- 1)
            }
            return nil
        }
        set {
            guard let newValue else { return remove(id) }
            if used &* 2 > ids.count { grow() }
            var place = home(id)
            while ids[place] != 0, ids[place] != id { place = (place &+ 1) & (ids.count &- 1) }
            if ids[place] == 0 { used += 1 }
            ids[place] = id
            values[place] = Int32(newValue)
        }
    }

    /// Removes by shifting the run back, so that no tombstones are left.
    mutating func remove(_ id: UInt64) {
        let mask = ids.count &- 1
        var hole = home(id)
        while ids[hole] != id {
            if ids[hole] == 0 { return }
            hole = (hole &+ 1) & mask
        }
        used -= 1
        var next = (hole &+ 1) & mask
        while ids[next] != 0 {
            if (next &- home(ids[next])) & mask >= (next &- hole) & mask {
                ids[hole] = ids[next]
                values[hole] = values[next]
                hole = next
            }
            next = (next &+ 1) & mask
        }
        ids[hole] = 0
    }

    private mutating func grow() {
        let old = (ids, values)
        ids = .init(repeating: 0, count: old.0.count * 2)
        values = .init(repeating: 0, count: old.0.count * 2)
        used = 0
        for index in old.0.indices where old.0[index] != 0 { self[old.0[index]] = Int(old.1[index]) }
    }
}
