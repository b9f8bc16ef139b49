// pause: a service does nothing for a time, and goes on.

import Fixtures
public import Kernel

/// Stops a service for a time, as SIGSTOP or a long garbage collection does: connections are accepted and bytes taken,
/// but nothing is read, answered, stored or called and no timer goes off until it goes on. At a time (`@t=2s`), at a time that
/// chance chooses (`@t=1s..5s`), or at the n-th request (`@5`).
public struct Pause: Rule {
    let time: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        .pause(time: time, at: event.appointedTime(draw))
    }

    static let kind = FaultKind(
        name: "pause", summary: "Stops a service for a time, as SIGSTOP does; then it goes on where it was.",
        sites: [.arrival, .appointment],
        parameters: [.init(name: "time", unit: "duration", fallback: "2s", summary: "how long it does nothing")],
        outcomes: [.late], example: "agent: pause(time=2s)@t=1s..4s",
        swarm: { dice in
            let from = dice.number(0, 3000)
            return "\(dice.service): pause(time=\(dice.duration(10, 5000)))@t=\(from)ms..\(from + dice.number(0, 3000))ms"
        }
    ) { Pause(time: try $0.duration("time")) }
}

extension FaultEvent {
    /// When something happens that has an appointment: at its time, or at one that chance chooses from it. Nil for
    /// what happens now.
    func appointedTime(_ draw: Draw) -> Duration? {
        place.site == .appointment ? draw.duration(in: time...Swift.max(time, window?.end ?? time)) : nil
    }
}
