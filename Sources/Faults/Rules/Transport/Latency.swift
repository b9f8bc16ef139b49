// latency: a delivery arrives later.

import Fixtures
public import Kernel

/// Delays each delivery by `mean`, give or take up to `jitter`, each delay equally likely.
public struct Latency: Rule {
    let mean: Duration
    let jitter: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        jitter == .zero ? .delay(mean) : .delay(draw.duration(in: max(.zero, mean - jitter)...(mean + jitter)))
    }

    static let kind = FaultKind(
        name: "latency", summary: "Delays deliveries on a link; their order is kept.", sites: [.delivery],
        parameters: [
            .init(name: "mean", unit: "duration", fallback: "100ms", summary: "how long a delivery is delayed"),
            .init(name: "jitter", unit: "duration", fallback: "0s", summary: "how far a delay may be off the mean"),
        ],
        outcomes: [.late], example: "client<->agent: latency(mean=200ms, jitter=100ms)~10%",
        swarm: { "\($0.link): latency(mean=\($0.duration(1, 400)), jitter=\($0.duration(0, 200)))~\($0.percent(1, 30))" }
    ) { Latency(mean: try $0.duration("mean"), jitter: try $0.duration("jitter")) }
}
