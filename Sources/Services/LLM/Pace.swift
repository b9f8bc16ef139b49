// How fast the fake model speaks.

import Fixtures
import Kernel

/// The times between the tokens of a reply.
struct Pace: Sendable, Equatable {
    /// Until the first token.
    var firstToken = Duration.milliseconds(300)
    /// Between one token and the next.
    var perToken = Duration.milliseconds(20)
    /// At most so much longer, for every token anew.
    var jitter = Duration.zero

    /// The default pace.
    init() {}

    /// Reads a pace; what it does not say is as by default. Throws ``Fixtures/InputError``.
    init(_ node: FixtureNode) throws {
        let mapping = try node.mapping(["first_token", "per_token", "jitter"])
        if let value = mapping.optional("first_token") { firstToken = try value.duration() }
        if let value = mapping.optional("per_token") { perToken = try value.duration() }
        if let value = mapping.optional("jitter") { jitter = try value.duration() }
    }

    /// The time before the token with this index in the reply `id`. Only these decide, so that other replies do not
    /// change it.
    func delay(before index: Int, of id: String, _ chance: Chance) -> Duration {
        let base = index == 0 ? firstToken : perToken
        guard jitter > .zero else { return base }
        return base + chance.draw(site: "token-pace", actor: id, occurrence: UInt64(index)).duration(in: .zero...jitter)
    }
}
