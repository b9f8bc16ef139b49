// One operation of a history: who did what, from when to when, and what is known of its outcome.

import Kernel

/// What a caller knows of what it asked for.
enum Outcome<Answer: Sendable>: Sendable {
    /// It was done, and this is the answer.
    case returned(Answer)
    /// The reply was lost: it was done, is done later, or never.
    case unknown
    /// It was refused, and has had no effect.
    case failed

    /// The answer, where there was one.
    var answer: Answer? { if case .returned(let answer) = self { answer } else { nil } }

    /// The outcome without the answer.
    var certainty: Certainty {
        switch self {
        case .returned: .done
        case .unknown: .unknown
        case .failed: .failed
        }
    }
}

extension Outcome: Equatable where Answer: Equatable {}

/// Whether something was done, as far as its caller knows.
enum Certainty: Sendable, Hashable {
    /// It was done.
    case done
    /// The reply was lost: it was done, is done later, or never.
    case unknown
    /// It was refused, and has had no effect.
    case failed
}

/// A point in a history. Of two moments at the same virtual time the order says which was first.
struct Moment: Sendable, Hashable, Comparable {
    let order: Int
    let time: Instant

    static func < (left: Moment, right: Moment) -> Bool { left.order < right.order }
}

/// One operation. A process does one at a time; after a lost reply it goes on while the old operation may still take effect.
struct Operation<Action: Sendable, Answer: Sendable>: Sendable {
    /// Who asked: a user, a session, a client.
    let process: String
    let action: Action
    let begin: Moment
    /// When the caller had its answer or gave up; nil while it waits.
    fileprivate(set) var end: Moment?
    fileprivate(set) var outcome: Outcome<Answer> = .unknown
}

/// What was done to a service, in the order in which it was begun.
struct History<Action: Sendable, Answer: Sendable>: Sendable {
    private(set) var operations: [Operation<Action, Answer>] = []
    private var moments = 0

    init() {}

    /// Notes that a process begins an operation; returns its number, for ``end(_:_:at:)``.
    mutating func begin(_ process: String, _ action: Action, at time: Instant) -> Int {
        operations.append(Operation(process: process, action: action, begin: moment(time)))
        return operations.count - 1
    }

    /// Notes how an operation ended. One that never ends stays unknown.
    mutating func end(_ number: Int, _ outcome: Outcome<Answer>, at time: Instant) {
        operations[number].end = moment(time)
        operations[number].outcome = outcome
    }

    /// The same history in the words of another model: what `translate` gives for each operation, at the same moments; without
    /// those for which it gives nil.
    func compactMap<Other, Reply>(
        _ translate: (Operation<Action, Answer>) -> (action: Other, outcome: Outcome<Reply>)?
    ) -> History<Other, Reply> {
        var other = History<Other, Reply>()
        other.moments = moments
        other.operations = operations.compactMap { operation in
            guard let (action, outcome) = translate(operation) else { return nil }
            return Operation<Other, Reply>(
                process: operation.process, action: action, begin: operation.begin, end: operation.end, outcome: outcome)
        }
        return other
    }

    private mutating func moment(_ time: Instant) -> Moment {
        moments += 1
        return Moment(order: moments, time: time)
    }
}
