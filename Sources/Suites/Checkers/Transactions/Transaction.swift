// Transactions as their clients saw them, and how well they are to be kept apart.

import Kernel

/// One transaction: what it did and saw, step by step.
struct Transaction: Sendable {
    /// One step. What an aborted transaction or one of unknown outcome has read counts for nothing.
    enum Step: Sendable, Hashable {
        /// Adds a value at the end of a list; each value is unique under its key.
        case append(String, String)
        /// Reads a whole list.
        case readList(String, [String])
        /// Writes a register; each value is unique under its key.
        case write(String, String)
        /// Reads a register; nil before the first write.
        case read(String, String?)
    }

    /// Its name in reports: `T1`.
    let name: String
    let process: String
    let steps: [Step]
    /// Committed, aborted, or the reply to COMMIT was lost.
    var certainty = Certainty.done
    /// When its first step was asked for.
    var begin: Instant?
    /// When its client knew that it had been committed; nil if it never did.
    var end: Instant?
}

/// How well transactions are kept apart.
enum IsolationLevel: Sendable, Hashable, CaseIterable {
    /// Nothing uncommitted is seen, and writes do not interleave.
    case readCommitted
    /// Each transaction sees one state and loses no update. Write skew is allowed.
    case snapshot
    /// As if one ran after the other.
    case serializable
    /// As if one ran after the other, in an order that keeps to real time.
    case strictSerializable
}

/// What can go wrong between transactions (Adya, "Weak Consistency", MIT 1999; Adya, Liskov, O'Neil, ICDE 2000).
enum Anomaly: String, Sendable, Hashable, CaseIterable {
    case dirtyWrite = "dirty write (G0)"
    case abortedRead = "aborted read (G1a)"
    case intermediateRead = "intermediate read (G1b)"
    case circularInformation = "circular information flow (G1c)"
    case lostUpdate = "lost update"
    case readSkew = "read skew (G-single)"
    case writeSkew = "write skew (G2)"
    case ownWriteUnseen = "own write unseen"
    case incompatibleOrder = "incompatible order"
    case doubledValue = "doubled value"
    case unwrittenValue = "value from nowhere"
    case reusedValue = "reused value"

    /// Whether a level rules it out.
    func isForbidden(by level: IsolationLevel) -> Bool {
        switch self {
        case .lostUpdate, .readSkew: level != .readCommitted
        case .writeSkew: level == .serializable || level == .strictSerializable
        default: true
        }
    }
}

/// One anomaly, with the transactions that show it.
struct TransactionViolation: Sendable, Hashable, CustomStringConvertible {
    let anomaly: Anomaly
    /// The names of the transactions, in the order of the cycle.
    let transactions: [String]
    /// Whether it takes the order of real time to see it.
    var needsRealTime = false
    let explanation: String

    var description: String { "\(anomaly.rawValue)\(needsRealTime ? " in real time" : ""): \(explanation)" }
}
