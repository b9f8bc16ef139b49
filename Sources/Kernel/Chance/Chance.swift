// Keyed chance: a decision depends on what is decided, for whom and for the how-many-th time, and on nothing else.

/// The chance of a world: every decision is `hash(seed, site, actor, occurrence)`.
///
/// Nothing is drawn from a stream, so one more request, user or fault leaves every other decision as it was.
public struct Chance: Sendable, Hashable {
    /// The seed of the world.
    public let seed: UInt64

    /// The chance that `seed` decides.
    public init(seed: UInt64) { self.seed = seed }

    /// The decision at `site` for `actor`, for the `occurrence`-th time.
    public func draw(site: String, actor: String, occurrence: UInt64) -> Draw {
        draw(site: StableHash.of(site), actor: StableHash.of(actor), occurrence: occurrence)
    }

    /// The same decision for names that were hashed before with ``StableHash/of(_:)``.
    @inline(__always)
    public func draw(site: UInt64, actor: UInt64, occurrence: UInt64) -> Draw {
        var hash = StableHash(key: seed)
        hash.combine(site)
        hash.combine(actor)
        hash.combine(occurrence)
        return Draw(bits: hash.value)
    }
}
