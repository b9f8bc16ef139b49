// Looks for an order of the operations of one object that explains all answers and keeps to their times.

/// One operation as the search sees it.
struct LinearizationEntry<Call: Sendable>: Sendable {
    let call: Call
    /// Its place in the history, to find it again.
    let number: Int
    /// When it began and ended, as orders of moments; without an end it may take effect at any time after its begin.
    let begin: Int
    var end: Int?

    /// Whether it must take effect: an operation without an end may also never do so.
    var isRequired: Bool { end != nil }
}

/// The search of Wing and Gong ("Testing and Verifying Concurrent Objects", J. Parallel Distrib. Comput. 17, 1993) with the
/// memoization of Lowe ("Testing for linearizability", Concurrency Comput. Pract. Exper. 29(4), 2017): a set of operations
/// that have taken effect and the state that they led to is tried once.
///
/// An answer that changes nothing is taken as soon as it fits, and so is a change that nobody sees, which loses no order; a state
/// that is still needed is not left for good (``StateBalance``). Exponential in the number of operations
/// that overlap, linear in their number as long as few do. Memory: a few words a configuration.
struct LinearizationSearch<Action: Sendable, Answer: Sendable, State: Hashable & Sendable> {
    typealias Model = SequentialModel<Action, Answer, State>
    typealias Entry = LinearizationEntry<Model.Call>

    private struct Configuration: Hashable {
        /// Words before the first one are full.
        let first: Int
        let words: [UInt64]
        let state: State
    }

    private struct Frame {
        let state: State
        let candidates: [Int]
        var cursor = 0
        /// The entry that led from the frame below to this one.
        let entry: Int?
    }

    private let model: Model
    /// The entries that must take effect, by begin, and then the others, by begin.
    private let entries: [Entry]
    private let requiredCount: Int
    private var words: [UInt64]
    /// The chain of begins and ends of required entries that have not taken effect: an entry twice its number, its end one
    /// more. The last place is the head.
    private var next: [Int] = []
    private var previous: [Int] = []
    private var seen: Set<Configuration> = []
    private var balance: StateBalance<State>?
    private(set) var steps = 0

    init(_ model: Model, _ entries: [Entry]) {
        self.model = model
        let required = entries.filter(\.isRequired).sorted { $0.begin < $1.begin }
        self.entries = required + entries.filter { !$0.isRequired }.sorted { $0.begin < $1.begin }
        requiredCount = required.count
        words = Array(repeating: 0, count: (entries.count + 63) / 64)
        let nodes = required.indices.flatMap { [2 * $0, 2 * $0 + 1] }.sorted { order($0) < order($1) }
        let head = 2 * required.count
        next = Array(repeating: head, count: head + 1)
        previous = next
        for (left, right) in zip([head] + nodes, nodes + [head]) { (next[left], previous[right]) = (right, left) }
        guard let traits = model.traits else { return }
        var balance = StateBalance<State>()
        for entry in self.entries {
            let trait = traits(entry.call)
            balance.add(needs: trait.needs, makes: trait.makes, isOpen: trait.isOpen, isRequired: entry.isRequired)
        }
        self.balance = balance
    }

    private func order(_ node: Int) -> Int {
        let entry = entries[node / 2]
        return node % 2 == 0 ? entry.begin : entry.end ?? .max
    }

    /// Whether there is such an order from `initial`; nil when `budget` steps did not suffice to tell.
    mutating func run(from initial: State, budget: Int) -> Bool? {
        var frames = [Frame(state: initial, candidates: candidates(initial), entry: nil)]
        var left = requiredCount
        while let top = frames.last {
            if left == 0 { return true }
            guard top.cursor < top.candidates.count else {
                frames.removeLast()
                if let entry = top.entry {
                    mark(entry, isDone: false)
                    if entry < requiredCount { left += 1 }
                }
                continue
            }
            if steps >= budget { return nil }
            steps += 1
            frames[frames.count - 1].cursor += 1
            let entry = top.candidates[top.cursor]
            guard let state = model.step(top.state, entries[entry].call) else { continue }
            // What may never have happened and would change nothing need not have happened.
            if entry >= requiredCount, state == top.state { continue }
            mark(entry, isDone: true)
            let isDeadEnd = state != top.state && !(balance?.canLeave(top.state) ?? true)
            guard !isDeadEnd, seen.insert(configuration(state)).inserted else {
                mark(entry, isDone: false)
                continue
            }
            if entry < requiredCount { left -= 1 }
            frames.append(Frame(state: state, candidates: left == 0 ? [] : candidates(state), entry: entry))
        }
        return false
    }

    /// What may take effect next: what began before the first end among the rest. Those that must come first.
    private func candidates(_ state: State) -> [Int] {
        var found: [Int] = []
        let head = next.count - 1
        var node = next[head]
        while node != head, node % 2 == 0 {
            let entry = node / 2
            if model.observes(entries[entry].call), model.step(state, entries[entry].call) == state { return [entry] }
            if balance?.isUnseen(entry, in: state) ?? false { return [entry] }
            found.append(entry)
            node = next[node]
        }
        // What ended first must mostly come first.
        found.sort { (entries[$0].end ?? .max) < (entries[$1].end ?? .max) }
        let end = node == head ? Int.max : order(node)
        for entry in requiredCount..<entries.count {
            guard entries[entry].begin < end else { break }
            if words[entry / 64] & (1 << UInt64(entry % 64)) == 0 { found.append(entry) }
        }
        return found
    }

    private mutating func mark(_ entry: Int, isDone: Bool) {
        words[entry / 64] ^= 1 << UInt64(entry % 64)
        balance?.mark(entry, isDone: isDone)
        guard entry < requiredCount else { return }
        let nodes = isDone ? [2 * entry, 2 * entry + 1] : [2 * entry + 1, 2 * entry]
        for node in nodes {
            next[previous[node]] = isDone ? next[node] : node
            previous[next[node]] = isDone ? previous[node] : node
        }
    }

    private func configuration(_ state: State) -> Configuration {
        let first = words.firstIndex { $0 != .max } ?? words.count
        let last = words.lastIndex { $0 != 0 } ?? -1
        return Configuration(first: first, words: first <= last ? Array(words[first...last]) : [], state: state)
    }
}
