// A serial queue inside a simulation: what an event loop is to the scheduler.

/// One piece of work on a strand.
public enum StrandItem {
    /// A closure to call.
    case call(() -> Void)
    /// An object to poke, with a number that tells it why: for work that recurs and is not worth a closure each time.
    case poke(any StrandTarget, UInt64)
}

/// What a strand can poke.
public protocol StrandTarget: AnyObject {
    /// Does the work that `reason` names, on the strand.
    func poked(_ reason: UInt64)
}

/// A serial queue of work that a simulation schedules as one: its items run first-in-first-out, and when the queue
/// as a whole runs is decided by the seed, among all that is ready. Confined to its simulation's thread.
open class Strand {
    /// The simulation that runs this strand.
    public unowned let simulation: Simulation
    /// The name that its ranks are keyed by.
    public let name: String
    let record: Int
    private var items: ContiguousArray<StrandItem> = []
    private var running: ContiguousArray<StrandItem> = []
    private(set) var isReady = false

    /// A strand with no work. Its lineage is its name, so that it does not depend on when it was made.
    public init(_ simulation: Simulation, name: String) {
        self.simulation = simulation
        self.name = name
        record = simulation.ledger.addStrand(name: name)
    }

    deinit { simulation.ledger.removeStrand(record) }

    /// Whether the calling code runs on this strand.
    public final var isCurrent: Bool { Simulation.current === simulation && simulation.runningStrand === self }

    /// Adds work at the end of the queue.
    @inline(__always)
    public final func append(_ item: StrandItem) {
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

    /// Takes delayed work back; false if it came to the queue before.
    @discardableResult
    public final func cancel(_ token: UInt64) -> Bool {
        let slot = UInt32(truncatingIfNeeded: token)
        return simulation.cancelTimer(TimerQueue.Token(slot: slot, generation: UInt32(token >> 32)))
    }

    /// Runs what is queued now; what is added meanwhile waits for the next turn, so that others get theirs.
    final func run() {
        isReady = false
        swap(&items, &running)
        for item in running {
            switch item {
            case .call(let body): body()
            case .poke(let target, let reason): target.poked(reason)
            }
        }
        running.removeAll(keepingCapacity: true)
    }
}
