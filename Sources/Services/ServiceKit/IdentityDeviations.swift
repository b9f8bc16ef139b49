// The ways in which services can be wrong on purpose about who a token belongs to.

import Synchronization

extension Deviation {
    /// What was true once is true while nobody can be asked.
    public static let identityStale = Deviation(
        "identity-stale", of: "agent",
        "where auth gives no usable answer, a token counts as it did when it was last asked about, though it was revoked since",
        needs: .fault)
    /// A caller becomes the one before.
    public static let identityBorrowed = Deviation(
        "identity-borrowed", of: "agent",
        "where auth gives no usable answer, the caller is taken for the one who was recognised last", needs: .fault)

    /// The deviations of all services that ask auth who is calling.
    public static let identityDeviations: [Deviation] = [identityStale, identityBorrowed]
}

/// Whom tokens belonged to, as far as a service that deviates remembers.
final class RememberedIdentities: Sendable {
    private struct State {
        var byToken: [String: Identity] = [:]
        var last: Identity?
    }

    private let state = Mutex(State())

    /// Remembers a good answer.
    func remember(_ identity: Identity?, of token: String) {
        guard let identity else { return }
        state.withLock { state in
            state.byToken[token] = identity
            state.last = identity
        }
    }

    /// Whom a token belonged to; with `orLast` whoever was recognised last.
    func identity(of token: String, orLast: Bool) -> Identity? {
        state.withLock { orLast ? $0.last : $0.byToken[token] }
    }
}
