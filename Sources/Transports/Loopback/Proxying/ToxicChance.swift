// The chance of a toxic on one connection: keyed by what it is and which connection it spoils.

/// Gives 64 seeded bits for a decision: at a site, for an actor, for the occurrence-th time.
public typealias ToxicDraw = @Sendable (_ site: String, _ actor: String, _ occurrence: UInt64) -> UInt64

/// The decisions of one toxic on one connection. No decision hangs on any other.
struct ToxicChance: Sendable {
    private let draw: ToxicDraw
    private let actor: String
    private let connection: UInt64

    /// The chance of a proxy's toxic on its `connection`-th connection, counted from 1.
    init(_ draw: @escaping ToxicDraw, proxy: String, toxic: Toxic, connection: UInt64) {
        self.draw = draw
        actor = "\(proxy)/\(toxic.stream.rawValue)/\(toxic.name)"
        self.connection = connection
    }

    /// Whether the toxic spoils this connection. A higher toxicity never spares one that a lower one spoils.
    func hits(toxicity: Float) -> Bool {
        Double(draw("toxicity", actor, connection) >> 11) * 0x1p-53 < Double(toxicity)
    }

    /// A number from 0 up to, and without, `bound`, for the occurrence-th decision at `site` on this connection.
    func number(below bound: UInt64, at site: String, occurrence: UInt64) -> UInt64 {
        draw(site, "\(actor)/\(connection)", occurrence).multipliedFullWidth(by: max(bound, 1)).high
    }
}
