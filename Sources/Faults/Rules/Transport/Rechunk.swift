// rechunk: what was written at once arrives in pieces.

import Fixtures
public import Kernel

/// Divides a delivery into pieces of `size` bytes, each `gap` after the one before, as small segments do: a reader sees a
/// frame or a head in several reads. After 256 pieces the rest comes in one.
public struct Rechunk: Rule {
    let size: Int
    let gap: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .rechunk(size: size, gap: gap) }

    static let kind = FaultKind(
        name: "rechunk", summary: "Delivers what was written at once in pieces of so many bytes; bytes keep their order.",
        sites: [.delivery],
        parameters: [
            .init(name: "size", unit: "count", fallback: "16", summary: "how many bytes a piece has"),
            .init(name: "gap", unit: "duration", fallback: "100us", summary: "how long after the one before it each piece comes"),
        ],
        outcomes: [.late], example: "client<-events: rechunk(size=3)",
        swarm: { "\($0.link): rechunk(size=\($0.number(1, 64)), gap=\($0.number(0, 200))us)~\($0.percent(5, 50))" }
    ) { Rechunk(size: try $0.count("size", from: 1), gap: try $0.duration("gap")) }
}
