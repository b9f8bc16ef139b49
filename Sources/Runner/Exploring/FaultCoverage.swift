// Which faults happened where: the cells of kind and service that a search has reached, and those that it could reach.

public import Faults

/// How often each kind of fault happened at each service.
public struct FaultCoverage: Sendable {
    private var counts: [FaultCell: Int] = [:]
    private var possible: [FaultCell: Int] = [:]

    /// Nothing reached yet.
    public init() {}

    /// Counts the decisions of a run, and notes which faults could have happened in it.
    public mutating func add(_ list: DecisionList, possible cells: [FaultCell]) {
        for decision in list.decisions { counts[FaultCell(of: decision), default: 0] += 1 }
        for cell in cells { possible[cell, default: 0] += 1 }
    }

    /// How many cells were reached.
    public var reached: Int { counts.count }

    /// The cells in which a fault could have happened and none has, sorted.
    public var missing: [FaultCell] { possible.keys.filter { counts[$0] == nil }.sorted() }

    /// Whether every cell that could be reached was, and no further one is to be expected: none could be reached in one run
    /// alone. The share of what was seen once estimates the chance that the next run shows something unseen (I. J. Good,
    /// "The Population Frequencies of Species and the Estimation of Population Parameters", Biometrika 40, 1953).
    public var isComplete: Bool { !possible.isEmpty && missing.isEmpty && possible.values.allSatisfy { $0 > 1 } }

    /// How often a fault happened at a service.
    public func count(_ cell: FaultCell) -> Int { counts[cell] ?? 0 }

    /// The table: a line for each kind of fault that happened, a column for each service. A dot stands for never, a nought
    /// where it could have happened, as far as that is known.
    public func table(services: [String]) -> [String] {
        var table = Table(header: ["fault"] + services)
        for kind in FaultCatalogue.kinds {
            let cells = services.map { FaultCell(fault: kind.name, service: $0) }
            guard cells.contains(where: { counts[$0] != nil || possible[$0] != nil }) else { continue }
            table.rows.append(
                [kind.name] + cells.map { cell in counts[cell].map { "\($0)" } ?? (possible[cell] == nil ? "." : "0") })
        }
        return table.rows.isEmpty ? [] : table.lines
    }
}
