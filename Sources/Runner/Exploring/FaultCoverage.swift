// Which faults happened where: the cells of kind and service that a search has reached.

public import Faults

/// How often each kind of fault happened at each service.
public struct FaultCoverage: Sendable {
    private var counts: [String: [String: Int]] = [:]

    /// Nothing reached yet.
    public init() {}

    /// Counts the decisions of a run.
    public mutating func add(_ list: DecisionList) {
        for decision in list.decisions { counts[decision.fault, default: [:]][Self.service(of: decision), default: 0] += 1 }
    }

    /// How many cells were reached.
    public var reached: Int { counts.values.reduce(0) { $0 + $1.count } }

    /// How often a fault happened at a service.
    public func count(_ fault: String, at service: String) -> Int { counts[fault]?[service] ?? 0 }

    /// The table: a line for each kind of fault, a column for each service; kinds that never happened are named with it.
    public func table(services: [String]) -> [String] {
        var table = Table(header: ["fault"] + services)
        for kind in FaultCatalogue.kinds where counts[kind.name] != nil {
            table.rows.append(
                [kind.name]
                    + services.map { service in
                        let count = count(kind.name, at: service)
                        return count == 0 ? "." : "\(count)"
                    })
        }
        return table.rows.isEmpty ? [] : table.lines
    }

    /// The service at which a decision was taken: the one that is called, or whose process or stores it concerns.
    static func service(of decision: FaultDecision) -> String {
        let place = decision.actor.prefix { $0 != " " }
        let ends = place.replacing("<-", with: "->").split(separator: "->")
        let end = ends.count > 1 ? ends[1] : ends.first ?? place
        // A replica counts for its service.
        guard let mark = end.lastIndex(of: "-"), Int(end[end.index(after: mark)...]) != nil else { return String(end) }
        return String(end[..<mark])
    }
}
