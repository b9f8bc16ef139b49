// A simulation: virtual time, seeded order and keyed chance for everything that one thread runs.

import CInterpose
import Synchronization

/// A deterministic run of ordinary Swift code on one thread.
///
/// While its thread is inside, every job of every task, actor and group, every timer, clock and random byte is the
/// simulation's. Confined to that thread, but for ``progress``.
public final class Simulation: @unchecked Sendable {  // because only its own thread touches it while it runs
    /// How a simulation is to run.
    public struct Configuration: Sendable {
        /// The seed that decides order and chance.
        public var seed: UInt64
        /// The order of what is ready.
        public var order: Order = .seeded
        /// When the virtual world begins.
        public var epoch: Instant = .simulatedEpoch
        /// How many steps may run; a step is one job of a task or one turn of a strand.
        public var stepLimit: UInt64 = 2_000_000_000
        /// How much virtual time may pass before the body has ended.
        public var timeLimit: Duration = .seconds(30 * 86_400)
        /// How much virtual time cancelled tasks get to end after the body has.
        public var grace: Duration = .seconds(60)
        /// How long a single step may take in real time.
        public var patience: Duration = .seconds(60)
        /// Whether the trace keeps its events, and not only their hash.
        public var keepsTrace = false
        /// Whether the outcome tells which steps could have run in another order.
        public var recordsSchedule = false

        /// The usual configuration with a seed.
        public init(seed: UInt64) { self.seed = seed }
    }

    /// The order in which ready work runs.
    public enum Order: Sendable {
        /// By keyed ranks.
        case seeded
        /// The neutral order, from which the seeded one departs.
        case firstInFirstOut
        /// The neutral order but for the steps that are listed.
        case departing([Departure])
        /// By the seed's ranks until a time, and by another seed's from then on.
        case reseeded(at: Duration, seed: UInt64)
    }

    /// How this simulation runs.
    public let configuration: Configuration
    /// The keyed chance of the simulated world.
    public let chance: Chance
    /// What happened.
    public let trace: Trace

    /// What decides the order where it is not the seed.
    private let departures: DepartureTable?
    /// From when on another seed decides.
    private let reseeding: (time: Int64, seed: UInt64)?
    let recorder: ScheduleRecorder?
    let world: UnsafeMutablePointer<backlot_world>
    // Exclusivity needs no check at run time: one thread, and no access lasts over a call to foreign code.
    @exclusivity(unchecked) var ledger: TaskLedger
    @exclusivity(unchecked) var ready = ReadyQueue()
    @exclusivity(unchecked) var timers = TimerQueue()
    @exclusivity(unchecked) var runningRecord = TaskLedger.root
    @exclusivity(unchecked) var runningStrand: Strand?
    var runsMainJob = false
    @exclusivity(unchecked) var schedule = StableHash(key: 0x7363_6865_6475_6c65)
    @exclusivity(unchecked) var steps: UInt64 = 0
    @exclusivity(unchecked) var bodyHasEnded = false
    var sweepAt = 4096
    /// Hands the outcome over when a leak ends the simulation in mid-step.
    var onLeak: ((SimulationError) -> Void)?
    /// How many steps ran, for the watchdog on another thread.
    let progress = Atomic<UInt64>(0)
    private let over = Atomic<Bool>(false)
    private var closings: [() -> Void] = []

    init(_ configuration: Configuration) {
        self.configuration = configuration
        departures =
            switch configuration.order {
            case .seeded, .reseeded: nil
            case .firstInFirstOut: DepartureTable([])
            case .departing(let departures): DepartureTable(departures)
            }
        reseeding =
            if case .reseeded(let time, let seed) = configuration.order { (time.nanosecondsClamped, seed) } else { nil }
        recorder = configuration.recordsSchedule ? ScheduleRecorder() : nil
        chance = Chance(seed: configuration.seed)
        ledger = TaskLedger(seed: configuration.seed)
        world = .allocate(capacity: 1)
        world.initialize(to: backlot_world())
        world.pointee.epoch = configuration.epoch.nanoseconds
        // The world is entered only while the trace takes its origin: at virtual time 0, on whatever thread this is.
        let outer = backlot_current()
        backlot_enter(world)
        trace = Trace(keepsEvents: configuration.keepsTrace)
        backlot_enter(outer)
    }

    deinit {
        world.deinitialize(count: 1)
        world.deallocate()
    }

    /// The simulation that the calling thread is inside, if any.
    public static var current: Simulation? {
        guard let world = backlot_current() else { return nil }
        return Unmanaged<Simulation>.fromOpaque(world.pointee.simulation).takeUnretainedValue()
    }

    /// Virtual time since the simulation began.
    public var elapsed: Duration { .nanoseconds(world.pointee.now) }

    /// What the interposed monotonic clock says now, in nanoseconds.
    public var monotonicNanoseconds: Int64 { backlot_monotonic_origin() + world.pointee.now }

