// bandwidth: a link carries only so much.

import Fixtures
public import Kernel

/// Lets a link carry so many bytes a second each way, over all its connections: a delivery waits until those before it
/// are carried, and then takes its size divided by the rate.
public struct Bandwidth: Rule {
    /// In bytes a second.
    let rate: Int64

    public var measuresEvents: Bool { true }

    public func judge(_ event: FaultEvent, _ draw: Draw) -> Verdict {
        .transmit(.nanoseconds(Int64((Double(event.bytes) * 1e9 / Double(rate)).rounded())))
    }

    static let kind = FaultKind(
        name: "bandwidth", summary: "Lets a link carry only so many bytes a second each way, over all its connections.",
        sites: [.delivery],
        parameters: [
            .init(
                name: "rate", unit: "rate", fallback: "64kB/s",
                summary: "how much goes over the link: B/s, kB/s, MB/s, kbit/s, Mbit/s")
        ],
        outcomes: [.late], example: "client<->agent: bandwidth(rate=64kB/s)",
        swarm: { "\($0.link): bandwidth(rate=\($0.number(8, 200))kB/s)" }
    ) { Bandwidth(rate: try $0.rate("rate")) }
}
