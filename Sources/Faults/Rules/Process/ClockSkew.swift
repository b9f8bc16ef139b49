// clock-skew: a service's clock is wrong.

import Fixtures
public import Kernel

/// Sets a service's clock forward (`by=2s`) or back (`by=-2s`), for good: at a time (`@t=2s`), at a time that chance
/// chooses, or at the n-th request. What it waits for is not touched, as monotonic clocks are not.
public struct ClockSkew: Rule {
    let amount: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        .skew(by: amount, at: event.appointedTime(draw))
    }

    static let kind = FaultKind(
        name: "clock-skew", summary: "Sets a service's clock forward or back, from then on for good.",
        sites: [.arrival, .appointment],
        parameters: [
            .init(name: "by", unit: "signed duration", fallback: "2s", summary: "by how much; -2s sets the clock back")
        ],
        outcomes: [.refused, .late], example: "agent: clock-skew(by=-90s)@t=1s",
        swarm: { dice in
            let amount = "\(dice.pick(["", "-"]))\(dice.duration(1, 1500))"
            return "\(dice.service): clock-skew(by=\(amount))@t=\(dice.number(0, 3000))ms"
        }
    ) { ClockSkew(amount: try $0.signedDuration("by")) }
}
