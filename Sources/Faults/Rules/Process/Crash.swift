// crash: a service dies and comes back.

import Fixtures
public import Kernel

/// Crashes a service: its connections are reset, its memory is gone, its stores are kept; a new instance takes its place
/// after `down`. At a time (`@t=2s`), at a time that chance chooses (`@t=1s..5s`), or at the n-th request (`@5`).
public struct Crash: Rule {
    let down: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        .crash(down: down, at: event.appointedTime(draw))
    }

    static let kind = FaultKind(
        name: "crash", summary: "Crashes a service and restarts it: connections reset, memory gone, stores kept.",
        sites: [.arrival, .appointment],
        parameters: [.init(name: "down", unit: "duration", fallback: "1s", summary: "how long until it is back")],
        outcomes: [.lost, .doneButReplyLost, .partial], example: "agent: crash(down=1s)@t=2s",
        swarm: { dice in
            let from = dice.number(0, 3000)
            return "\(dice.service): crash(down=\(dice.duration(10, 3000)))@t=\(from)ms..\(from + dice.number(0, 3000))ms"
        }
    ) { Crash(down: try $0.duration("down")) }
}
