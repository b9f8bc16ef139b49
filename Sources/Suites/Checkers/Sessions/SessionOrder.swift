// Which writes must come before which, if the session guarantees hold.

/// That one write of a key must be older than another, and why.
struct RequiredOrder: Sendable {
    let key: String
    /// The values that were written; nil is the state before any write.
    let older: String?
    let newer: String?
    /// All of them are needed for the requirement.
    let guarantees: [SessionGuarantee]
    let reason: String
}

/// Walks through a history and derives the order of writes that the guarantees require.
///
/// Each session has a floor: the writes that it must see or follow, for each key. Seeing a write adds the floor that its
/// writer had, as monotonic writes and writes-follow-reads hold for everybody who sees the write.
struct SessionOrder {
    typealias Register = Operation<VersionedAction, VersionedAnswer>

    private struct Bound {
        let value: String?
        /// What makes it a bound for later reads and for later writes.
        let forReads: [SessionGuarantee]
        let forWrites: [SessionGuarantee]
        let reason: String
    }

    private struct Write: Hashable {
        let key: String
        let value: String
    }

    let guarantees: Set<SessionGuarantee>
    private(set) var required: [RequiredOrder] = []
    private(set) var problems: [String] = []
    private var floors: [String: [String: [Bound]]] = [:]
    /// What a write's session had seen and written when it began.
    private var floorsOfWrites: [Write: [String: [Bound]]] = [:]
    private var writers: [Write: (process: String, certainty: Certainty)] = [:]

    init(_ operations: [Register], _ guarantees: Set<SessionGuarantee>) {
        self.guarantees = guarantees
        // A write may be seen as soon as it has begun, a read shows what it showed when it ended.
        var events: [(order: Int, operation: Register, isEnd: Bool)] = []
        for operation in operations {
            if case .write = operation.action { events.append((operation.begin.order, operation, false)) }
            if let end = operation.end { events.append((end.order, operation, true)) }
        }
        for event in events.sorted(by: { $0.order < $1.order }) {
            switch (event.operation.action, event.isEnd) {
            case (.write(let key, let value), false): begin(event.operation, Write(key: key, value: value))
            case (.write(let key, let value), true): end(event.operation, Write(key: key, value: value))
            case (.read(let key), _): read(event.operation, key)
            }
        }
    }

    private mutating func begin(_ operation: Register, _ write: Write) {
        if writers[write] != nil {
            problems.append("\(write.value) was written to \(write.key) more than once, so that reads of it tell nothing")
        }
        writers[write] = (operation.process, operation.outcome.certainty)
        floorsOfWrites[write] = floors[operation.process] ?? [:]
        guard operation.outcome.certainty != .failed else { return }
        for bound in floors[operation.process]?[write.key] ?? [] where bound.value != write.value {
            require(write.key, bound, write.value, bound.forWrites, "\(operation.process) wrote \(write.value)")
        }
    }

    /// Only a write that is known to be done binds its session.
    private mutating func end(_ operation: Register, _ write: Write) {
        guard operation.outcome.certainty == .done else { return }
        let bound = Bound(
            value: write.value, forReads: [.readYourWrites], forWrites: [.monotonicWrites],
            reason: "\(operation.process) had written \(write.value)")
        floors[operation.process, default: [:]][write.key] = [bound]
    }

    private mutating func read(_ operation: Register, _ key: String) {
        guard let answer = operation.outcome.answer else { return }
        let seen = answer.value.map { Write(key: key, value: $0) }
        let said = "\(operation.process) read \(answer.value ?? "nothing")"
        if let seen {
            guard let writer = writers[seen] else {
                problems.append("\(said) from \(key), which nobody had written")
                return
            }
            if writer.certainty == .failed { problems.append("\(said) from \(key), a write that was refused") }
        }
        for bound in floors[operation.process]?[key] ?? [] where bound.value != answer.value {
            require(key, bound, answer.value, bound.forReads, said)
        }
        let bound = Bound(
            value: answer.value, forReads: [.monotonicReads], forWrites: [.writesFollowReads],
            reason: "\(operation.process) had read \(answer.value ?? "nothing")")
        floors[operation.process, default: [:]][key] = [bound]
        if let seen { inherit(operation.process, seen) }
    }

    /// Who sees a write must from then on see what its session had written and read before.
    private mutating func inherit(_ process: String, _ seen: Write) {
        guard let writer = writers[seen], writer.process != process, let inherited = floorsOfWrites[seen] else { return }
        for key in inherited.keys.sorted() where key != seen.key {
            for bound in inherited[key] ?? [] {
                let known = floors[process]?[key] ?? []
                guard bound.value != nil, !known.contains(where: { $0.value == bound.value }), known.count < 64 else { continue }
                // The write is seen (monotonic reads), and with it what it follows.
                let origin = bound.forWrites + [.monotonicReads].filter { !bound.forWrites.contains($0) }
                floors[process, default: [:]][key, default: []].append(
                    Bound(
                        value: bound.value, forReads: origin,
                        forWrites: bound.forWrites + [.writesFollowReads].filter { !bound.forWrites.contains($0) },
                        reason: "\(bound.reason) before writing \(seen.value) to \(seen.key), which \(process) had read"))
            }
        }
    }

    private mutating func require(
        _ key: String, _ bound: Bound, _ newer: String?, _ needed: [SessionGuarantee], _ said: String
    ) {
        guard guarantees.isSuperset(of: needed) else { return }
        required.append(
            RequiredOrder(
                key: key, older: bound.value, newer: newer, guarantees: needed, reason: "\(said) after \(bound.reason)"))
    }
}
