// slow-start: a service answers late after it was started.

import Fixtures
public import Kernel

/// Has a service do nothing for a time after its start or restart: it listens, and answers when it has warmed up.
public struct SlowStart: Rule {
    let time: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .pause(time: time, at: nil) }

    static let kind = FaultKind(
        name: "slow-start", summary: "Has a service answer only some time after its start; restarts are counted with it.",
        sites: [.start],
        parameters: [.init(name: "time", unit: "duration", fallback: "3s", summary: "how long it answers nothing")],
        outcomes: [.late], example: "agent: slow-start(time=3s)@2..",
        swarm: { "\($0.service): slow-start(time=\($0.duration(10, 5000)))" }
    ) { SlowStart(time: try $0.duration("time")) }
}
