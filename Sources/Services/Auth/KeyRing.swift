// The keys of one auth service: the one that signs, those that signed before, and apart from them one for id tokens.

import Kernel
import ServiceKit
import Synchronization
import Wire

/// The keys of access, refresh and service tokens at one moment.
struct KeyRing: Sendable {
    /// A key that no longer signs, and the time until which its tokens may be alive.
    struct Former: Sendable {
        let key: TokenSigner
        let until: Instant
    }

    /// Signs.
    private(set) var current: TokenSigner
    /// Checks tokens that were signed before the last rotations.
    private(set) var former: [Former] = []

    init(current: TokenSigner) { self.current = current }

    /// Makes another key the current one. The former one is good for `lifetime` more.
    mutating func rotate(to key: TokenSigner, at now: Instant, keepingFormerFor lifetime: Duration) {
        former.removeAll { $0.until <= now }
        former.append(Former(key: current, until: now.advanced(by: lifetime)))
        current = key
    }

    /// The claims of a token that one of the keys signed.
    func claims(of token: String, at now: Instant) -> JSONValue? {
        if let claims = current.verification.claims(of: token) { return claims }
        return former.lazy.filter { $0.until > now }.compactMap { $0.key.verification.claims(of: token) }.first
    }

    /// The public keys, as JWKs.
    func published(at now: Instant) -> [JSONValue] {
        ([current] + former.filter { $0.until > now }.map(\.key)).compactMap(\.publicKey)
    }
}

/// Where one service keeps its keys, made at their first use.
final class KeyStore: Sendable {
    private let ring = Mutex<KeyRing?>(nil)
    private let identity = Mutex<TokenSigner?>(nil)
    private let configuration: AuthConfiguration
    private let chance: ChanceSource
    private let clock: WorldClock

    /// `chance` must be one that nobody else draws from, so that a service that starts again has the same keys.
    init(_ configuration: AuthConfiguration, chance: ChanceSource, clock: WorldClock) {
        self.configuration = configuration
        self.chance = chance
        self.clock = clock
    }

    /// The keys. Throws ``AuthConfigurationError``.
    func keys() async throws -> KeyRing {
        if let ring = ring.withLock({ $0 }) { return ring }
        // Two calls at once draw the same key, and none draws what belongs to a later rotation.
        let first = ChanceSource(chance.chance, actor: chance.actor + " 1")
        let made = KeyRing(current: try await TokenSigner.make(configuration, chance: first))
        return ring.withLock { ring in
            if let ring { return ring }
            ring = made
            return made
        }
    }

    /// The key of id tokens (OpenID Connect Core section 2), which everybody must be able to check.
    func identityKey() async throws -> TokenSigner {
        if let key = identity.withLock({ $0 }) { return key }
        // Drawn anew for every call that comes before one has ended: they all get the same key.
        let made = try await TokenSigner.eddsa(
            ChanceSource(chance.chance, actor: chance.actor), "identity-private-key")
        identity.withLock { $0 = made }
        return made
    }

    /// All public keys as a JWKS (RFC 7517 section 5).
    func published() async throws -> JSONValue {
        let keys = try await keys().published(at: clock.now)
        return ["keys": .array(keys + [try await identityKey().publicKey].compactMap { $0 })]
    }

    /// Makes a new key the current one.
    func rotate() async throws {
        _ = try await keys()
        var fresh = configuration
        (fresh.secret, fresh.privateKeyPEM) = (nil, nil)
        if fresh.algorithm == .rs256 { throw AuthConfigurationError.missingPrivateKey }
        let key = try await TokenSigner.make(fresh, chance: chance)
        let lifetime = max(configuration.refreshLifetime, configuration.serviceLifetime)
        ring.withLock { $0?.rotate(to: key, at: clock.now, keepingFormerFor: lifetime) }
    }
}
