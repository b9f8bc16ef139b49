// How the decisions of local runs compare with those of their simulated twins, counted and told.

import Faults
import Wire

/// How many decisions local runs and their simulated twins took alike, otherwise, or alone.
public struct TwinCount: Sendable, Hashable {
    /// Case runs that were compared.
    public private(set) var caseRuns = 0
    /// Case runs that could not be compared.
    public private(set) var notCompared = 0
    /// Decisions that both took alike.
    public private(set) var both = 0
    /// Decisions that differ by the time, the size or the content of their events.
    public private(set) var allowed = 0
    /// Decisions that differ and must not.
    public private(set) var differing = 0
    /// Decisions of the local runs alone.
    public private(set) var onlyLocal = 0
    /// Decisions of the simulated runs alone.
    public private(set) var onlySimulated = 0

    /// Nothing counted yet.
    init() {}

    /// The count of one comparison.
    init(_ twin: TwinComparison) { add(twin) }

    mutating func add(_ twin: TwinComparison) {
        guard case .compared(let comparison) = twin else { return notCompared += 1 }
        caseRuns += 1
        both += comparison.both.count
        allowed += comparison.allowed.count
        differing += comparison.differing.count
        onlyLocal += comparison.onlyFirst.count
        onlySimulated += comparison.onlySecond.count
    }

    /// `12 in both worlds, 0 differ, 3 only local, 1 only simulated`, the numbers in columns of `width`.
    func spoken(width: Int = 0) -> String {
        func number(_ count: Int) -> String { String(repeating: " ", count: max(0, width - "\(count)".count)) + "\(count)" }
        var parts = ["\(number(both)) in both worlds", "\(number(differing)) differ", "\(number(onlyLocal)) only local"]
        parts.append("\(number(onlySimulated)) only simulated")
        if allowed > 0 { parts.append("\(number(allowed)) differ by time, size or content, as they may") }
        return parts.joined(separator: ", ")
    }

    /// The line of a whole run; nil where nothing was to be compared.
    var summary: String? {
        guard caseRuns + notCompared > 0 else { return nil }
        let missing = notCompared == 0 ? "" : "; \(counted(notCompared, "case run")) could not be compared"
        return "decisions: \(spoken()) (\(counted(caseRuns, "case run")), each beside its simulated twin\(missing))"
    }

    /// The members of a summary for programs.
    var json: JSONValue {
        [
            "case_runs": JSONValue(caseRuns), "not_compared": JSONValue(notCompared), "both": JSONValue(both),
            "allowed": JSONValue(allowed), "differing": JSONValue(differing), "only_local": JSONValue(onlyLocal),
            "only_simulated": JSONValue(onlySimulated),
        ]
    }
}

extension TwinComparison {
    /// The comparison in one line; with `isDetailed`, followed by all decisions, what both took last.
    func lines(isDetailed: Bool) -> [String] {
        let comparison: DecisionComparison
        switch self {
        case .compared(let both): comparison = both
        case .notCompared(let reason): return ["decisions: not compared with the simulated world's: \(reason)"]
        }
        let first = "decisions: " + TwinCount(self).spoken(width: 3)
        guard isDetailed else { return [first] }
        return [first]
            + comparison.differing.map { "  DIFFER          local \($0.first.spoken), simulated \($0.second.spoken)" }
            + comparison.allowed.map { "  may differ      local \($0.first.spoken), simulated \($0.second.spoken)" }
            + comparison.onlyFirst.map { "  only local      \($0.spoken)" }
            + comparison.onlySecond.map { "  only simulated  \($0.spoken)" }
            + comparison.both.map { "  in both         \($0.spoken)" }
    }

    /// The comparison for programs: all decisions, as decision lists have them.
    var json: JSONValue {
        let comparison: DecisionComparison
        switch self {
        case .compared(let both): comparison = both
        case .notCompared(let reason): return ["not_compared": .string(reason)]
        }
        func pairs(_ pairs: [DecisionComparison.Pair]) -> JSONValue {
            .array(pairs.map { ["local": $0.first.json, "simulated": $0.second.json] })
        }
        return [
            "both": .array(comparison.both.map(\.json)), "allowed": pairs(comparison.allowed),
            "differing": pairs(comparison.differing), "only_local": .array(comparison.onlyFirst.map(\.json)),
            "only_simulated": .array(comparison.onlySecond.map(\.json)),
        ]
    }
}
