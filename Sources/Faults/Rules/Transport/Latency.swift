// latency: a delivery arrives later.

import Fixtures
public import Kernel

/// Delays each delivery by `mean`, give or take, as its distribution says.
public struct Latency: Rule {
    let mean: Duration
    let jitter: Duration
    let distribution: DelayDistribution

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        .delay(distribution.delay(mean: mean, jitter: jitter, draw))
    }

    static let kind = FaultKind(
        name: "latency", summary: "Delays deliveries on a link; their order is kept.", sites: [.delivery],
        parameters: [
            .init(name: "mean", unit: "duration", fallback: "100ms", summary: "how long a delivery is delayed"),
            .init(
                name: "jitter", unit: "duration", fallback: "0s",
                summary: "how far a delay may be off the mean; of 'normal', the standard deviation"),
            .init(
                name: "distribution", unit: DelayDistribution.allCases.map(\.rawValue).joined(separator: ", "),
                fallback: "uniform", summary: "how delays are spread; the last two know no jitter"),
        ],
        outcomes: [.late], example: "client<->agent: latency(mean=200ms, jitter=100ms)~10%",
        swarm: { "\($0.link): latency(mean=\($0.duration(1, 400)), jitter=\($0.duration(0, 200)))~\($0.percent(1, 30))" }
    ) { arguments in
        let known = DelayDistribution.allCases
        let name = try arguments.choice("distribution", of: known.map(\.rawValue))
        let distribution = known.first { $0.rawValue == name } ?? .uniform
        let latency = Latency(
            mean: try arguments.duration("mean"), jitter: try arguments.duration("jitter"), distribution: distribution)
        if latency.jitter != .zero, distribution == .exponential || distribution == .pareto {
            throw arguments.error(
                "A delay that is '\(name)' has a mean and no 'jitter'. Leave it out, or write distribution=normal.")
        }
        return latency
    }
}
