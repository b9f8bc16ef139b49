// A serial queue inside a simulation: what an event loop is to the scheduler.

/// One piece of work on a strand.
public enum StrandItem {
    /// A closure to call.
    case call(() -> Void)
    /// An object to poke, with a number that tells it why: for work that recurs and is not worth a closure each time.
    case poke(StrandTarget, UInt64)
}

/// What a strand can poke.
open class StrandTarget {
    /// A target.
    public init() {}

    /// Does the work that `reason` names, on the strand. The default does nothing.
    open func poked(_ reason: UInt64) {}

    /// Learns that it will not be poked: its delayed work was taken back, or the simulation has ended. The default
    /// does nothing.
    open func dropped() {}
}

/// A serial queue of work that a simulation schedules as one: its items run first-in-first-out, and when the queue
/// as a whole runs is decided by the seed, among all that is ready. Confined to its simulation's thread.
open class Strand {
    /// The simulation that runs this strand.
    public let simulation: Simulation
    /// The name that its ranks are keyed by.
    public let name: String
    let record: Int
    // Exclusivity needs no check at run time here: one thread, and no access lasts over a call to foreign code.
    @exclusivity(unchecked) private var items = ShortQueue<StrandItem>()
    @exclusivity(unchecked) private var isReady = false

    /// A strand with no work. Its lineage is its name, so that it does not depend on when it was made.
    public init(_ simulation: Simulation, name: String) {
        self.simulation = simulation
        self.name = name
        record = simulation.ledger.addStrand(name: name)
    }

    deinit { if Simulation.current === simulation { simulation.ledger.removeStrand(record) } }

    /// Whether the calling code runs on this strand.
    public final var isCurrent: Bool { Simulation.current === simulation && simulation.runningStrand === self }

    /// Adds work at the end of the queue. After the simulation has ended the work is dropped: nothing runs any more.
    /// Traps on another thread while the simulation runs: nothing that simulates may be reached from outside.
    public final func append(_ item: StrandItem) {
        guard Simulation.current === simulation else {
            precondition(simulation.isOver, "the event loop '\(name)' of a simulation was used from another thread")
            return
        }
        items.append(item)
        if !isReady {
            isReady = true
            simulation.makeReady(self)
        }
    }

    /// Adds work that comes to the queue after `delay`; it can be taken back with ``cancel(_:)``.
    public final func append(_ item: StrandItem, after delay: Int64) -> UInt64 {
        let token = simulation.addTimer(after: delay, .strand(self, item))
        return UInt64(token.generation) << 32 | UInt64(token.slot)
    }

    /// Takes delayed work back and returns it; nil if it came to the queue before.
    @discardableResult
    public final func take(_ token: UInt64) -> StrandItem? {
        let slot = UInt32(truncatingIfNeeded: token)
        let action = simulation.cancelTimer(TimerQueue.Token(slot: slot, generation: UInt32(token >> 32)))
        if case .strand(_, let item) = action { return item }
        return nil
    }

    /// Runs what is queued now; what is added meanwhile waits for the next turn, so that others get theirs.
    final func run() {
        isReady = false
        for _ in 0..<items.count {
            switch items.popFirst() {
            case .call(let body): body()
            case .poke(let target, let reason): target.poked(reason)
            case nil: return
            }
        }
    }
}
