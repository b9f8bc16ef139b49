// Departures from first-in-first-out: the few places in which a schedule is not the neutral one.

/// One step that does not run in its turn.
///
/// A step is known by its task and by how many steps that task had before, as chance is: a list of departures means the
/// same steps under every seed, and whatever else becomes ready.
public struct Departure: Sendable, Hashable {
    /// The stable identity of the task or strand.
    public let task: UInt64
    /// What the task or strand is called.
    public let name: String
    /// Which of its steps: the first has 0.
    public let step: UInt64
    /// Its place among all that is ready: below ``inTurn`` before those that run in turn, above it after them.
    public let rank: UInt64

    /// A departure from its parts.
    public init(task: UInt64, name: String, step: UInt64, rank: UInt64) {
        self.task = task
        self.name = name
        self.step = step
        self.rank = rank
    }

    /// The rank of what runs in its turn: first in, first out.
    public static let inTurn: UInt64 = 1 << 63

    /// The same step at another place.
    public func at(rank: UInt64) -> Departure { Departure(task: task, name: name, step: step, rank: rank) }

    /// Whether it is the step itself that goes ahead, and not one that lets others go ahead.
    public var isAhead: Bool { rank < Self.inTurn }
}

/// A step that had company: when it ran, something else could have run instead.
public struct ContestedStep: Sendable, Hashable {
    /// The step, with the rank that it had.
    public let departure: Departure
    /// When it ran.
    public let time: Duration
    /// What had been ready for longest, and was overtaken; nil if it was this step's turn.
    public let overtook: String?
}

/// Which steps are listed, for a simulation that looks each one up.
struct DepartureTable {
    private struct Key: Hashable {
        let task: UInt64
        let step: UInt64
    }

    private let ranks: [Key: UInt64]

    init(_ departures: [Departure]) {
        ranks = Dictionary(departures.map { (Key(task: $0.task, step: $0.step), $0.rank) }) { first, _ in first }
    }

    func rank(task: UInt64, step: UInt64) -> UInt64 { ranks[Key(task: task, step: step)] ?? Departure.inTurn }
}

/// Writes down which steps had company.
final class ScheduleRecorder {
    private struct Waiting {
        let slot: UInt32
        let departure: Departure
        var hasCompany: Bool
    }

    /// The oldest first.
    private var waiting: [Waiting] = []
    private(set) var steps: [ContestedStep] = []

    func ready(_ departure: Departure, slot: UInt32) {
        if waiting.count == 1 { waiting[0].hasCompany = true }
        waiting.append(Waiting(slot: slot, departure: departure, hasCompany: !waiting.isEmpty))
    }

    func runs(slot: UInt32, at time: Duration) {
        guard let index = waiting.firstIndex(where: { $0.slot == slot }) else { return }
        let oldest = index == 0 ? nil : waiting[0].departure.name
        let step = waiting.remove(at: index)
        if step.hasCompany { steps.append(ContestedStep(departure: step.departure, time: time, overtook: oldest)) }
    }
}
