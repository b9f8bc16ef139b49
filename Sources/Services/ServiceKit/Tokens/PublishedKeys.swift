// The keys that `auth` publishes, as a service that checks tokens by itself keeps them.

import Kernel
import Synchronization

/// What a service knows of the published keys, and when it must ask again. Decides only.
struct KeySet: Sendable {
    /// What to do about a token that names a key.
    enum Advice {
        /// Check it with this key.
        case check(VerificationKey)
        /// Fetch the keys first.
        case fetch
        /// There is no such key.
        case refuse
    }

    /// How long fetched keys are used without asking again.
    static let lifetime = Duration.seconds(300)

    private var keys: [VerificationKey] = []
    private var fetchedAt: Instant?

    /// What to do about a token signed with the key of this name. A key that is not known is worth one fetch, because
    /// keys are rotated; `hasFetched` says that it was just made.
    func advice(for keyID: String, at now: Instant, hasFetched: Bool) -> Advice {
        let isFresh = fetchedAt.map { $0.duration(to: now) < Self.lifetime } ?? false
        guard isFresh || hasFetched else { return .fetch }
        if let key = keys.first(where: { $0.keyID == keyID }) { return .check(key) }
        return hasFetched ? .refuse : .fetch
    }

    /// Takes over keys that were fetched.
    mutating func replace(with keys: [VerificationKey], at now: Instant) {
        self.keys = keys
        fetchedAt = now
    }
}

/// The key set of one service.
final class PublishedKeys: Sendable {
    private let set = Mutex(KeySet())

    /// The key of a name, fetched at most once; nil where there is none.
    func key(
        _ keyID: String, clock: WorldClock, fetch: () async throws -> [VerificationKey]
    ) async throws -> VerificationKey? {
        var hasFetched = false
        while true {
            switch set.withLock({ $0.advice(for: keyID, at: clock.now, hasFetched: hasFetched) }) {
            case .check(let key): return key
            case .refuse: return nil
            case .fetch:
                let keys = try await fetch()
                set.withLock { $0.replace(with: keys, at: clock.now) }
                hasFetched = true
            }
        }
    }
}
