// A small database that runs transactions as badly as it is asked to, for tests of checkers.

import Kernel

@testable import Suites

/// How the interpreter keeps transactions apart.
enum Isolation: CaseIterable {
    case serial
    /// Reads see the state at the begin; of two that write a key the first to commit wins.
    case snapshot
    /// Reads see what is committed; writes are applied at the commit.
    case readCommitted
    /// Reads and writes act at once, committed or not; an abort takes back what it wrote.
    case none
}

/// Runs random transactions step by step in a random interleaving, and records what each of them saw.
struct TransactionInterpreter {
    private struct Session {
        let name: String
        /// What it is going to do: reads have no value yet.
        let plan: [Transaction.Step]
        let aborts: Bool
        var done: [Transaction.Step] = []
        var begin = 0
        var snapshot: [String: [String]] = [:]
        var written: [String: [String]] = [:]
        var isOver = false
        var certainty = Certainty.done
    }

    let isolation: Isolation
    private let usesLists: Bool
    private var choices: SeededChoices
    /// The values of each key in their order; a register holds the last.
    private(set) var store: [String: [String]] = [:]
    private var commits: [(time: Int, keys: Set<String>)] = []
    private var time = 0

    init(_ isolation: Isolation, usesLists: Bool, seed: UInt64) {
        self.isolation = isolation
        self.usesLists = usesLists
        choices = SeededChoices(seed: seed)
    }

    /// Runs `count` transactions, and one that reads all keys when they are done.
    mutating func run(_ count: Int, keys: [String] = ["x", "y"], abortPercent: Int = 10, unknownPercent: Int = 0) -> [Transaction]
    {
        var sessions = (1...count).map { number in
            let plan = (0..<1 + choices.number(below: 3)).map { step in planned(choices.one(of: keys), "\(number).\(step)") }
            return Session(name: "T\(number)", plan: plan, aborts: choices.happens(percent: abortPercent))
        }
        var finished: [Transaction] = []
        while case let open = sessions.indices.filter({ !sessions[$0].isOver }), !open.isEmpty {
            time += 1
            let number = isolation == .serial ? open[0] : choices.one(of: open)
            advance(&sessions[number])
            guard sessions[number].isOver else { continue }
            let session = sessions[number]
            let isLost = session.certainty == .done && choices.happens(percent: unknownPercent)
            finished.append(
                Transaction(
                    name: session.name, process: "p", steps: session.done, certainty: isLost ? .unknown : session.certainty,
                    begin: instant(session.begin), end: instant(time)))
        }
        let reads = keys.map { key in
            usesLists ? Transaction.Step.readList(key, store[key] ?? []) : .read(key, store[key]?.last)
        }
        finished.append(
            Transaction(name: "last", process: "p", steps: reads, begin: instant(time + 1), end: instant(time + 2)))
        return finished
    }

    private func instant(_ time: Int) -> Instant { .simulatedEpoch.advanced(by: .milliseconds(time)) }

    private mutating func planned(_ key: String, _ value: String) -> Transaction.Step {
        if choices.happens(percent: 50) { return usesLists ? .readList(key, []) : .read(key, nil) }
        return usesLists ? .append(key, value) : .write(key, value)
    }

    private mutating func advance(_ session: inout Session) {
        if session.done.isEmpty, session.begin == 0 { (session.begin, session.snapshot) = (time, store) }
        guard session.done.count < session.plan.count else { return finish(&session) }
        let step = session.plan[session.done.count]
        switch step {
        case .append(let key, let value), .write(let key, let value):
            session.written[key, default: []].append(value)
            if isolation == .none { store[key, default: []].append(value) }
            session.done.append(step)
        case .readList(let key, _): session.done.append(.readList(key, seen(key, session)))
        case .read(let key, _): session.done.append(.read(key, seen(key, session).last))
        }
        // In serial order a transaction is one step.
        if isolation == .serial { advance(&session) }
    }

    private func seen(_ key: String, _ session: Session) -> [String] {
        switch isolation {
        case .none: store[key] ?? []
        case .snapshot: (session.snapshot[key] ?? []) + (session.written[key] ?? [])
        case .serial, .readCommitted: (store[key] ?? []) + (session.written[key] ?? [])
        }
    }

    private mutating func finish(_ session: inout Session) {
        session.isOver = true
        let keys = Set(session.written.keys)
        let isBeaten = isolation == .snapshot && commits.contains { $0.time > session.begin && !$0.keys.isDisjoint(with: keys) }
        if session.aborts || isBeaten {
            session.certainty = .failed
            guard isolation == .none else { return }
            for key in keys { store[key]?.removeAll { session.written[key]?.contains($0) ?? false } }
            return
        }
        commits.append((time, keys))
        if isolation != .none { for key in keys { store[key, default: []] += session.written[key] ?? [] } }
    }
}
