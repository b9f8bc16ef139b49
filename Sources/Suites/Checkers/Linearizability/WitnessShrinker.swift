// Makes a history that is not linearizable as short as it can be and still not be so.

/// Shortens the history of one object. Every step keeps the proof: if the shorter history is not linearizable, neither is the
/// longer one. That forbids leaving out, say, a write whose value a read returns.
struct WitnessShrinker<Action: Sendable, Answer: Sendable, State: Hashable & Sendable> {
    typealias Model = SequentialModel<Action, Answer, State>
    typealias Entry = LinearizationEntry<Model.Call>

    let model: Model
    /// How many steps all searches together may take; what they cannot decide any more is kept.
    private(set) var budget: Int

    init(model: Model, budget: Int) { (self.model, self.budget) = (model, budget) }

    /// A part of `entries` from which no single operation can be left out, and whether it fails whatever was before it.
    /// Cutting takes O(log n) searches, leaving out at most O(n²) of a short history.
    mutating func shrink(_ entries: [Entry]) -> (entries: [Entry], isFromMiddle: Bool) {
        let begun = cutEnd(entries)
        if let states = model.states?(begun.map(\.call)), !states.isEmpty {
            let rest = cutBegin(begun, states)
            if rest.count < begun.count { return (leaveOut(rest, from: states), true) }
        }
        return (leaveOut(begun, from: [model.initial]), false)
    }

    private mutating func fails(_ entries: [Entry], from states: [State]) -> Bool {
        for state in states {
            var search = LinearizationSearch(model, entries)
            let verdict = search.run(from: state, budget: budget)
            budget -= search.steps
            if verdict != false { return false }
        }
        return true
    }

    /// The shortest beginning that fails: what had ended by then, and what was under way.
    private mutating func cutEnd(_ entries: [Entry]) -> [Entry] {
        let ends = entries.compactMap(\.end).sorted()
        func beginning(_ count: Int) -> [Entry] {
            let last = ends[count - 1]
            return entries.filter { $0.begin < last }.map { entry in
                guard let end = entry.end, end > last else { return entry }
                return Entry(call: .init(action: entry.call.action, answer: nil), number: entry.number, begin: entry.begin)
            }
        }
        var low = 1
        var high = ends.count
        while low < high {
            let middle = (low + high) / 2
            if fails(beginning(middle), from: [model.initial]) { high = middle } else { low = middle + 1 }
        }
        guard high > 0 else { return entries }
        let shortest = beginning(high)
        return fails(shortest, from: [model.initial]) ? shortest : entries
    }

    /// The shortest rest that fails whatever the state was before it. What was under way there may be part of it or not.
    private mutating func cutBegin(_ entries: [Entry], _ states: [State]) -> [Entry] {
        let begins = entries.map(\.begin).sorted()
        func rest(_ index: Int) -> [Entry] {
            entries.compactMap { entry in
                guard entry.begin < begins[index] else { return entry }
                guard let end = entry.end else { return entry }
                return end < begins[index] ? nil : Entry(call: entry.call, number: entry.number, begin: entry.begin)
            }
        }
        var low = 0
        var high = begins.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if fails(rest(middle), from: states) { low = middle } else { high = middle - 1 }
        }
        let shortest = rest(low)
        return fails(shortest, from: states) ? shortest : entries
    }

    /// Leaves out what it can: first all that has to do with one state, as a write with its reads, then single operations.
    private mutating func leaveOut(_ entries: [Entry], from states: [State]) -> [Entry] {
        let groups = DeltaDebugging.minimize(groups(entries)) { candidate, before in
            canReduce(before.flatMap(\.self), to: candidate.flatMap(\.self), from: states)
        }
        return DeltaDebugging.minimize(groups.flatMap(\.self).sorted { $0.begin < $1.begin }) { candidate, before in
            canReduce(before, to: candidate, from: states)
        }
    }

    private mutating func canReduce(_ before: [Entry], to candidate: [Entry], from states: [State]) -> Bool {
        let kept = Set(candidate.map(\.number))
        let canBeLeftOut = model.canLeaveOut(candidate.map(\.call))
        guard before.allSatisfy({ kept.contains($0.number) || canBeLeftOut($0.call) }) else { return false }
        return fails(candidate, from: states)
    }

    /// The entries by the state that they make or need, in the order of the first of each; without traits, one by one.
    private func groups(_ entries: [Entry]) -> [[Entry]] {
        guard let traits = model.traits else { return entries.map { [$0] } }
        var places: [State: Int] = [:]
        var groups: [[Entry]] = []
        for entry in entries.sorted(by: { $0.begin < $1.begin }) {
            let trait = traits(entry.call)
            if let state = trait.makes ?? trait.needs, let place = places[state] {
                groups[place].append(entry)
            } else {
                if let state = trait.makes ?? trait.needs { places[state] = groups.count }
                groups.append([entry])
            }
        }
        return groups
    }
}
