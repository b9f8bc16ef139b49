// After the faults have ended, all readers come to see the same, and it stays so.

import Kernel

/// What a reader saw at one moment: a replica, a client, a cache.
struct Observation: Sendable {
    let reader: String
    let time: Instant
    /// The value of each subject; a subject that is not there was not to be seen.
    let values: [String: String]
}

/// Checks that readers agree from a deadline on and that nothing changes any more (eventual consistency: Vogels, "Eventually
/// Consistent", CACM 52(1), 2009, with a time for "eventually").
///
/// Nobody may have written since the faults ended, and the readers must be asked for all they can see. O(n log n) for n
/// values.
struct ConvergenceChecker: Sendable {
    /// From when on everybody is to agree.
    let deadline: Instant
    /// What everybody is to see in the end, where that is known.
    var expected: [String: String]?

    /// Who disagrees on what, who was not asked in time, what went on changing. `readers` must all have been asked.
    func check(_ observations: [Observation], readers: [String]) -> [String] {
        let settled = observations.filter { $0.time >= deadline }.sorted { ($0.time, $0.reader) < ($1.time, $1.reader) }
        var problems: [String] = []
        var latest: [(reader: String, values: [String: String])] = []
        for reader in readers {
            let seen = settled.filter { $0.reader == reader }
            guard let last = seen.last else {
                problems.append("\(reader) was not asked after \(deadline), when all was to agree")
                continue
            }
            latest.append((reader, last.values))
            problems += zip(seen, seen.dropFirst()).flatMap { changes(reader, $0, $1) }
        }
        return problems + disagreements(latest)
    }

    private func changes(_ reader: String, _ earlier: Observation, _ later: Observation) -> [String] {
        Set(earlier.values.keys).union(later.values.keys).sorted().compactMap { subject in
            let (before, after) = (earlier.values[subject], later.values[subject])
            guard before != after else { return nil }
            return
                "\(reader) saw \(subject) change from \(spoken(before)) to \(spoken(after)) at \(later.time), after \(deadline)"
        }
    }

    private func disagreements(_ latest: [(reader: String, values: [String: String])]) -> [String] {
        let subjects = latest.reduce(into: Set((expected ?? [:]).keys)) { $0.formUnion($1.values.keys) }
        return subjects.sorted().compactMap { subject in
            var camps: [(value: String?, readers: [String])] = []
            for (reader, values) in latest {
                if let camp = camps.firstIndex(where: { $0.value == values[subject] }) {
                    camps[camp].readers.append(reader)
                } else {
                    camps.append((values[subject], [reader]))
                }
            }
            let said = camps.map { "\($0.readers.joined(separator: ", ")) with \(spoken($0.value))" }.joined(separator: "; ")
            if camps.count > 1 { return "the readers disagree on \(subject): \(said)" }
            if let expected, let camp = camps.first, camp.value != expected[subject] {
                return "all readers see \(subject) as \(spoken(camp.value)), expected \(spoken(expected[subject]))"
            }
            return nil
        }
    }

    private func spoken(_ value: String?) -> String { value.map { "'\($0)'" } ?? "nothing" }
}
