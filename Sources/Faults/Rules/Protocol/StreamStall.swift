// stream-stall: a stream of events rests in the middle.

import Fixtures
public import Kernel

/// Has a stream of server-sent events rest after so many of them, for a time, and then go on.
public struct StreamStall: Rule {
    let after: Int
    let time: Duration

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict { .stall(after: after, time: time) }

    static let kind = FaultKind(
        name: "stream-stall", summary: "Has a stream of server-sent events rest for a time after so many of them.",
        sites: [.stream],
        parameters: [
            .init(name: "after", unit: "count", fallback: "3", summary: "how many events come before the rest"),
            .init(name: "time", unit: "duration", fallback: "30s", summary: "how long the stream rests"),
        ],
        outcomes: [.late, .partial], example: "llm POST /v1/chat/completions: stream-stall(after=5, time=10s)@1",
        swarm: { "llm /**: stream-stall(after=\($0.number(0, 12)), time=\($0.duration(100, 40_000)))~\($0.percent(2, 20))" }
    ) { StreamStall(after: try $0.count("after", from: 0), time: try $0.duration("time")) }
}
