// How good a link is without any fault: the natural latency of the network.

import Kernel

/// The natural behaviour of links, before any fault.
public struct LinkProfile: Sendable, Hashable {
    /// The least time that a delivery takes one way.
    public var latencyMin: Duration
    /// The most time that a delivery takes one way.
    public var latencyMax: Duration

    /// A profile from its parts. Traps unless 0 <= min <= max.
    public init(latencyMin: Duration, latencyMax: Duration) {
        precondition(latencyMin >= .zero && latencyMax >= latencyMin, "a link cannot deliver before it was asked to")
        self.latencyMin = latencyMin
        self.latencyMax = latencyMax
    }

    /// Deliveries take no time of their own: for real sockets, which bring theirs along.
    public static let none = LinkProfile(latencyMin: .zero, latencyMax: .zero)

    /// A data centre: half a millisecond to one and a half, one way.
    public static let dataCentre = LinkProfile(latencyMin: .microseconds(500), latencyMax: .microseconds(1500))
}
