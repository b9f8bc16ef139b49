// The four session guarantees, and the registers whose histories show them.

/// What a session may count on, whichever replica answers it (Terry, Demers, Petersen, Spreitzer, Theimer, Welch, "Session
/// Guarantees for Weakly Consistent Replicated Data", PDIS 1994).
enum SessionGuarantee: String, Sendable, Hashable, CaseIterable {
    /// A session sees what it has written itself, or something newer.
    case readYourWrites = "read your writes"
    /// What a session sees never grows older.
    case monotonicReads = "monotonic reads"
    /// The writes of a session take effect in their order, for everybody.
    case monotonicWrites = "monotonic writes"
    /// A write takes effect after the writes that its session had read, for everybody.
    case writesFollowReads = "writes follow reads"
}

/// What a session does to a register. Every written value is unique under its key.
enum VersionedAction: Sendable, Hashable {
    case read(String)
    case write(String, String)

    var key: String {
        switch self {
        case .read(let key), .write(let key, _): key
        }
    }
}

/// What a register answers: to a read the value, nil before the first write; and the version where the service tells one. Of
/// two versions of a key the higher is the newer.
struct VersionedAnswer: Sendable, Hashable {
    var value: String?
    var version: Int?
}

/// One thing that a session could count on and did not get.
struct SessionViolation: Sendable, Hashable, CustomStringConvertible {
    /// The guarantees of which one at least was broken: one, where versions tell the order of writes.
    let guarantees: [SessionGuarantee]
    let key: String
    let explanation: String

    var description: String {
        "\(guarantees.map(\.rawValue).joined(separator: " or ")) does not hold for \(key): \(explanation)"
    }
}
