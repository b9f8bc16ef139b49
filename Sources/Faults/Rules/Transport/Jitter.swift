// jitter: deliveries take now a little more, now a little less.

import Fixtures
public import Kernel

/// Delays each delivery by up to `max`, each delay equally likely.
public struct Jitter: Rule {
    let max: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .delay(draw.duration(in: .zero...max)) }

    static let kind = FaultKind(
        name: "jitter", summary: "Delays each delivery on a link by another little; their order is kept.", sites: [.delivery],
        parameters: [.init(name: "max", unit: "duration", fallback: "10ms", summary: "the longest delay")],
        outcomes: [.late], example: "*<->*: jitter(max=10ms)",
        swarm: { "\($0.link): jitter(max=\($0.duration(1, 50)))~\($0.percent(10, 100))" }
    ) { Jitter(max: try $0.duration("max")) }
}
