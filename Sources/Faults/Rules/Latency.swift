// latency: a delivery arrives later.

import Fixtures
public import Kernel

/// Delays each delivery by `mean`, give or take up to `jitter`, each delay equally likely.
public struct Latency: Rule {
    let mean: Duration
    let jitter: Duration

    public func judge(_ event: LinkEvent, _ draw: Draw) -> Verdict {
        jitter == .zero ? .delay(mean) : .delay(draw.duration(in: max(.zero, mean - jitter)...(mean + jitter)))
    }

    static let kind = FaultKind(
        name: "latency", summary: "Delays deliveries on a link; their order is kept.",
        parameters: [
            .init(name: "mean", unit: "duration", fallback: "100ms", summary: "how long a delivery is delayed"),
            .init(name: "jitter", unit: "duration", fallback: "0s", summary: "how far a delay may be off the mean"),
        ],
        outcomes: [.late]
    ) { Latency(mean: try $0.duration("mean"), jitter: try $0.duration("jitter")) }
}