    /// Steps run so far.
    public var stepCount: UInt64 { steps }
    /// How many timers will still run: what sleeps, and what waits with a time-out.
    public var timerCount: Int { timers.count }
    /// How many tasks have begun and not ended. O(n).
    public var taskCount: Int { ledger.liveTaskCount }

    /// Whether the simulation has ended, so that nothing of it runs any more.
    var isOver: Bool { over.load(ordering: .acquiring) }

    /// Has `body` called when the simulation's body has ended, before what is left running is cancelled; the last
    /// registered first.
    public func atEnd(_ body: @escaping () -> Void) { closings.append(body) }

    func callClosings() {
        while let closing = closings.popLast() { closing() }
    }

    /// Tells those who wait for a time that will not come, so that they can break off what others wait for.
    func dropTimers() {
        for action in timers.takeAll() {
            if case .strand(_, .poke(let target, _)) = action { target.dropped() }
        }
    }

    /// Drops all that waits to run, while the world is still entered.
    func discard() {
        over.store(true, ordering: .releasing)
        // Whoever waits for the outcome holds this simulation: they would else hold each other for ever.
        onLeak = nil
        closings = []
        while let entry = ready.pop() {
            if case .strand(let reference) = entry.work { reference.release() }
        }
        timers = TimerQueue()
    }

    // MARK: Making things ready

    /// The record of the code that runs now: its task, else its strand, else the simulation.
    func currentRecord() -> Int {
        guard let task = backlot_current_task() else { return runningRecord }
        let id = backlot_job_id(task)
        return ledger.find(id) ?? ledger.addTask(task, id: id, creator: runningRecord)
    }

    /// The record of a job: its task's, made at its first job; an actor that is to be drained is its caller's doing.
    @inline(__always)
    func record(of job: UnsafeMutableRawPointer) -> Int {
        guard backlot_job_is_task(job) != 0 else { return currentRecord() }
        let id = backlot_job_id(job)
        return ledger.find(id) ?? ledger.addTask(job, id: id, creator: currentRecord())
    }

    func enqueue(_ job: UnsafeMutableRawPointer, isMain: Bool) {
        makeReady(isMain ? .mainJob(job) : .job(job), record: record(of: job))
    }

    func enqueue(_ job: UnsafeMutableRawPointer, after delay: Int64, isMain: Bool) {
        _ = addTimer(after: delay, .job(job, record: record(of: job), isMain: isMain))
    }

    @inline(__always)
    func makeReady(_ work: ReadyQueue.Work, record: Int) {
        if departures == nil, recorder == nil, reseeding == nil {
            ready.push(rank: ledger.nextRank(record), record: record, work)
        } else {
            makeReadyOtherwise(work, record: record)
        }
    }

    /// Where the order is listed, recorded, or another seed's after a time.
    private func makeReadyOtherwise(_ work: ReadyQueue.Work, record: Int) {
        let next = ledger.nextStep(record, rank: Departure.inTurn)
        var rank = ledger.nextRank(record)
        if let departures {
            rank = departures.rank(task: next.task, step: next.step)
        } else if let reseeding, world.pointee.now >= reseeding.time {
            rank = TaskLedger.rank(task: next.task, step: next.step, seed: reseeding.seed)
        }
        let step = next.at(rank: rank)
        let slot = ready.push(rank: step.rank, record: record, work)
        recorder?.ready(step, slot: slot)
    }

    @inline(__always)
    func makeReady(_ strand: Strand) { makeReady(.strand(.passRetained(strand)), record: strand.record) }

    func addTimer(after delay: Int64, _ action: TimerQueue.Action) -> TimerQueue.Token {
        let (deadline, overflow) = world.pointee.now.addingReportingOverflow(max(0, delay))
        return timers.add(deadline: overflow ? .max : deadline, action)
    }

    func cancelTimer(_ token: TimerQueue.Token) -> TimerQueue.Action? { timers.cancel(token) }

    /// Says how the current task, and what it creates from now on, is to be called where runs are told in words: in departures
    /// of the order, and of what a stuck run waits for. Does nothing outside a simulation.
    public static func nameTask(_ name: @autoclosure () -> String) {
        guard let simulation = current else { return }
        simulation.ledger.setName(simulation.currentRecord(), name())
    }

    func setWaiting(_ reason: WaitReason?) { ledger.setWaiting(currentRecord(), reason) }

    // MARK: What the interposed calls ask for

    func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        let key = ledger.nextDraw(currentRecord())
        var offset = 0
        while offset < buffer.count {
            var hash = StableHash(key: key)
            hash.combine(UInt64(offset))
            withUnsafeBytes(of: hash.value.littleEndian) { word in
                let count = min(8, buffer.count - offset)
                UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<offset + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: word[..<count]))
            }
            offset += 8
        }
    }

    /// Lets time pass in place, as a call that sleeps would; what falls due meanwhile runs afterwards.
    func pass(_ nanoseconds: Int64) {
        let (later, overflow) = world.pointee.now.addingReportingOverflow(nanoseconds)
        if !overflow { world.pointee.now = later }
    }
}
